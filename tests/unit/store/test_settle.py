"""A gate is decided once, and no open operation falls out of sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pods import gates
from pods.audit import Event
from pods.gates import Gate, GateKind
from pods.model import Verb
from pods.operations import DEADLINES, Code, Operation, OperationState, cancel, release
from pods.requests import Request, RequestState, settle
from pods.store import Store
from pods.store.commit import Conflict, Done, Result
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at, gate
from tests.unit.store.records import accept, dump_all, entry, message, only

OTHER_POD = "zyx987wvu654ts"
Decide = Callable[[Store, Request], Result]


@pytest.fixture
def held(store: Store) -> Request:
    """A terminate at its confirm gate."""
    accept(store, "rq1", Verb.TERMINATE, (POD_ID,), gate())
    return known(store)


def known(store: Store) -> Request:
    request = store.walk.request("rq1")
    assert request is not None
    return request


def write(
    store: Store, was: Request, decided: Gate | gates.GateRefusal, operations: Sequence[Operation], seconds: float
) -> Result:
    assert isinstance(decided, Gate)
    return store.walk.settle(
        settle(was, decided),
        operations,
        was=was,
        messages=(),
        tell=("rq1",),
        audit=entry(Event.CONFIRMED),
        now=at(seconds),
    )


def confirm(store: Store, was: Request, seconds: float = 299) -> Result:
    decided = gates.decide(was.gates[0], "U1", agree=True, now=at(seconds))
    operations = [release(each, at(seconds)) for each in store.walk.operations(was.operations)]
    return write(store, was, decided, operations, seconds)


def expire(store: Store, was: Request, seconds: float = 300) -> Result:
    operations = [cancel(each, Code.EXPIRED, at(seconds)) for each in store.walk.operations(was.operations)]
    return write(store, was, gates.expire(was.gates[0], at(seconds)), operations, seconds)


def test_a_confirmed_request_lets_its_operation_go(store: Store, held: Request) -> None:
    assert confirm(store, held) == Done()
    assert known(store).state is RequestState.ACCEPTED
    operation = only(store, "rq1")
    assert operation.state is OperationState.ACCEPTED
    assert operation.deadline == at(299) + DEADLINES[Verb.TERMINATE]
    assert store.walk.holder(POD_ID) == operation
    assert store.walk.due(at(299)) == store.walk.open_operations() == [operation.id]
    assert store.walk.gates_due(at(9_999)) == []
    assert store.client.get(store.keys.wanted("rq1")) == "2"


def test_an_expired_request_cancels_its_operation_and_holds_nothing(store: Store, held: Request) -> None:
    assert expire(store, held) == Done()
    assert known(store).state is RequestState.EXPIRED
    assert only(store, "rq1").state is OperationState.CANCELLED
    assert store.walk.holder(POD_ID) is None
    assert store.walk.due(at(9_999)) == store.walk.open_operations() == store.walk.gates_due(at(9_999)) == []


@pytest.mark.parametrize(("first", "second"), [(confirm, expire), (expire, confirm)])
def test_a_click_in_the_moment_the_gate_runs_out_is_decided_one_way(
    store: Store, other: Store, held: Request, first: Decide, second: Decide
) -> None:
    was = known(other)
    assert first(store, held) == Done()
    before = dump_all(store)
    assert second(other, was) == Conflict(store.keys.request("rq1"))
    assert dump_all(store) == before


def test_the_next_gate_is_waited_for_when_the_first_has_passed(store: Store) -> None:
    accept(store, "rq1", Verb.TERMINATE, (POD_ID,), gate(), gate(GateKind.CONSENT, "U2", expires_at=at(1_800)))
    was = known(store)
    decided = gates.decide(was.gates[0], "U1", agree=True, now=at(10))
    assert write(store, was, decided, (), 10) == Done()
    assert known(store).state is RequestState.WAITING
    assert store.client.zscore(store.keys.gates, "rq1") == to_ms(at(1_800))
    assert only(store, "rq1").state is OperationState.WAITING


def test_a_pod_that_another_got_meanwhile_is_left_to_it(store: Store) -> None:
    accept(store, "rq1", Verb.TERMINATE, (POD_ID, OTHER_POD), gate())
    accept(store, "rq2", Verb.STOP)
    assert confirm(store, known(store)) == Done()
    left = only(store, "rq1")
    assert left.state is OperationState.CANCELLED
    assert left.outcome is not None
    assert (left.outcome.code, left.outcome.other) == (Code.BUSY, only(store, "rq2").id)
    assert store.walk.holder(POD_ID) == only(store, "rq2")
    assert store.walk.holder(OTHER_POD) == only(store, "rq1", OTHER_POD)


def test_messages_that_come_with_a_decision_are_queued_with_it(store: Store, held: Request) -> None:
    decided = gates.decide(held.gates[0], "U1", agree=False, now=at(5))
    assert isinstance(decided, Gate)
    store.walk.settle(
        settle(held, decided), (), was=held, messages=(message("said"),), tell=(), audit=entry(), now=at(5)
    )
    assert store.outbox.get("said") == message("said")
    assert "said" in store.outbox.due(at(5))


# -- what the clock asks


def test_an_open_operation_nobody_would_look_at_is_put_back_into_due(store: Store) -> None:
    accept(store, "rq1")
    accept(store, "rq2", Verb.STOP, (OTHER_POD,))
    lost = only(store, "rq1").id
    assert store.walk.mend_due(at(5)) == []
    store.client.zrem(store.keys.due, lost)
    assert store.walk.mend_due(at(5)) == [lost]
    assert store.client.zscore(store.keys.due, lost) == to_ms(at(5))
    assert store.client.zscore(store.keys.due, only(store, "rq2", OTHER_POD).id) == to_ms(NOON)


@pytest.mark.parametrize("gone", [True, False])
def test_what_ended_or_is_gone_is_no_longer_counted_as_open(store: Store, gone: bool) -> None:
    accept(store, "rq1")
    ended = cancel(only(store, "rq1"), Code.DECLINED, NOON)
    key = store.keys.operation(ended.id)
    store.client.zrem(store.keys.due, ended.id)
    store.client.delete(key) if gone else store.client.set(key, ended.model_dump_json())
    store.walk.mend_due(at(5))
    assert store.walk.open_operations() == store.walk.due(at(9)) == []


def test_a_look_is_brought_forward_never_put_off(store: Store) -> None:
    accept(store, "rq1", now=at(100))
    operation_id = only(store, "rq1").id
    assert store.walk.look_now(operation_id, at(200))
    assert store.client.zscore(store.keys.due, operation_id) == to_ms(at(100))
    assert store.walk.look_now(operation_id, at(50))
    assert store.client.zscore(store.keys.due, operation_id) == to_ms(at(50))


def test_what_nobody_looks_at_any_more_is_not_looked_at_again(store: Store) -> None:
    assert not store.walk.look_now("ended", NOON)
    assert store.walk.due(at(9_999)) == []


def test_what_is_due_first_is_told_first_and_no_more_than_asked_for(store: Store) -> None:
    for seconds, pod in ((3, "a"), (1, "b"), (2, "c")):
        accept(store, f"rq{pod}", Verb.STOP, (pod,), now=at(seconds))
    assert store.walk.due(at(2)) == ["rqb-b", "rqc-c"]
    assert store.walk.due(at(9), limit=1) == ["rqb-b"]
