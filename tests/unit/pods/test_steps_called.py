"""What readings lead to once a call was made, or may have been."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pods.model import POD_VERBS, Gpu, Pod, PodStatus, Runtime, Verb
from pods.operations import Code, Operation, OperationState
from pods.steps import MAX_CALLS, MAX_PUSHBACKS, Absent, Seen, after_read
from tests.unit.pods.builders import (
    answered,
    at,
    before_call,
    bound_to,
    died_calling,
    graphql,
    operation,
    pod,
    unclear,
)
from tests.unit.pods.rows import Expected, calls, done, failed, looks_again, not_confirmed, of

S, V, C = PodStatus, Verb, Code

REACHED: dict[Verb, Pod] = {
    V.START: pod(),
    V.STOP: pod(S.EXITED),
    V.RESTART: pod(started_at=at(1), runtime=Runtime(uptime_s=1)),
    V.TERMINATE: pod(S.TERMINATED),
    V.RENAME: pod(name="nlp-train-2"),
    V.LOCK: pod(locked=True),
    V.UNLOCK: pod(),
}

DIED: list[tuple[Verb, Pod, float, Expected]] = [
    # A stop asks for a state: asking twice is asking once. The others wait, in case the call was made.
    (V.STOP, pod(), 1, calls(next_s=16)),
    (V.START, pod(S.EXITED), 1, looks_again(3)),
    (V.RESTART, pod(), 1, looks_again(3)),
    (V.TERMINATE, pod(), 1, looks_again(3)),
    (V.START, pod(S.EXITED), 15, calls(next_s=30)),
    (V.RESTART, pod(), 44, looks_again(46)),
    (V.RESTART, pod(), 45, calls(next_s=60)),
    (V.TERMINATE, pod(), 15, calls(next_s=30)),
    # The dead worker's call was made after all.
    (V.START, pod(S.STARTING), 15, looks_again(17)),
    (V.STOP, pod(S.EXITED), 15, done()),
    (V.START, pod(), 15, done()),
    (V.RESTART, REACHED[V.RESTART], 15, done()),
    (V.RESTART, pod(S.STARTING), 15, looks_again(17)),
    (V.TERMINATE, pod(S.TERMINATED), 15, done()),
    # Nobody came until the deadline: it may have been called, so it is not "never asked".
    (V.STOP, pod(), 240, not_confirmed(250)),
    (V.START, pod(S.EXITED), 600, not_confirmed(610)),
    (V.RESTART, pod(), 300, not_confirmed(310)),
    (V.TERMINATE, pod(), 240, not_confirmed(250)),
]


@pytest.mark.parametrize(("verb", "seen", "seconds", "expected"), DIED)
def test_taking_over_from_a_worker_that_died_calling(verb: Verb, seen: Pod, seconds: float, expected: Expected) -> None:
    step = after_read(died_calling(verb), Seen(seen), at(seconds))
    assert of(step) == expected
    assert step.operation.calls == (2 if expected.call else 1)


@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_unclear_call_is_made_again_once_its_effect_had_time_to_show(verb: Verb) -> None:
    still, wait = Seen(before_call(verb)), 45 if verb is V.RESTART else 15
    assert of(after_read(unclear(verb), still, at(wait - 0.1))) == looks_again(wait + 3.9)
    assert of(after_read(unclear(verb), still, at(wait))) == calls(next_s=wait + 15)
    assert not after_read(unclear(verb, calls=MAX_CALLS), still, at(100)).call
    assert not after_read(unclear(verb, pushbacks=MAX_PUSHBACKS), still, at(100)).call


@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_answered_call_is_never_made_again(verb: Verb) -> None:
    step = after_read(answered(verb), Seen(before_call(verb)), at(100))
    assert of(step) == looks_again(104)


@pytest.mark.parametrize("verb", POD_VERBS)
def test_done_when_it_is_read_back(verb: Verb) -> None:
    step = after_read(answered(verb), Seen(REACHED[verb]), at(2))
    assert of(step) == done()
    assert step.operation.ended_at == at(2)
    assert step.operation.outcome is not None
    assert step.operation.outcome.runpod_request == "req-1"
    assert not step.operation.outcome.corrected


@pytest.mark.parametrize("verb", POD_VERBS)
def test_looks_come_after_two_four_and_then_every_ten_seconds(verb: Verb) -> None:
    moved, waits = answered(verb), []
    for _ in range(4):
        assert moved.next_at is not None
        now = moved.next_at
        moved = after_read(moved, Seen(before_call(verb)), now).operation
        assert moved.next_at is not None
        waits.append((moved.next_at - now).total_seconds())
    assert waits == [4, 10, 10, 10]


@pytest.mark.parametrize("verb", POD_VERBS)
def test_not_confirmed_at_the_deadline(verb: Verb) -> None:
    end = (operation(verb).deadline - at(0)).total_seconds()
    still = Seen(before_call(verb))
    assert of(after_read(answered(verb, looks=5), still, at(end - 3))) == looks_again(end)
    assert of(after_read(answered(verb, looks=5), still, at(end))) == not_confirmed(end + 10)
    assert of(after_read(answered(verb), Seen(REACHED[verb]), at(end + 99))) == done()


BETWEEN: list[tuple[Operation, Pod]] = [
    (unclear(V.STOP), pod(locked=True)),
    (unclear(V.RESTART), pod(locked=True)),
    (died_calling(V.STOP), pod(locked=True)),
    (unclear(V.STOP), pod(cluster_id="cl1")),
    (unclear(V.TERMINATE, bound=bound_to(pod())), pod(name="other")),
    (unclear(V.TERMINATE, bound=bound_to(pod(S.EXITED))), pod()),
    (unclear(V.STOP), pod(S.ERROR)),
    (unclear(V.TERMINATE), pod(S.UNKNOWN)),
]


@pytest.mark.parametrize(("before", "seen"), BETWEEN)
def test_a_second_call_is_held_to_what_the_first_was(before: Operation, seen: Pod) -> None:
    step = after_read(before, Seen(seen), at(30))
    assert not step.call
    # The first may have worked, so this is no refusal.
    assert step.operation.state is OperationState.CONFIRMING


@pytest.mark.parametrize("verb", [V.START, V.STOP, V.RESTART])
@pytest.mark.parametrize("called", [unclear, answered, died_calling])
def test_a_pod_terminated_meanwhile_ends_everything_but_a_terminate(
    verb: Verb, called: Callable[[Verb], Operation]
) -> None:
    assert of(after_read(called(verb), Seen(pod(S.TERMINATED)), at(30))) == failed(C.GONE)


def test_a_start_says_when_the_pod_came_up_without_its_gpus() -> None:
    assert of(after_read(answered(V.START), Seen(pod(gpu=Gpu(id="x", count=0))), at(9))) == done(C.ZERO_GPU)


def runs(uptime: int | None, *, started: float | None = -3600) -> Pod:
    return pod(runtime=Runtime(uptime_s=uptime), started_at=None if started is None else at(started))


EVIDENCE: list[tuple[Pod, Pod, bool]] = [
    (runs(3600), runs(3602), False),
    # By startedAt.
    (runs(3600), runs(3602, started=1), True),
    (runs(None), runs(None, started=1), True),
    (runs(3600), runs(3602, started=-7200), False),
    (runs(3600, started=None), runs(3602, started=1), False),
    (runs(3600), runs(3602, started=None), False),
    # By uptime: younger than before, and no older than the call.
    (runs(3600), runs(5), True),
    (runs(3600), runs(12), True),
    (runs(3600), runs(13), False),
    (runs(3600, started=None), runs(0, started=None), True),
    (runs(3600), runs(None), False),
    (runs(None), runs(5), False),
    (runs(4), runs(5), False),
    (runs(5), runs(5), False),
    (runs(3600), pod(runtime=None), False),
    # Never while it is not running.
    (runs(3600), pod(S.STARTING, started_at=at(1)), False),
    (runs(3600), pod(S.EXITED, started_at=at(1)), False),
]


@pytest.mark.parametrize(("before", "seen", "shown"), EVIDENCE)
def test_a_restart_is_done_when_a_younger_container_shows(before: Pod, seen: Pod, shown: bool) -> None:
    step = after_read(answered(V.RESTART, before=before), Seen(seen), at(10))
    assert of(step) == (done() if shown else looks_again(14))


def test_a_restart_by_somebody_else_before_the_call_is_not_ours() -> None:
    waiting = operation(V.RESTART, state=OperationState.RUNNING, before=runs(3600), pushbacks=1)
    theirs = runs(5, started=-5)
    called = after_read(waiting, Seen(theirs), at(0))
    assert called.call
    asked = called.operation.model_copy(update={"answered": True, "state": OperationState.CONFIRMING})
    assert not after_read(asked, Seen(runs(7, started=-5)), at(2)).operation.ended
    assert of(after_read(asked, Seen(runs(1, started=1)), at(2))) == done()


def test_what_was_there_before_the_first_unclear_call_stays_the_measure() -> None:
    second = after_read(unclear(V.RESTART), Seen(runs(3645)), at(45)).operation
    assert second.calls == 2
    assert second.before == before_call(V.RESTART)


def test_a_stop_by_graphql_is_done_after_two_readings_ten_seconds_apart() -> None:
    exited = Seen(graphql(S.EXITED))
    first = after_read(answered(V.STOP), exited, at(2)).operation
    assert not first.ended
    assert not after_read(first, exited, at(11.9)).operation.ended
    assert of(after_read(first, exited, at(12))) == done()


def test_a_runtime_that_shows_again_denies_the_stop() -> None:
    first = after_read(answered(V.STOP), Seen(graphql(S.EXITED)), at(2)).operation
    assert not after_read(first, Seen(graphql(S.EXITED, runtime=Runtime(uptime_s=9))), at(60)).operation.ended


@pytest.mark.parametrize("between", [graphql(S.RUNNING), graphql(S.EXITED, runtime=Runtime()), graphql(S.UNKNOWN)])
def test_the_ten_seconds_of_graphql_begin_anew_after_another_reading(between: Pod) -> None:
    exited = Seen(graphql(S.EXITED))
    first = after_read(answered(V.STOP), exited, at(2)).operation
    other = after_read(first, Seen(between), at(6)).operation
    again = after_read(other, exited, at(12))
    assert not again.operation.ended
    assert of(after_read(again.operation, exited, at(22))) == done()


ABSENT: list[tuple[Operation, bool | None, float, Expected]] = [
    (answered(V.STOP), False, 2, looks_again(22)),
    (answered(V.STOP, absent_since=at(2)), False, 22, failed(C.GONE)),
    (answered(V.STOP, absent_since=at(2)), None, 22, looks_again(42)),
    (unclear(V.TERMINATE), False, 2, looks_again(22)),
    (unclear(V.TERMINATE, absent_since=at(2)), False, 21, looks_again(41)),
    (unclear(V.TERMINATE, absent_since=at(2)), False, 22, done()),
    (unclear(V.TERMINATE, absent_since=at(2)), True, 22, looks_again(42)),
    (unclear(V.TERMINATE, absent_since=at(2)), None, 239, looks_again(240)),
    (unclear(V.TERMINATE, absent_since=at(2)), None, 240, not_confirmed(250)),
    (unclear(V.TERMINATE, absent_since=at(2)), False, 9_000, done()),
    (unclear(V.TERMINATE, absent_since=at(230)), False, 240, not_confirmed(250)),
    (died_calling(V.TERMINATE), False, 15, looks_again(35)),
]


@pytest.mark.parametrize(("before", "listed", "seconds", "expected"), ABSENT)
def test_gone_needs_two_readings_twenty_seconds_apart_and_a_list(
    before: Operation, listed: bool | None, seconds: float, expected: Expected
) -> None:
    assert of(after_read(before, Absent(listed=listed), at(seconds))) == expected
