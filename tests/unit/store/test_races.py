"""Of all who are woken for an operation one takes the step; who lost it writes nothing more."""

from __future__ import annotations

import pytest

from pods.audit import Event
from pods.model import Verb
from pods.operations import DEADLINES, Code, Operation, OperationState, Outcome
from pods.store import Store
from pods.store.walk import Taken
from tests.unit.pods.builders import NOON, POD_ID, at
from tests.unit.store.records import accept, dump_all, entry, only

OP = f"r1-{POD_ID}"


def lease_runs_out(store: Store) -> None:
    store.client.delete(store.keys.lease(OP))


def take(store: Store, seconds: float = 0, operation_id: str = OP) -> Taken:
    taken = store.walk.take(operation_id, at(seconds))
    assert taken is not None
    return taken


def moved(operation: Operation, **changes: object) -> Operation:
    return operation.model_copy(update=changes)


def confirming(taken: Taken, next_at: float) -> Operation:
    return moved(taken.operation, state=OperationState.CONFIRMING, calls=1, next_at=at(next_at))


def ended(taken: Taken, state: OperationState = OperationState.DONE) -> Operation:
    look = at(310) if state is OperationState.UNKNOWN else None
    return moved(taken.operation, state=state, outcome=Outcome(code=Code.DONE), ended_at=at(300), next_at=look)


def test_a_lease_that_ran_out_lets_another_in_and_fences_the_first(store: Store, other: Store) -> None:
    accept(store, "r1")
    slow = take(store)
    lease_runs_out(store)
    quick = take(other)
    before = dump_all(store)
    assert not store.walk.still_ours(slow)
    assert store.walk.move(slow, ended(slow), now=NOON, tell=True, audit=entry(Event.ENDED)) is None
    assert not store.walk.renew(slow)
    assert not store.walk.give_back(slow)
    assert dump_all(store) == before, "a lost attempt changes nothing at all"
    assert other.walk.still_ours(quick)
    assert other.walk.move(quick, confirming(quick, 2), now=NOON, tell=True) is not None


def test_the_first_s_write_before_the_takeover_is_what_the_second_goes_on_from(store: Store, other: Store) -> None:
    accept(store, "r1")
    slow = take(store)
    calling = moved(slow.operation, state=OperationState.CALLING, calls=1, called_at=NOON, next_at=at(15))
    slow = store.walk.move(slow, calling, now=NOON, tell=True) or slow
    lease_runs_out(store)
    assert other.walk.take(OP, at(14)) is None, "nobody is let in while the call may still be under way"
    quick = take(other, 15)
    assert quick.operation.calls == 1
    assert store.walk.move(slow, ended(slow), now=at(16), tell=True) is None


def test_what_is_accepted_is_taken_whatever_the_taker_s_clock_says(store: Store) -> None:
    accept(store, "r1")
    assert store.walk.take(OP, at(-60)) is not None


def test_a_wake_up_that_read_an_older_record_takes_nothing(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its reading and its taking the operation has ended: the pod must not become busy again."""
    accept(store, "r1")
    stale = only(store, "r1")
    taken = take(store)
    store.walk.move(taken, ended(taken), now=at(300), tell=True)
    store.walk.give_back(taken)
    monkeypatch.setattr(other.walk, "operation", lambda _: stale)
    assert other.walk.take(OP, at(301)) is None
    assert store.walk.holder(POD_ID) is None


def test_a_mark_taken_by_a_worker_that_died_goes_with_the_operation_s_end(store: Store) -> None:
    accept(store, "r1")
    take(store)
    lease_runs_out(store)
    taken = take(store)
    store.walk.move(taken, ended(taken), now=at(1), tell=True)
    assert not store.client.exists(store.keys.busy(POD_ID))


def queued(store: Store) -> str:
    accept(store, "r1", Verb.START)
    accept(store, "r2", Verb.TERMINATE, queue_behind=True)
    return f"r2-{POD_ID}"


def test_the_wait_in_line_does_not_use_up_the_deadline(store: Store) -> None:
    behind = queued(store)
    for seconds in range(0, 600, 60):
        assert store.walk.take(behind, at(seconds)) is None
    assert only(store, "r2").deadline - at(600) > DEADLINES[Verb.TERMINATE] / 4


def test_one_that_nobody_took_is_not_given_more_time(store: Store) -> None:
    accept(store, "r1")
    store.walk.take(OP, at(200))
    assert only(store, "r1").deadline == NOON + DEADLINES[Verb.STOP]


@pytest.mark.parametrize("gone", [True, False], ids=["record gone", "record ended"])
def test_a_mark_that_outlived_its_operation_keeps_nobody_in_line(store: Store, gone: bool) -> None:
    behind = queued(store)
    if gone:
        store.client.delete(store.keys.operation(OP))
    else:
        over = moved(only(store, "r1"), state=OperationState.DONE, ended_at=NOON)
        store.client.set(store.keys.operation(OP), over.model_dump_json())
    assert store.walk.take(behind, NOON) is not None


def test_no_key_of_a_step_is_kept_for_ever(store: Store) -> None:
    accept(store, "r1")
    taken = take(store)
    store.walk.move(taken, ended(taken), now=at(300), tell=True)
    store.walk.give_back(taken)
    lasting = {key for key in store.client.scan_iter() if store.client.pttl(key) == -1}
    assert lasting <= {store.keys.audit, store.keys.outbox}
