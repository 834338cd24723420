"""How a request moves when its gates are decided, and how its operations are let go."""

from __future__ import annotations

import pytest

from pods.gates import Gate, GateKind, GateState, binding, decide, expire
from pods.model import POD_VERBS, Verb
from pods.operations import DEADLINES, PER_POD, Code, Operation, OperationState, cancel, release
from pods.requests import Request, RequestState, finished, settle
from tests.unit.pods.builders import at, gate, operation, pod, request

CONFIRM = gate(GateKind.CONFIRM, "U1")
CONSENT = gate(GateKind.CONSENT, "U2")
OTHER_CONSENT = gate(GateKind.CONSENT, "U3")


def answer(asked: Gate, by: str, *, agree: bool = True) -> Gate:
    decided = decide(asked, by, agree=agree, now=at(9))
    assert isinstance(decided, Gate)
    return decided


@pytest.mark.parametrize(
    ("gates", "decisions", "state"),
    [
        ((CONFIRM,), (answer(CONFIRM, "U1"),), RequestState.ACCEPTED),
        ((CONFIRM,), (answer(CONFIRM, "U1", agree=False),), RequestState.DECLINED),
        ((CONFIRM,), (expire(CONFIRM, at(300)),), RequestState.EXPIRED),
        ((CONFIRM, CONSENT), (answer(CONFIRM, "U1"),), RequestState.WAITING),
        ((CONFIRM, CONSENT), (answer(CONSENT, "U2"),), RequestState.WAITING),
        ((CONFIRM, CONSENT), (answer(CONFIRM, "U1"), answer(CONSENT, "U2")), RequestState.ACCEPTED),
        ((CONFIRM, CONSENT), (answer(CONFIRM, "U1"), expire(CONSENT, at(300))), RequestState.EXPIRED),
        # One owner does not agree for another.
        ((CONSENT, OTHER_CONSENT), (answer(CONSENT, "U2"),), RequestState.WAITING),
        ((CONSENT, OTHER_CONSENT), (answer(CONSENT, "U2"), answer(OTHER_CONSENT, "U3")), RequestState.ACCEPTED),
        # What has ended stays so, whatever is decided late.
        ((CONFIRM, CONSENT), (answer(CONFIRM, "U1", agree=False), answer(CONSENT, "U2")), RequestState.DECLINED),
        ((CONFIRM, CONSENT), (expire(CONFIRM, at(300)), answer(CONSENT, "U2")), RequestState.EXPIRED),
        ((CONFIRM,), (answer(CONFIRM, "U1"), expire(CONFIRM, at(300))), RequestState.ACCEPTED),
        ((CONFIRM, CONSENT), (answer(CONFIRM, "U1", agree=False), expire(CONSENT, at(300))), RequestState.DECLINED),
    ],
)
def test_a_request_goes_on_when_every_gate_has_passed(
    gates: tuple[Gate, ...], decisions: tuple[Gate, ...], state: RequestState
) -> None:
    settled = request(*gates)
    for decision in decisions:
        settled = settle(settled, decision)
    assert settled.state is state
    assert (settled.ended_at is not None) == (state in {RequestState.DECLINED, RequestState.EXPIRED})
    assert (settled.open_gate is not None) == (state is RequestState.WAITING)
    assert Request.model_validate_json(settled.model_dump_json()) == settled


def test_two_owners_of_the_same_pods_list_keep_their_own_gates() -> None:
    one = gate(GateKind.CONSENT, "U2", bound=(binding(pod()),))
    two = gate(GateKind.CONSENT, "U2", bound=(binding(pod(id="another")),))
    settled = settle(request(one, two), answer(two, "U2"))
    assert [each.state for each in settled.gates] == [GateState.OPEN, GateState.PASSED]
    assert settled.open_gate == one


def test_each_decision_makes_a_new_version() -> None:
    first = request(CONFIRM, CONSENT)
    second = settle(first, answer(CONFIRM, "U1"))
    assert second.version == first.version + 1
    ended = settle(second, answer(CONSENT, "U2", agree=False))
    assert ended.version == second.version + 1
    assert ended.ended_at == at(9)
    assert settle(ended, answer(CONSENT, "U2")) == ended


RUNNING = operation(Verb.STOP)
ENDED = cancel(RUNNING, Code.DECLINED, at(1))


@pytest.mark.parametrize(
    ("state", "operations", "is_finished"),
    [
        (RequestState.WAITING, (ENDED,), False),
        (RequestState.ACCEPTED, (RUNNING,), False),
        (RequestState.ACCEPTED, (ENDED, RUNNING), False),
        (RequestState.ACCEPTED, (ENDED, ENDED), True),
        (RequestState.EXPIRED, (RUNNING,), True),
        (RequestState.DECLINED, (RUNNING,), True),
    ],
)
def test_a_request_is_finished_when_all_its_operations_have_ended(
    state: RequestState, operations: tuple[Operation, ...], is_finished: bool
) -> None:
    assert finished(request(state=state), operations) is is_finished


@pytest.mark.parametrize("verb", POD_VERBS)
def test_the_deadline_counts_from_when_the_gate_let_it_go(verb: Verb) -> None:
    held = operation(verb, state=OperationState.WAITING, next_at=None)
    free = release(held, at(1_000))
    assert free.state is OperationState.ACCEPTED
    assert free.accepted_at == free.next_at == at(1_000)
    assert free.deadline == at(1_000) + DEADLINES[verb]
    assert free.version == held.version + 1


def test_a_cancelled_operation_says_why_and_who_has_the_pod() -> None:
    ended = cancel(RUNNING, Code.BUSY, at(5), other="op2")
    assert ended.ended
    assert (ended.state, ended.ended_at, ended.next_at) == (OperationState.CANCELLED, at(5), None)
    assert ended.outcome is not None
    assert (ended.outcome.code, ended.outcome.other) == (Code.BUSY, "op2")
    assert ended.version == RUNNING.version + 1


@pytest.mark.parametrize(
    ("state", "seconds", "young"),
    [
        (OperationState.UNKNOWN, 899.9, True),
        (OperationState.UNKNOWN, 900, False),
        (OperationState.DONE, 1, False),
        (OperationState.FAILED, 1, False),
    ],
)
def test_only_the_unconfirmed_are_looked_after_and_for_a_while(
    state: OperationState, seconds: float, young: bool
) -> None:
    assert operation(Verb.STOP, state=state, ended_at=at(0)).looked_after(at(seconds)) is young


def test_an_operation_is_called_by_the_newest_name_read() -> None:
    asked = operation(Verb.STOP)
    assert asked.name == "nlp-train"
    assert asked.model_copy(update={"before": pod(name="one")}).name == "one"
    assert asked.model_copy(update={"before": pod(name="one"), "seen": pod(name="two")}).name == "two"


def test_each_further_pod_of_a_request_adds_to_the_time_all_of_them_get() -> None:
    one, many = (release(operation(Verb.STOP), at(10), among=among) for among in (1, 60))
    assert one.deadline == at(10) + DEADLINES[Verb.STOP]
    assert many.deadline - one.deadline == PER_POD * 59
