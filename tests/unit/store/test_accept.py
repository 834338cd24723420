"""A request is accepted once, with everything its walk needs, and never onto a pod that another one has."""

from __future__ import annotations

import pytest

from pods.model import Verb
from pods.operations import Code, OperationState
from pods.store import Store
from pods.store.acceptance import Accepted, AllBusy, AlreadyAccepted
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at, gate
from tests.unit.store.records import accept, dump_all, only

OTHER_POD = "zyx987wvu654ts"


def test_an_accepted_request_stands_with_all_its_walk_needs(store: Store) -> None:
    accepted = accept(store, "rq1")
    keys = store.keys
    assert isinstance(accepted, Accepted)
    assert store.walk.request("rq1") == accepted.request
    assert store.walk.operations(accepted.request.operations) == accepted.operations
    assert store.walk.holder(POD_ID) == only(store, "rq1")
    assert store.walk.open_operations() == [only(store, "rq1").id]
    assert store.walk.due(NOON) == [only(store, "rq1").id]
    assert store.outbox.due(NOON) == ["rq1"]
    assert store.client.xlen(keys.audit) == 1
    assert 0 < store.client.pttl(keys.intent("rq1")) <= 10_000


def test_a_redelivered_request_is_the_first_one_again(store: Store) -> None:
    first = accept(store, "rq1")
    before = dump_all(store)
    assert isinstance(first, Accepted)
    assert accept(store, "rq1", now=at(3)) == AlreadyAccepted(first.request)
    assert dump_all(store) == before


def test_the_same_thing_asked_twice_is_answered_with_what_runs(store: Store) -> None:
    first = accept(store, "rq1", intent="U1 stop")
    before = dump_all(store)
    assert isinstance(first, Accepted)
    assert accept(store, "rq2", intent="U1 stop") == AlreadyAccepted(first.request)
    assert dump_all(store) == before


def test_an_intent_whose_request_is_gone_hinders_nobody(store: Store) -> None:
    store.client.set(store.keys.intent("U1 stop"), "gone")
    assert isinstance(accept(store, "rq1", intent="U1 stop"), Accepted)
    assert store.client.get(store.keys.intent("U1 stop")) == "rq1"


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.START])
def test_nothing_is_written_when_every_pod_is_in_other_hands(store: Store, verb: Verb) -> None:
    accept(store, "rq1")
    before = dump_all(store)
    assert accept(store, "rq2", verb) == AllBusy((only(store, "rq1"),))
    assert dump_all(store) == before


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        pytest.param(Verb.STOP, Code.JOINED, id="the same verb runs there"),
        pytest.param(Verb.RESTART, Code.BUSY, id="another verb runs there"),
    ],
)
def test_of_two_pods_the_busy_one_is_left_to_its_holder(store: Store, verb: Verb, code: Code) -> None:
    accept(store, "rq1")
    accepted = accept(store, "rq2", verb, (POD_ID, OTHER_POD))
    assert isinstance(accepted, Accepted)
    left, ours = only(store, "rq2"), only(store, "rq2", OTHER_POD)
    assert accepted.operations == (left, ours)
    assert left.state is OperationState.CANCELLED
    assert left.outcome is not None
    assert (left.outcome.code, left.outcome.other) == (code, only(store, "rq1").id)
    assert store.walk.holder(POD_ID) == only(store, "rq1")
    assert store.walk.holder(OTHER_POD) == ours
    assert store.walk.open_operations() == sorted([only(store, "rq1").id, ours.id])
    assert left.id not in store.walk.due(NOON)


@pytest.mark.parametrize("record", ["ended", "gone"])
def test_a_mark_that_outlived_its_operation_does_not_make_the_pod_busy(store: Store, record: str) -> None:
    accept(store, "rq1")
    ended = only(store, "rq1").model_copy(update={"state": OperationState.DONE, "ended_at": NOON})
    key = store.keys.operation(ended.id)
    store.client.set(key, ended.model_dump_json())
    if record == "gone":
        store.client.delete(key)
    assert isinstance(accept(store, "rq2", Verb.START), Accepted)
    assert store.walk.holder(POD_ID) == only(store, "rq2")


def test_one_that_queues_is_accepted_and_leaves_the_pod_to_its_holder(store: Store) -> None:
    accept(store, "rq1")
    assert isinstance(accept(store, "rq2", Verb.TERMINATE, queue_behind=True), Accepted)
    assert store.walk.holder(POD_ID) == only(store, "rq1")
    assert only(store, "rq2").state is OperationState.ACCEPTED
    assert only(store, "rq2").id in store.walk.due(NOON)


def test_a_request_at_a_gate_holds_no_pod_and_is_looked_at_only_when_the_gate_runs_out(store: Store) -> None:
    accept(store, "rq1", Verb.TERMINATE, (POD_ID,), gate())
    assert store.walk.holder(POD_ID) is None
    assert store.walk.open_operations() == store.walk.due(at(9_999)) == []
    assert store.client.zscore(store.keys.gates, "rq1") == to_ms(at(300))
    assert store.walk.gates_due(at(299)) == []
    assert store.walk.gates_due(at(300)) == ["rq1"]
    assert store.walk.take(only(store, "rq1").id, at(400)) is None
    assert isinstance(accept(store, "rq2", Verb.STOP), Accepted)
