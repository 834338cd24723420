"""Two who change the snapshot at once build upon each other, and no state of its keys makes them run for ever."""

from __future__ import annotations

from pods.errors import TimedOut
from pods.fleet import Fleet, Owner, OwnerKind, missed
from pods.store import Store
from tests.unit.pods.builders import NOON, at, fleet, pod
from tests.unit.store.records import entry


def test_a_change_that_met_another_is_made_upon_it(store: Store, other: Store) -> None:
    store.fleet.change(lambda _: fleet(pod(), version=1), NOON)
    rivals = [lambda before: before.model_copy(update={"version": before.version + 1, "trouble": "rival"})]

    def slow(before: Fleet) -> Fleet:
        if rivals:
            other.fleet.change(rivals.pop(), NOON)
        return before.model_copy(update={"version": before.version + 1, "tried_at": at(5)})

    after = store.fleet.change(slow, NOON)
    assert (after.version, after.trouble, after.tried_at) == (3, "rival", at(5))
    assert store.fleet.load() == other.fleet.load() == after


def test_two_first_snapshots_at_once_end_in_one(store: Store, other: Store) -> None:
    rivals = [lambda _: fleet(pod())]

    def slow(before: Fleet) -> Fleet:
        if rivals:
            other.fleet.change(rivals.pop(), NOON)
        return missed(before, TimedOut(), at(5))

    after = store.fleet.change(slow, NOON)
    assert after.pods == (pod(),)
    assert after.failing_since == at(5)


def test_a_snapshot_whose_version_key_is_gone_is_still_read_and_changed(store: Store) -> None:
    store.fleet.change(lambda _: fleet(pod()), NOON)
    store.client.delete(store.keys.fleet_version)
    assert store.fleet.load().pods == (pod(),)
    after = store.fleet.change(lambda before: missed(before, TimedOut(), at(5)), NOON)
    assert after.pods == (pod(),)


def test_a_reader_sees_what_another_process_wrote(store: Store, other: Store) -> None:
    assert other.fleet.load() == Fleet()
    store.fleet.change(lambda _: fleet(pod(name="first")), NOON)
    assert other.fleet.load().pods[0].name == "first"
    store.fleet.change(lambda before: fleet(pod(name="second"), version=before.version + 1), NOON)
    assert other.fleet.load().pods[0].name == "second"


def test_a_decision_to_change_nothing_writes_nothing(store: Store) -> None:
    store.fleet.change(lambda before: before, NOON)
    assert not store.client.exists(store.keys.fleet)


def test_an_owner_is_handed_over_only_from_what_was_known(store: Store) -> None:
    bob, dave = (Owner(kind=OwnerKind.PERSON, user=user, since=NOON, by=user) for user in ("UBOB", "UDAVE"))
    seen_by_both = store.fleet.facts_of("abc123")

    first = store.fleet.hand_over(seen_by_both, bob, now=NOON, audit=entry())
    second = store.fleet.hand_over(seen_by_both, dave, now=NOON, audit=entry())

    assert first is not None
    assert second is None
    assert store.fleet.facts_of("abc123").owner == bob
    assert store.client.xlen(store.keys.audit) == 1
    assert store.fleet.set_owner("abc123", dave, now=NOON, audit=entry()).owner == dave
    assert store.fleet.facts_of("abc123").version == 2
