"""A delivery takes the road that is open, at the pace Slack asks for, and gives up only when none is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.typing import EventDict

from pods.errors import ChatRateLimited
from pods.messages import Content, MessageKind, Target
from tests.unit.pods.builders import NOON
from tests.unit.store.records import message
from tests.unit.workers.mail import KEY, LOST, again, no, rewritten, standing, told, waiting
from tests.unit.workers.world import ROOM, World
from workers.deliver import MAX_TRIES, deliver


def test_retry_after_is_obeyed(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [ChatRateLimited(retry_after_s=7)]}
    deliver(KEY)
    assert world.store.outbox.due(NOON + timedelta(seconds=6)) == []
    assert world.store.outbox.due(NOON + timedelta(seconds=7)) == [KEY]
    deliver(KEY)
    assert world.chat.methods() == ["post"]


def test_a_channel_that_is_asked_to_wait_waits_for_every_message(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [ChatRateLimited(retry_after_s=7)]}
    deliver(KEY)
    for key, channel in (("same", ROOM), ("else", "C2")):
        world.store.outbox.put(message(key, content=Content(text=key), target=Target(channel=channel)), NOON)
        deliver(key)
    assert [each["where"] for each in world.chat.asked] == [ROOM, "C2"]


def test_waiting_for_slack_is_no_try(world: World) -> None:
    told(world)
    world.chat.fails = {"post": [ChatRateLimited(retry_after_s=7)] * (MAX_TRIES + 2)}
    again(world, MAX_TRIES + 3)
    assert world.chat.sent == [("post", ROOM, "hello")]


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


def test_an_answer_to_one_person_is_ephemeral_and_in_its_thread(world: World) -> None:
    told(world, kind=MessageKind.REPLY, target=Target(channel=ROOM, thread_ts="5.0"))
    again(world)
    assert world.chat.sent == [("ephemeral", f"{ROOM}/U1", "hello")]
    assert world.chat.asked[0]["thread_ts"] == "5.0"


def test_an_answer_to_one_person_takes_the_place_of_what_they_pressed(world: World) -> None:
    told(world, kind=MessageKind.REPLY, response_url="https://slack/r", replaces=True)
    again(world)
    (asked,) = world.chat.asked
    assert (asked["method"], asked["replace"], asked["in_channel"]) == ("respond", True, False)


def test_a_public_message_by_response_url_is_for_the_whole_channel(world: World) -> None:
    told(world, response_url="https://slack/r", not_in_channel=True)
    again(world)
    (asked,) = world.chat.asked
    assert (asked["method"], asked["replace"], asked["in_channel"]) == ("respond", False, True)


def test_an_answer_to_one_person_where_the_bot_is_not_comes_as_a_direct_message(world: World) -> None:
    told(world, kind=MessageKind.REPLY)
    world.chat.fails = {"ephemeral": [no("not_in_channel")]}
    again(world, 2)
    assert world.chat.sent == [("post", "DU1", "hello")]
    assert not waiting(world)


def test_a_home_tab_is_published_to_its_reader(world: World) -> None:
    blocks = ({"type": "divider"},)
    told(world, kind=MessageKind.HOME, content=Content(text="home", blocks=blocks))
    again(world)
    (asked,) = world.chat.asked
    assert (asked["method"], asked["where"]) == ("publish_home", "U1")
    assert asked["view"] == {"type": "home", "blocks": list(blocks)}
    assert not waiting(world)


def test_a_direct_message_that_cannot_be_opened_is_tried_again(world: World) -> None:
    told(world, not_in_channel=True)
    world.chat.fails = {"open_dm": [no("internal_error")]}
    again(world, 2)
    assert world.chat.sent == [("post", "DU1", "hello")]


# -- pacing


@pytest.mark.parametrize("code", ["user_not_in_channel", "not_in_channel"])
def test_an_answer_that_cannot_be_shown_in_the_channel_comes_by_direct_message(world: World, code: str) -> None:
    told(world, kind=MessageKind.REPLY)
    world.chat.fails = {"ephemeral": [no(code)]}
    again(world, 2)
    assert world.chat.sent == [("post", "DU1", "hello")]


def test_a_channel_is_left_alone_after_a_post(world: World) -> None:
    told(world)
    deliver(KEY)
    second = message("m2", content=Content(text="next"), target=Target(channel=ROOM))
    world.store.outbox.put(second, NOON)
    deliver("m2")
    assert world.chat.methods() == ["post"]
    assert world.store.outbox.due(NOON + timedelta(seconds=1)) == ["m2"]


# -- giving up


def test_an_outage_of_slack_swallows_no_message(world: World) -> None:
    told(world, "stopped")
    world.chat.fails = {"post": [LOST] * (MAX_TRIES + 20)}
    again(world, MAX_TRIES + 21)
    assert world.chat.sent == [("post", ROOM, "stopped")]


def test_a_message_nobody_takes_is_given_up_counted_and_tried_again_when_there_is_more(
    world: World, logged: list[EventDict]
) -> None:
    told(world)
    world.chat.fails = {"post": [no("user_not_found")] * (MAX_TRIES + 1)}
    again(world, MAX_TRIES)
    assert waiting(world)
    again(world)
    assert not waiting(world)
    (given_up,) = [line for line in logged if line["event"] == "message.given_up"]
    assert (given_up["log_level"], given_up["code"]) == ("error", "user_not_found")
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
