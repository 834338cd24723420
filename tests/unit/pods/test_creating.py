"""A pod is made once: every way a create's call can end, and what the list shows after it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods import errors
from pods.creating import (
    AGAIN_AFTER,
    MAX_PUSHBACKS,
    MAX_RACES,
    MAX_UNCLEAR,
    Listed,
    NotNeeded,
    Sighting,
    Unlisted,
    after_call,
    before_call,
    matches,
    must_list,
    passed_over,
)
from pods.errors import ProviderError, ServerFault, TimedOut, Unreadable
from pods.model import GpuRequest, Pod, PodStatus, Verb
from pods.operations import KEEP_TRYING_EVERY, LOOK_ON, Code, Operation, OperationState
from pods.orders import Candidate, CreateOrder, pod_name
from pods.ports import ActionResult
from tests.unit.pods.builders import at, operation, pod

S = OperationState
OP = "op11111111"
H100, A100 = (
    Candidate(gpu=GpuRequest(id="NVIDIA H100 80GB HBM3"), price=Decimal("3.29")),
    Candidate(gpu=GpuRequest(id="NVIDIA A100 80GB PCIe"), price=Decimal("1.39")),
)


def create(**changes: object) -> Operation:
    order = CreateOrder(name="nlp", image="i", candidates=(H100, A100))
    return operation(Verb.CREATE, pod_id="", pod_name="nlp", order=order, **changes)


def made(pod_id: str = "new1", *, seconds: float = 1, stamp: str | None = OP, **changes: object) -> Pod:
    fields: dict[str, object] = {"id": pod_id, "name": f"nlp-{OP}", "stamp": stamp, "created_at": at(seconds)}
    return pod(PodStatus.PROVISIONING, **(fields | changes))


def calling(**changes: object) -> Operation:
    called: dict[str, object] = {"state": S.CALLING, "calls": 1, "called_at": at(0), "first_called_at": at(0)}
    return create(**(called | changes))


def unclear(**changes: object) -> Operation:
    return after_call(calling(), TimedOut("wire"), at(63)).model_copy(update=changes)


def sighted(op: Operation, seconds: float, *pods: Pod) -> Operation:
    return before_call(op, Listed(pods), at(seconds)).operation


# -- the way that works


def test_nothing_need_be_looked_for_before_the_first_call() -> None:
    assert not must_list(create())
    step = before_call(create(), NotNeeded(), at(0))
    assert step.call == H100
    assert (step.operation.state, step.operation.calls) == (S.CALLING, 1)


def test_a_yes_ends_it_with_the_pods_id_and_begins_the_watch_until_it_is_ready() -> None:
    after = after_call(calling(), ActionResult(pod=made(), request_id="req-1"), at(4))
    assert (after.state, after.pod_id, after.name) == (S.DONE, "new1", f"nlp-{OP}")
    assert after.outcome is not None
    assert after.outcome.runpod_request == "req-1"
    assert after.arriving
    assert after.next_at is not None


def test_the_name_ends_with_the_operations_id_however_long_it_was() -> None:
    order = CreateOrder(name="n" * 300, candidates=(H100,))
    assert pod_name(order, OP).endswith(f"-{OP}")
    assert len(pod_name(order, OP)) == 100


# -- certain refusals


@pytest.mark.parametrize("kind", [errors.NoCapacity, errors.NoSpot])
def test_what_is_not_to_be_had_gives_way_to_the_next_candidate(kind: type[ProviderError]) -> None:
    after = after_call(calling(), kind("wire", sentence="None free."), at(2))
    assert (after.state, after.candidate, after.next_at) == (S.RUNNING, 1, at(2))
    assert [each.sentence for each in after.tried] == ["None free."]
    assert before_call(after, NotNeeded(), at(2)).call == A100


def test_after_the_last_candidate_nothing_was_made() -> None:
    after = after_call(calling(candidate=1), errors.NoCapacity("wire"), at(2))
    assert after.outcome is not None
    assert (after.state, after.outcome.code, after.next_at) == (S.FAILED, Code.NO_CAPACITY, None)


def test_a_race_lost_is_run_again_before_the_next_candidate_is_asked_for() -> None:
    op = calling()
    for lost in range(MAX_RACES):
        op = after_call(op, errors.RaceLost("wire"), at(lost))
        assert (op.state, op.candidate) == (S.RUNNING, 0)
        op = op.model_copy(update={"state": S.CALLING})
    assert after_call(op, errors.RaceLost("wire"), at(9)).candidate == 1


@pytest.mark.parametrize(
    "kind",
    [errors.InvalidRequest, errors.InsufficientBalance, errors.Unauthorized, errors.Forbidden, errors.NeedsGraphql],
)
def test_a_no_that_more_of_the_same_cannot_change_ends_it(kind: type[ProviderError]) -> None:
    after = after_call(calling(), kind("wire", sentence="It said no."), at(2))
    assert after.outcome is not None
    assert (after.state, after.outcome.code, after.outcome.sentence) == (S.FAILED, Code.REFUSED, "It said no.")


def test_a_pushback_is_waited_out_for_as_long_as_runpod_asks_and_not_for_ever() -> None:
    op = calling()
    for nth in range(1, MAX_PUSHBACKS):
        op = after_call(op, errors.RateLimited("wire", retry_after_s=30), at(nth))
        assert (op.state, op.next_at, op.candidate) == (S.RUNNING, at(nth + 30), 0)
        op = op.model_copy(update={"state": S.CALLING})
    op = after_call(op, errors.RateLimited("wire", retry_after_s=30), at(9))
    assert op.outcome is not None
    assert (op.state, op.outcome.code) == (S.FAILED, Code.PUSHED_BACK)


def test_a_candidate_that_costs_more_now_is_not_asked_for() -> None:
    after = passed_over(create(), "It costs $4.00/h now.", at(0))
    assert (after.candidate, after.calls) == (1, 0)
    assert passed_over(after, "It costs $4.00/h now.", at(0)).state is S.FAILED


# -- unclear answers


@pytest.mark.parametrize("kind", [TimedOut, ServerFault, Unreadable])
def test_an_unclear_answer_is_looked_for_in_the_list_and_never_ordered_again_blindly(kind: type[ProviderError]) -> None:
    after = after_call(calling(), kind("wire"), at(63))
    assert (after.state, after.unclear) == (S.CONFIRMING, 1)
    assert must_list(after)
    assert before_call(after, Listed(()), at(66)).call is None


def test_a_worker_that_takes_over_in_the_middle_of_a_call_looks_before_it_calls() -> None:
    assert must_list(calling())
    step = before_call(calling(), Listed(()), at(80))
    assert step.call is None
    assert (step.operation.state, step.operation.unclear) == (S.CONFIRMING, 1)


@pytest.mark.parametrize(
    "there",
    [made(), made(stamp=None), made(name="renamed by hand"), made(created_at=None), made(seconds=-30)],
    ids=["stamp", "suffix where the env was not said", "stamp alone", "no age said", "clocks a little apart"],
)
def test_the_pod_an_unclear_call_made_is_found(there: Pod) -> None:
    after = sighted(unclear(), 66, pod(), there)
    assert (after.state, after.pod_id) == (S.DONE, there.id)


@pytest.mark.parametrize(
    "there",
    [
        made(stamp="op22222222"),
        made(stamp=None, name="nlp-op22222222"),
        made(seconds=-3600),
        made(status=PodStatus.TERMINATED),
        made(stamp="op22222222", name=f"copy-{OP}"),
    ],
    ids=["another's stamp", "another's suffix", "older than the call", "terminated", "another's stamp, our suffix"],
)
def test_no_other_pod_is_taken_for_it(there: Pod) -> None:
    assert sighted(unclear(), 66, there).state is S.CONFIRMING


def test_of_two_the_oldest_is_kept_and_a_stamp_counts_more_than_a_name() -> None:
    assert matches(unclear(), [made("b", seconds=9), made("a", seconds=3)])[0].id == "a"
    assert [each.id for each in matches(unclear(), [made("b", seconds=9), made("a", seconds=3, stamp=None)])] == ["b"]


def test_it_is_ordered_again_only_after_two_minutes_and_three_looks_without_it() -> None:
    op, looks = unclear(), 0
    now = at(63)
    while (step := before_call(op, Listed(()), now)).call is None:
        op, looks = step.operation, looks + 1
        assert op.next_at is not None
        now = op.next_at
        assert now < at(300)
    assert now >= at(0) + AGAIN_AFTER
    assert looks >= 3
    assert step.call == H100
    assert step.operation.first_called_at == at(0)


def test_one_late_look_is_no_proof() -> None:
    assert before_call(unclear(), Listed(()), at(590)).call is None


def test_after_two_unclear_calls_it_is_told_as_not_confirmed_and_looked_after() -> None:
    op = unclear(unclear=MAX_UNCLEAR, looks=9)
    assert before_call(op, Listed(()), at(500)).call is None
    late = sighted(op, 601)
    assert late.outcome is not None
    assert (late.state, late.outcome.code) == (S.UNKNOWN, Code.NOT_CONFIRMED)
    assert sighted(late, 700).next_at == at(710)
    put_right = sighted(late, 700, made())
    assert put_right.outcome is not None
    assert (put_right.state, put_right.outcome.corrected, put_right.pod_id) == (S.DONE, True, "new1")
    assert sighted(late, 601 + LOOK_ON.total_seconds()).next_at is None


def test_a_list_that_cannot_be_read_says_nothing() -> None:
    op = before_call(unclear(looks=9), Unlisted(TimedOut("wire", sentence="No answer.")), at(200)).operation
    assert (op.state, op.trouble, op.next_at) == (S.CONFIRMING, "No answer.", at(205))
    assert before_call(op, Unlisted(TimedOut("wire")), at(601)).operation.state is S.UNKNOWN


def test_a_refusal_after_an_unclear_call_still_looks_for_what_that_one_made() -> None:
    after = after_call(calling(unclear=1), errors.NoCapacity("wire"), at(130))
    assert must_list(after)
    assert sighted(after, 131, made()).state is S.DONE


def test_what_failed_is_put_right_when_its_pod_shows_after_all() -> None:
    failed = after_call(calling(candidate=1), errors.NoCapacity("wire"), at(2))
    assert must_list(failed)
    right = sighted(failed, 300, made(seconds=1))
    assert right.outcome is not None
    assert (right.state, right.outcome.corrected) == (S.DONE, True)


def test_nothing_is_called_after_the_deadline() -> None:
    late = before_call(create(), NotNeeded(), at(601)).operation
    assert late.outcome is not None
    assert (late.state, late.outcome.code) == (S.FAILED, Code.NEVER_ASKED)


# -- somebody waits


def test_who_waits_has_everything_tried_again_every_two_minutes_until_then() -> None:
    op = calling(candidate=1, keep_until=at(600), deadline=at(600))
    op = after_call(op, errors.NoCapacity("wire"), at(2))
    assert (op.state, op.candidate, op.tried, op.rounds) == (S.RUNNING, 0, (), 1)
    assert op.next_at == at(2) + KEEP_TRYING_EVERY
    last = op.model_copy(update={"candidate": 1, "state": S.CALLING})
    assert after_call(last, errors.NoCapacity("wire"), at(590)).state is S.FAILED


@pytest.mark.parametrize("sighting", [NotNeeded(), Listed(())])
def test_a_create_that_waits_at_a_gate_is_not_touched(sighting: Sighting) -> None:
    waiting = create(state=S.WAITING)
    assert before_call(waiting, sighting, at(0) + timedelta(hours=1)).operation is waiting
