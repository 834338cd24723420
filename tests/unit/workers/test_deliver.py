"""A delivery repeats nothing it need not, and never lets older words stand last."""

from __future__ import annotations

from typing import Any

import pytest

from pods.errors import ChatError, ChatRateLimited
from pods.jobs import Job
from pods.messages import Content
from tests.unit.pods.builders import NOON, POD_ID, pod
from tests.unit.workers.mail import KEY, LOST, again, no, rewritten, standing, told, waiting
from tests.unit.workers.world import ROOM, World
from workers.deliver import deliver


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
