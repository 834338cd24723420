"""A message is in the hands of one delivery, and leaves the outbox only when all there was to tell has been told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.messages import Message, Target
from pods.store import Store
from pods.store.outbox import Draft, TakenOver
from pods.times import to_ms
from tests.unit.pods.builders import NOON, at
from tests.unit.store.records import dump_all, message

POSTED = Target(channel="C1", ts="1.0")


@pytest.fixture
def draft(store: Store) -> Draft:
    """A new message in the hands of its first delivery."""
    store.outbox.put(message("rq1"), NOON)
    return take(store)


def take(store: Store) -> Draft:
    taken = store.outbox.take("rq1")
    assert taken is not None
    return taken


def known(store: Store) -> Message:
    found = store.outbox.get("rq1")
    assert found is not None
    return found


def lose_lease(store: Store) -> None:
    """As twelve seconds after a delivery took the message."""
    store.client.delete(store.keys.message_lease("rq1"))


def test_a_message_is_taken_with_what_it_has_to_tell(store: Store, draft: Draft) -> None:
    assert (draft.message, draft.wanted) == (message("rq1"), 1)
    assert 0 < store.client.pttl(store.keys.message_lease("rq1")) <= 12_000
    assert store.outbox.still_ours(draft)


def test_a_message_in_the_hands_of_a_delivery_is_not_taken_by_another(store: Store, other: Store, draft: Draft) -> None:
    assert other.outbox.take("rq1") is None
    store.outbox.release(draft)
    assert take(other).token != draft.token


def test_a_key_without_a_record_leaves_the_outbox_and_holds_nobody_up(store: Store) -> None:
    store.outbox.want("gone", NOON)
    assert store.outbox.take("gone") is None
    assert list(store.outbox.keys_waiting()) == []
    assert not store.client.exists(store.keys.message_lease("gone"))


def test_a_message_put_twice_stands_as_it_was_first(store: Store, draft: Draft) -> None:
    before = dump_all(store)
    store.outbox.put(message("rq1", user="U2"), at(1))
    assert dump_all(store) == before


def test_a_delivered_message_leaves_the_outbox_and_knows_how_far_it_told(store: Store, draft: Draft) -> None:
    tried = draft.message.model_copy(update={"target": POSTED, "tries": 3, "posting_since": NOON})
    store.outbox.finish(draft, tried, at(1))
    after = known(store)
    assert (after.target, after.sent, after.tries, after.posting_since) == (POSTED, 1, 0, None)
    assert after.version == draft.message.version + 1
    assert list(store.outbox.keys_waiting()) == []


def test_what_is_wanted_while_sending_keeps_the_message_in_the_outbox(store: Store, other: Store, draft: Draft) -> None:
    other.outbox.want("rq1", at(1))
    store.outbox.finish(draft, draft.message, at(2))
    assert store.outbox.due(at(2)) == ["rq1"]
    assert known(store).sent == 1
    store.outbox.release(draft)
    again = take(store)
    assert again.wanted == 2
    store.outbox.finish(again, again.message, at(3))
    assert known(store).sent == 2
    assert store.outbox.due(at(9)) == []


def test_a_record_written_in_the_middle_of_a_delivery_stays_in_its_hands(store: Store, draft: Draft) -> None:
    begun = store.outbox.save(draft, draft.message.model_copy(update={"posting_since": at(1)}), at(1))
    assert begun.message == known(store)
    assert known(store).posting_since == at(1)
    assert (begun.wanted, begun.token) == (draft.wanted, draft.token)
    assert list(store.outbox.keys_waiting()) == ["rq1"]
    store.outbox.finish(begun, begun.message, at(2))
    assert known(store).version == draft.message.version + 2


def test_an_undelivered_message_waits_in_the_outbox_until_its_time(store: Store, draft: Draft) -> None:
    store.outbox.later(draft, draft.message.model_copy(update={"tries": 1}), at(15), at(1))
    assert known(store).tries == 1
    assert known(store).sent == 0
    assert store.outbox.due(at(14)) == []
    assert store.outbox.due(at(15)) == ["rq1"]


def test_more_to_tell_brings_a_waiting_message_forward(store: Store, draft: Draft) -> None:
    store.outbox.later(draft, draft.message, at(60), at(1))
    store.outbox.want("rq1", at(2))
    assert store.outbox.due(at(2)) == ["rq1"]


def test_a_message_given_up_is_kept_but_no_longer_sent(store: Store, draft: Draft) -> None:
    store.outbox.give_up(draft, at(1))
    assert known(store) == draft.message
    assert list(store.outbox.keys_waiting()) == []
    store.outbox.want("rq1", at(2))
    assert store.outbox.due(at(2)) == ["rq1"]


def test_what_is_wanted_while_a_message_is_given_up_is_still_tried(store: Store, other: Store, draft: Draft) -> None:
    other.outbox.want("rq1", at(1))
    store.outbox.give_up(draft, at(2))
    assert store.outbox.due(at(2)) == ["rq1"]


def test_of_two_deliveries_at_once_only_the_one_that_wrote_first_goes_on(
    store: Store, other: Store, draft: Draft
) -> None:
    lose_lease(store)
    second = take(other)
    assert not store.outbox.still_ours(draft)
    begun = other.outbox.save(second, second.message.model_copy(update={"posting_since": at(1)}), at(1))
    before = dump_all(store)
    for write in (
        lambda: store.outbox.save(draft, draft.message, at(2)),
        lambda: store.outbox.finish(draft, draft.message, at(2)),
        lambda: store.outbox.later(draft, draft.message, at(60), at(2)),
    ):
        with pytest.raises(TakenOver, match="rq1"):
            write()
    assert dump_all(store) == before
    other.outbox.finish(begun, begun.message, at(3))
    assert known(store).sent == 1


def test_a_delivery_that_was_overtaken_gives_back_nothing_of_its_successor(
    store: Store, other: Store, draft: Draft
) -> None:
    lose_lease(store)
    second = take(other)
    store.outbox.release(draft)
    assert other.outbox.still_ours(second)


def test_messages_are_due_by_their_time_and_no_more_than_asked_for(store: Store) -> None:
    for seconds, key in ((3, "a"), (1, "b"), (2, "c")):
        store.outbox.put(message(key), at(seconds))
    assert store.outbox.due(at(2)) == ["b", "c"]
    assert store.outbox.due(at(9), limit=1) == ["b"]
    assert store.client.zscore(store.keys.outbox, "a") == to_ms(at(3))


def test_a_channel_is_paused_on_its_own_and_for_a_while(store: Store, other: Store) -> None:
    store.outbox.pause("C1", 5)
    left = other.outbox.paused_for("C1")
    assert left is not None
    assert timedelta(seconds=4) < left <= timedelta(seconds=5)
    assert store.outbox.paused_for("C2") is None
    store.client.delete(store.keys.paced("C1"))
    assert store.outbox.paused_for("C1") is None
