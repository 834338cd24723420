"""Cards: rendered from records, in a channel, by direct message or in the thread of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from pods.errors import ChatError
from pods.messages import Content, Message, card
from tests.unit.workers.world import ROOM, World
from workers.cards import CARDS
from workers.context import Context
from workers.deliver import deliver


@pytest.fixture(autouse=True)
def words() -> Iterator[dict[str, str]]:
    """What the card "test" says of each subject; one without words has no record any more."""
    said = {"s1": "idle", "s2": "history"}

    def render(_context: Context, message: Message, _now: datetime) -> Content | None:
        text = said.get(message.subject)
        return None if text is None else Content(text=text)

    CARDS["test"] = render
    yield said
    del CARDS["test"]


def put(world: World, message: Message) -> str:
    world.store.outbox.put(message, world.clock.now())
    return message.key


def again(world: World, key: str) -> None:
    world.forget_real_time()
    deliver(key)


def get(world: World, key: str) -> Message:
    found = world.store.outbox.get(key)
    assert found is not None
    return found


def test_a_card_is_posted_once_and_then_edited_with_what_its_record_says(world: World, words: dict[str, str]) -> None:
    key = put(world, card("test", "s1", user="U1", channel=ROOM, now=world.clock.now()))
    again(world, key)
    words["s1"] = "stopped"
    world.store.outbox.want(key, world.clock.now())
    again(world, key)
    assert world.chat.sent == [("post", ROOM, "idle"), ("update", f"{ROOM}/1.0", "stopped")]


def test_a_card_without_a_channel_goes_to_its_person(world: World) -> None:
    key = put(world, card("test", "s1", user="U1", now=world.clock.now()))
    again(world, key)
    assert [(method, text) for method, _, text in world.chat.sent] == [("post", "idle")]
    assert get(world, key).target.channel.startswith("D")
    world.store.outbox.want(key, world.clock.now())
    again(world, key)
    assert world.chat.sent[-1][0] == "update"


def test_it_is_known_when_slack_first_took_it_and_when_last(world: World) -> None:
    began = world.clock.now()
    key = put(world, card("test", "s1", user="U1", channel=ROOM, now=began))
    world.chat.fails = {"post": [ChatError(code="fatal_error")]}
    again(world, key)
    assert get(world, key).told_at is None
    world.clock.advance(60)
    again(world, key)
    assert get(world, key).told_at == get(world, key).sent_at == began + timedelta(seconds=60)
    world.clock.advance(60)
    again(world, key)
    assert get(world, key).sent_at == began + timedelta(seconds=60)
    world.store.outbox.want(key, world.clock.now())
    again(world, key)
    assert get(world, key).told_at == began + timedelta(seconds=60)
    assert get(world, key).sent_at == began + timedelta(seconds=120)


def test_what_belongs_into_a_thread_waits_for_the_message_it_hangs_on(world: World) -> None:
    now = world.clock.now()
    parent = put(world, card("test", "s1", user="U1", channel=ROOM, now=now))
    child = put(world, card("test", "s2", user="U1", channel=ROOM, now=now, part="1", under=parent))
    again(world, child)
    assert world.chat.sent == []
    again(world, parent)
    world.clock.advance(2)
    again(world, child)
    assert [text for _, _, text in world.chat.sent] == ["idle", "history"]
    assert get(world, child).target.thread_ts == get(world, parent).target.ts


def test_a_thread_in_a_direct_message_is_found_where_that_went(world: World) -> None:
    now = world.clock.now()
    parent = put(world, card("test", "s1", user="U1", now=now))
    child = put(world, card("test", "s2", user="U1", now=now, part="1", under=parent))
    again(world, parent)
    again(world, child)
    assert get(world, child).target.channel == get(world, parent).target.channel
    assert get(world, child).target.thread_ts == get(world, parent).target.ts


def test_where_the_first_message_cannot_be_told_the_second_is_told_alone(world: World) -> None:
    now = world.clock.now()
    parent = put(world, card("test", "s1", user="U1", channel=ROOM, now=now))
    child = put(world, card("test", "s2", user="U1", channel=ROOM, now=now, part="1", under=parent))
    world.clock.advance(599)
    again(world, child)
    assert world.chat.sent == []
    world.clock.advance(2)
    again(world, child)
    assert world.chat.sent == [("post", ROOM, "history")]


def test_a_card_whose_record_is_gone_says_nothing(world: World, words: dict[str, str]) -> None:
    key = put(world, card("test", "s1", user="U1", channel=ROOM, now=world.clock.now()))
    words.clear()
    again(world, key)
    assert world.chat.sent == []
    assert list(world.store.outbox.keys_waiting()) == []


def test_cards_about_one_subject_have_a_key_per_place_and_part() -> None:
    now = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
    keys = {
        card("test", "s1", user="U1", channel="C1", now=now).key,
        card("test", "s1", user="U1", channel="C2", now=now).key,
        card("test", "s1", user="U1", now=now).key,
        card("test", "s1", user="U1", channel="C1", now=now, part="1").key,
    }
    assert len(keys) == 4
