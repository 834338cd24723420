"""A delivery takes the road that is open, repeats nothing it need not, and never lets older words stand last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pods.errors import ChatError, ChatRateLimited
from pods.jobs import Job
from pods.messages import Content, Message, MessageKind, Target
from tests.unit.pods.builders import NOON, POD_ID, pod
from tests.unit.store.records import message
from tests.unit.workers.world import ROOM, World
from workers.deliver import MAX_TRIES, deliver

KEY = "m1"
LOST = ChatError("timed out", code="unreachable", maybe_sent=True)


def no(code: str) -> ChatError:
    return ChatError(code=code)


def told(world: World, text: str = "hello", /, **changes: object) -> None:
    """A message of its own content waits in the outbox."""
    usual = message(KEY, content=Content(text=text), target=Target(channel=ROOM))
    world.store.outbox.put(usual.model_copy(update=changes), world.clock.now())


def rewritten(world: World, text: str) -> None:
    """What the message shall say changes."""
    record = standing(world).model_copy(update={"content": Content(text=text)})
    world.store.client.set(world.store.keys.message(KEY), record.model_dump_json())
    world.store.outbox.want(KEY, world.clock.now())


def standing(world: World) -> Message:
    record = world.store.outbox.get(KEY)
    assert record is not None
    return record


def again(world: World, times: int = 1) -> None:
    """So many deliveries, each when it is due."""
    for _ in range(times):
        world.forget_real_time()
        due = world.store.client.zscore(world.store.keys.outbox, KEY)
        if due is None:
            return
        world.clock.at = max(world.clock.at, NOON + timedelta(milliseconds=due - NOON.timestamp() * 1000))
        deliver(KEY)


def waiting(world: World) -> bool:
    return KEY in world.store.outbox.keys_waiting()


def test_a_message_is_posted_once_and_edited_from_then_on(world: World) -> None:
    told(world, "stopping")
    again(world, 2)
    rewritten(world, "stopped")
    again(world, 2)
    assert world.chat.sent == [("post", ROOM, "stopping"), ("update", f"{ROOM}/1.0", "stopped")]
    assert not waiting(world)


def test_a_post_carries_its_key_for_those_who_look_for_it(world: World) -> None:
    told(world)
    again(world)
    assert world.chat.asked[0]["metadata"]["event_payload"] == {"key": KEY}


# -- the answer to a post is lost


def test_a_lost_post_that_stands_is_edited(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [LOST]}
    again(world)
    world.chat.standing[KEY] = "7.0"
    again(world)
    assert world.chat.sent == [("update", f"{ROOM}/7.0", "hello")]
    assert standing(world).target.ts == "7.0"
    assert not waiting(world)


def test_a_lost_post_that_is_not_there_is_posted_unmarked(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [LOST]}
    again(world, 2)
    assert world.chat.sent == [("post", ROOM, "hello")]
    assert not waiting(world)


@pytest.mark.parametrize("code", ["missing_scope", "channel_not_found", "not_in_channel"])
def test_a_lost_post_where_we_may_not_look_is_marked_as_repeated(world: World, code: str) -> None:
    told(world)
    world.chat.fails = {"post": [LOST], "find": [no(code)]}
    again(world, 2)
    assert world.chat.sent == [("post", ROOM, "(repeated) hello")]


@pytest.mark.parametrize("error", [LOST, ChatRateLimited(retry_after_s=3), no("internal_error")], ids=repr)
def test_nothing_is_posted_while_slack_does_not_say_whether_it_stands(world: World, error: ChatError) -> None:
    told(world)
    world.chat.fails = {"post": [LOST], "find": [error, error]}
    again(world, 3)
    assert world.chat.sent == []
    world.chat.standing[KEY] = "7.0"
    again(world)
    assert world.chat.sent == [("update", f"{ROOM}/7.0", "hello")]


def test_a_repeat_that_slack_refused_is_still_marked_the_next_time(world: World) -> None:
    told(world)
    blind = no("missing_scope")
    world.chat.fails = {"post": [LOST, ChatRateLimited(retry_after_s=3)], "find": [blind, blind]}
    again(world, 3)
    assert world.chat.sent == [("post", ROOM, "(repeated) hello")]


def test_a_refused_post_is_not_looked_for(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [ChatRateLimited(retry_after_s=3)]}
    again(world, 2)
    assert world.chat.methods() == ["post", "post"]


# -- roads


def test_retry_after_is_obeyed(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [ChatRateLimited(retry_after_s=7)]}
    deliver(KEY)
    assert world.store.outbox.due(NOON + timedelta(seconds=6)) == []
    assert world.store.outbox.due(NOON + timedelta(seconds=7)) == [KEY]
    deliver(KEY)
    assert world.chat.methods() == ["post"]


def test_out_of_the_channel_the_response_url_is_used_then_a_direct_message(world: World) -> None:
    told(world, "one", response_url="https://slack/r", target=Target(channel=ROOM, thread_ts="5.0"))
    world.chat.fails = {"post": [no("not_in_channel")]}
    again(world, 2)
    for text in ("two", "three", "four", "five", "six"):
        rewritten(world, text)
        again(world)
    assert [each[:2] for each in world.chat.sent] == [("respond", "https://slack/r")] * 4 + [
        ("post", "DU1"),
        ("update", "DU1/5.0"),
    ]
    posted = world.chat.asked[-2]
    assert posted["thread_ts"] is None, "a thread of the channel is none of the direct message"
    replaced = [each["replace"] for each in world.chat.asked if each["method"] == "respond"]
    assert replaced == [False, True, True, True]


def test_an_old_response_url_is_not_used(world: World) -> None:
    told(world, response_url="https://slack/r", not_in_channel=True)
    world.clock.advance(25 * 60)
    again(world)
    assert world.chat.sent == [("post", "DU1", "hello")]


@pytest.mark.parametrize("code", ["used_url", "expired_url", "no_such_thing"])
def test_a_spent_response_url_gives_way_to_a_direct_message(world: World, code: str) -> None:
    told(world, response_url="https://slack/r", not_in_channel=True)
    world.chat.fails = {"respond": [no(code)]}
    again(world, 2)
    assert world.chat.sent == [("post", "DU1", "hello")]


def test_a_response_url_that_does_not_answer_is_asked_again_and_counted(world: World) -> None:
    told(world, response_url="https://slack/r", not_in_channel=True)
    world.chat.fails = {"respond": [LOST]}
    again(world, 2)
    assert world.chat.sent == [("respond", "https://slack/r", "hello")]
    assert standing(world).response_uses == 2


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_message_that_cannot_be_edited_is_posted_anew(world: World, code: str) -> None:
    told(world, "stopping")
    again(world)
    rewritten(world, "stopped")
    world.chat.fails = {"update": [no(code)]}
    again(world, 2)
    assert world.chat.sent[1:] == [("post", ROOM, "stopped")]


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "not_in_channel"])
def test_what_stands_where_we_no_longer_reach_is_told_elsewhere(world: World, code: str) -> None:
    told(world, "stopping")
    again(world)
    rewritten(world, "stopped")
    world.chat.fails = {"update": [no(code)]}
    again(world, 2)
    assert world.chat.sent[1:] == [("post", "DU1", "stopped")]
    assert not waiting(world)


def test_refused_blocks_are_sent_as_plain_text(world: World) -> None:
    told(world, content=Content(text="hello", blocks=({"type": "section"},)))
    world.chat.fails = {"post": [no("invalid_blocks")]}
    again(world, 2)
    assert world.chat.sent == [("post", ROOM, "hello")]
    assert world.chat.blocks == [()]


def test_an_answer_to_one_person_is_ephemeral(world: World) -> None:
    told(world, kind=MessageKind.REPLY)
    again(world)
    assert world.chat.sent == [("ephemeral", f"{ROOM}/U1", "hello")]


# -- giving up


def test_an_outage_of_slack_swallows_no_message(world: World) -> None:
    told(world, "stopped")
    world.chat.fails = {"post": [LOST] * (MAX_TRIES + 20)}
    again(world, MAX_TRIES + 21)
    assert world.chat.sent == [("post", ROOM, "stopped")]


def test_a_message_nobody_takes_is_given_up_counted_and_tried_again_when_there_is_more(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [no("user_not_found")] * (MAX_TRIES + 1)}
    again(world, MAX_TRIES + 1)
    assert not waiting(world)
    assert world.store.clockwork.counters()["message_given_up"] == 1
    rewritten(world, "more")
    again(world)
    assert world.chat.sent == [("post", ROOM, "more")]


def test_a_message_whose_records_are_gone_is_forgotten(world: World) -> None:
    told(world, content=None)
    again(world)
    assert world.chat.asked == []
    assert not waiting(world)


def test_a_key_without_its_message_is_struck_out(world: World) -> None:
    world.store.outbox.want(KEY, NOON)
    again(world)
    assert not waiting(world)


# -- two deliveries at once


def test_a_second_delivery_leaves_the_message_to_the_first(world: World) -> None:
    told(world)
    world.chat.meanwhile = lambda method: deliver(KEY)
    again(world)
    assert world.chat.sent == [("post", ROOM, "hello")]


def test_what_comes_while_a_message_is_sent_is_told_next(world: World) -> None:
    told(world, "stopping")
    again(world)
    rewritten(world, "still stopping")

    def more(method: str) -> None:
        world.chat.meanwhile = None
        world.store.outbox.want(KEY, NOON)

    world.chat.meanwhile = more
    again(world)
    assert waiting(world)
    again(world)
    assert world.chat.methods() == ["post", "update", "update"]
    assert not waiting(world)


def expire_lease(world: World) -> None:
    world.store.client.delete(world.store.keys.message_lease(KEY))


def test_a_paused_delivery_that_wakes_before_its_post_does_not_post(world: World, monkeypatch: Any) -> None:
    """It was stopped between noting that it would post and posting; another has done it since."""
    told(world)
    save = type(world.store.outbox).save

    def paused(*given: Any) -> Any:
        monkeypatch.setattr(type(world.store.outbox), "save", save)
        saved = save(*given)
        expire_lease(world)
        deliver(KEY)
        return saved

    monkeypatch.setattr(type(world.store.outbox), "save", paused)
    again(world, 2)
    assert [method for method, *_ in world.chat.sent].count("post") == 1


def test_older_words_that_arrive_last_are_put_right(world: World) -> None:
    """It was stopped inside its call to Slack for longer than its lease; another told the end meanwhile."""
    told(world, "stopping")
    again(world)
    rewritten(world, "still stopping")

    def overtaken(method: str) -> None:
        world.chat.meanwhile = None
        expire_lease(world)
        rewritten(world, "stopped")
        world.forget_real_time()
        deliver(KEY)

    world.chat.meanwhile = overtaken
    again(world)
    assert world.chat.sent[-1][2] == "still stopping", "the paused delivery speaks last"
    again(world, 2)
    assert world.chat.sent[-1][2] == "stopped"
    assert not waiting(world)


def test_a_delivery_that_failed_is_not_held_for_its_whole_lease(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [LOST]}
    again(world)
    assert not world.store.client.exists(world.store.keys.message_lease(KEY))


# -- pacing


def test_a_channel_is_left_alone_after_a_post(world: World) -> None:
    told(world)
    deliver(KEY)
    second = message("m2", content=Content(text="next"), target=Target(channel=ROOM))
    world.store.outbox.put(second, NOON)
    deliver("m2")
    assert world.chat.methods() == ["post"]
    assert world.store.outbox.due(NOON + timedelta(seconds=1)) == ["m2"]


# -- faults of ours


def test_a_message_that_cannot_be_written_is_told_as_an_error(world: World, monkeypatch: Any) -> None:
    world.runpod.pods = {POD_ID: pod()}
    world.accept("r1")

    def broken(*_: Any, **__: Any) -> Content:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.views.request.message", broken)
    for _ in range(3):
        world.forget_real_time()
        world.clock.advance(10)
        deliver("r1")
    (sent,) = world.chat.sent
    assert "Something in me failed" in sent[2]
    assert "r1" not in world.store.outbox.keys_waiting()
    monkeypatch.undo()
    world.store.outbox.want("r1", world.clock.now())
    world.forget_real_time()
    deliver("r1")
    assert world.chat.sent[-1][0] == "update"
    assert "failed" not in world.chat.sent[-1][2]


def test_a_request_s_message_says_what_the_newest_record_says(world: World) -> None:
    world.runpod.pods = {POD_ID: pod()}
    world.accept("r1")
    deliver("r1")
    assert "next in line" in world.chat.sent[0][2]
    assert (Job.DELIVER, "r1") not in world.woken
