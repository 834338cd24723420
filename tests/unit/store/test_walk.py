"""An operation is taken by one worker at a time, and only the one that has it now may write."""

from __future__ import annotations

import pytest

from pods.audit import Event
from pods.model import Verb
from pods.operations import DEADLINES, Code, Operation, OperationState, Outcome
from pods.store import Store
from pods.store.walk import Taken
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at
from tests.unit.store.records import accept, dump_all, entry, only

S = OperationState


@pytest.fixture
def op(store: Store) -> str:
    accept(store, "rq1")
    return only(store, "rq1").id


def take(store: Store, op: str, seconds: float = 0) -> Taken:
    taken = store.walk.take(op, at(seconds))
    assert taken is not None
    return taken


def lose_lease(store: Store, op: str) -> None:
    """As when its worker has not renewed it for ten seconds."""
    store.client.delete(store.keys.lease(op))


def ended(taken: Taken, state: OperationState, seconds: float = 1, **changes: object) -> Operation:
    outcome = Outcome(code=Code.NOT_CONFIRMED if state is S.UNKNOWN else Code.DONE)
    usual = {"state": state, "ended_at": at(seconds), "next_at": None, "outcome": outcome}
    return taken.operation.model_copy(update={**usual, **changes})


def end(store: Store, name: str) -> None:
    taken = take(store, only(store, name).id)
    assert store.walk.move(taken, ended(taken, S.DONE), now=at(1), tell=False) is not None
    store.walk.give_back(taken)


# -- taking


def test_an_accepted_operation_is_taken_at_once_by_one_worker_only(store: Store, other: Store, op: str) -> None:
    assert take(store, op) == Taken(only(store, "rq1"), "1")
    assert 0 < store.client.pttl(store.keys.lease(op)) <= 10_000
    assert other.walk.take(op, at(1)) is None


def test_each_taking_has_an_attempt_of_its_own(store: Store, other: Store, op: str) -> None:
    first = take(store, op)
    assert store.walk.give_back(first)
    assert take(other, op).attempt == "2"


def test_an_operation_under_way_is_taken_when_it_is_due_and_not_before(store: Store, op: str) -> None:
    taken = take(store, op)
    running = taken.operation.model_copy(update={"state": S.RUNNING, "next_at": at(5)})
    assert store.walk.move(taken, running, now=at(1), tell=False)
    store.walk.give_back(taken)
    assert store.walk.take(op, at(4.9)) is None
    assert not store.client.exists(store.keys.lease(op))
    assert take(store, op, 5).operation == only(store, "rq1")


def test_an_operation_that_ended_and_is_no_longer_looked_at_is_not_taken(store: Store, op: str) -> None:
    end(store, "rq1")
    before = dump_all(store)
    assert store.walk.take(op, at(99)) is None
    assert dump_all(store) == before


def test_a_mark_whose_operation_ended_does_not_keep_others_waiting(store: Store, op: str) -> None:
    accept(store, "rq2", Verb.TERMINATE, queue_behind=True)
    end(store, "rq1")
    store.client.set(store.keys.busy(POD_ID), op)
    assert take(store, only(store, "rq2").id).operation == only(store, "rq2")
    assert store.walk.holder(POD_ID) == only(store, "rq2")


def test_one_that_queues_is_taken_when_its_pod_is_free(store: Store, op: str) -> None:
    accept(store, "rq2", Verb.TERMINATE, queue_behind=True)
    queued = only(store, "rq2").id
    assert store.walk.take(queued, at(1)) is None
    assert queued in store.walk.due(at(1))
    end(store, "rq1")
    assert take(store, queued, 2).attempt == "1"
    assert store.walk.holder(POD_ID) == only(store, "rq2")


def test_time_spent_queueing_does_not_bring_the_deadline_nearer(store: Store, op: str) -> None:
    accept(store, "rq2", Verb.TERMINATE, queue_behind=True)
    span = DEADLINES[Verb.TERMINATE]
    early, late = span.total_seconds() / 2 - 1, span.total_seconds() - 1
    store.walk.take(only(store, "rq2").id, at(early))
    assert only(store, "rq2").deadline == NOON + span
    store.walk.take(only(store, "rq2").id, at(late))
    assert only(store, "rq2").deadline == at(late) + span
    end(store, "rq1")
    assert take(store, only(store, "rq2").id, late).operation.deadline == at(late) + span


def test_an_operation_whose_record_ran_out_is_forgotten(store: Store, op: str) -> None:
    store.client.delete(store.keys.operation(op))
    assert store.walk.take(op, NOON) is None
    assert store.walk.due(at(99)) == store.walk.open_operations() == []


def test_one_that_is_only_looked_after_leaves_the_pod_to_others(store: Store, op: str) -> None:
    taken = take(store, op)
    store.walk.move(taken, ended(taken, S.UNKNOWN, next_at=at(10)), now=at(1), tell=True)
    store.walk.give_back(taken)
    accept(store, "rq2", Verb.START)
    assert take(store, op, 10).operation.state is S.UNKNOWN
    assert store.walk.holder(POD_ID) == only(store, "rq2")


# -- holding


def test_a_lease_is_renewed_and_given_back_by_its_own_attempt_only(store: Store, other: Store, op: str) -> None:
    first = take(store, op)
    store.client.pexpire(store.keys.lease(op), 500)
    assert store.walk.renew(first)
    assert store.client.pttl(store.keys.lease(op)) > 500
    lose_lease(store, op)
    assert not store.walk.renew(first)
    second = take(other, op)
    assert not store.walk.renew(first)
    assert not store.walk.give_back(first)
    assert store.client.get(store.keys.lease(op)) == second.attempt
    assert other.walk.still_ours(second)
    assert not store.walk.still_ours(first)


# -- moving


def test_a_move_writes_the_record_its_place_in_due_the_message_and_the_audit(store: Store, op: str) -> None:
    taken = take(store, op)
    running = taken.operation.model_copy(update={"state": S.RUNNING, "next_at": at(5)})
    moved = store.walk.move(taken, running, now=at(1), tell=True, audit=entry(Event.CALLED))
    assert moved == Taken(only(store, "rq1"), taken.attempt)
    assert only(store, "rq1") == running.model_copy(update={"version": taken.operation.version + 1})
    assert store.client.zscore(store.keys.due, op) == to_ms(at(5))
    assert store.client.get(store.keys.wanted("rq1")) == "2"
    assert store.client.xlen(store.keys.audit) == 2
    assert store.walk.holder(POD_ID) == only(store, "rq1")


def test_a_move_that_is_not_worth_telling_leaves_the_message_alone(store: Store, op: str) -> None:
    taken = take(store, op)
    assert store.walk.move(taken, taken.operation, now=at(1), tell=False)
    assert store.client.get(store.keys.wanted("rq1")) == "1"
    assert store.client.xlen(store.keys.audit) == 1


def test_a_worker_that_lost_its_lease_writes_nothing(store: Store, other: Store, op: str) -> None:
    first = take(store, op)
    lose_lease(store, op)
    second = take(other, op)
    before = dump_all(store)
    assert store.walk.move(first, ended(first, S.FAILED), now=at(1), tell=True, audit=entry()) is None
    assert dump_all(store) == before
    assert other.walk.move(second, ended(second, S.DONE), now=at(1), tell=True)
    assert only(store, "rq1").state is S.DONE


def test_a_move_from_an_older_version_is_refused(store: Store, op: str) -> None:
    taken = take(store, op)
    assert store.walk.move(taken, taken.operation.model_copy(update={"looks": 1}), now=at(1), tell=False)
    before = dump_all(store)
    assert store.walk.move(taken, ended(taken, S.FAILED), now=at(2), tell=True) is None
    assert dump_all(store) == before


@pytest.mark.parametrize("state", [S.DONE, S.FAILED, S.CANCELLED])
def test_an_end_frees_the_pod_and_nobody_looks_at_it_again(store: Store, op: str, state: OperationState) -> None:
    taken = take(store, op)
    assert store.walk.move(taken, ended(taken, state), now=at(1), tell=True)
    assert store.walk.holder(POD_ID) is None
    assert not store.client.exists(store.keys.busy(POD_ID))
    assert store.walk.open_operations() == store.walk.due(at(99_999)) == []


def test_an_unconfirmed_end_frees_the_pod_but_is_looked_at_again(store: Store, op: str) -> None:
    taken = take(store, op)
    assert store.walk.move(taken, ended(taken, S.UNKNOWN, next_at=at(10)), now=at(1), tell=True)
    assert not store.client.exists(store.keys.busy(POD_ID))
    assert store.walk.open_operations() == []
    assert store.walk.due(at(9)) == []
    assert store.walk.due(at(10)) == [op]


def test_an_end_leaves_a_pod_that_another_has_by_now_to_it(store: Store, op: str) -> None:
    taken = take(store, op)
    store.client.set(store.keys.busy(POD_ID), "another")
    assert store.walk.move(taken, ended(taken, S.DONE), now=at(1), tell=True)
    assert store.client.get(store.keys.busy(POD_ID)) == "another"
