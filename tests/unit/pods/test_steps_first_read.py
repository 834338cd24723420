"""What the first reading of a pod leads to: verb by state by API."""

from __future__ import annotations

import pytest

from pods.model import POD_VERBS, Api, Cpu, Gpu, Pod, PodStatus, Runtime, Verb
from pods.operations import Code, Operation, OperationState
from pods.steps import Absent, Seen, after_read
from tests.unit.pods.builders import CHANGES, NOON, at, bound_to, graphql, operation, pod
from tests.unit.pods.rows import Expected, calls, done, failed, looks_again, not_confirmed, of, reads_again

S, V, C = PodStatus, Verb, Code
CALLED = calls(next_s=15)
WAIT = reads_again(2)
ALREADY = done(C.ALREADY)
GONE = failed(C.GONE)
NO = failed(C.NOT_POSSIBLE)

FIRST: dict[tuple[Verb, PodStatus], Expected] = {
    (V.START, S.PROVISIONING): WAIT,
    (V.START, S.STARTING): WAIT,
    (V.START, S.RUNNING): ALREADY,
    (V.START, S.EXITED): CALLED,
    (V.START, S.ERROR): CALLED,
    (V.START, S.TERMINATED): GONE,
    (V.START, S.UNKNOWN): WAIT,
    (V.STOP, S.PROVISIONING): CALLED,
    (V.STOP, S.STARTING): CALLED,
    (V.STOP, S.RUNNING): CALLED,
    (V.STOP, S.EXITED): ALREADY,
    (V.STOP, S.ERROR): NO,
    (V.STOP, S.TERMINATED): GONE,
    (V.STOP, S.UNKNOWN): WAIT,
    (V.RESTART, S.PROVISIONING): WAIT,
    (V.RESTART, S.STARTING): WAIT,
    (V.RESTART, S.RUNNING): CALLED,
    (V.RESTART, S.EXITED): NO,
    (V.RESTART, S.ERROR): NO,
    (V.RESTART, S.TERMINATED): GONE,
    (V.RESTART, S.UNKNOWN): WAIT,
    (V.TERMINATE, S.PROVISIONING): CALLED,
    (V.TERMINATE, S.STARTING): CALLED,
    (V.TERMINATE, S.RUNNING): CALLED,
    (V.TERMINATE, S.EXITED): CALLED,
    (V.TERMINATE, S.ERROR): CALLED,
    (V.TERMINATE, S.TERMINATED): ALREADY,
    (V.TERMINATE, S.UNKNOWN): WAIT,
    **{(verb, status): CALLED for verb in CHANGES for status in S},
    **{(verb, S.TERMINATED): GONE for verb in CHANGES},
    **{(verb, S.UNKNOWN): WAIT for verb in CHANGES},
}
#: GraphQL tells an intent, so that once read as stopped is not yet stopped.
GRAPHQL_DIFFERS: dict[tuple[Verb, PodStatus], Expected] = {(V.STOP, S.EXITED): WAIT}


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("status", PodStatus)
@pytest.mark.parametrize("verb", POD_VERBS)
def test_the_first_reading_decides_by_verb_and_state(verb: Verb, status: PodStatus, api: Api) -> None:
    expected = FIRST[verb, status]
    if api is Api.GRAPHQL:
        expected = GRAPHQL_DIFFERS.get((verb, status), expected)
    seen = pod(status, api=api, locked=verb is V.UNLOCK)
    step = after_read(operation(verb), Seen(seen), NOON)
    assert of(step) == expected
    assert step.operation.calls == (1 if expected.call else 0)
    assert step.operation.seen == seen


def test_what_a_call_needs_is_written_before_it_is_made() -> None:
    before = pod(S.RUNNING)
    step = after_read(operation(V.RESTART), Seen(before), at(3))
    assert step.call
    assert step.operation.before == before
    assert step.operation.called_at == at(3)
    assert not step.operation.answered


def locked(status: PodStatus = S.RUNNING) -> Pod:
    return pod(status, locked=True)


@pytest.mark.parametrize(
    ("verb", "seen", "expected"),
    [
        (V.STOP, locked(), failed(C.LOCKED)),
        (V.RESTART, locked(), failed(C.LOCKED)),
        (V.START, locked(S.EXITED), CALLED),
        (V.TERMINATE, locked(), failed(C.LOCKED)),
        (V.STOP, locked(S.EXITED), ALREADY),
        (V.RENAME, locked(), CALLED),
        (V.LOCK, locked(), ALREADY),
        (V.UNLOCK, pod(), ALREADY),
        (V.RENAME, pod(name="nlp-train-2"), ALREADY),
        (V.LOCK, pod(cluster_id="cl1"), failed(C.CLUSTER)),
        (V.RENAME, pod(cluster_id="cl1"), failed(C.CLUSTER)),
        (V.STOP, pod(cluster_id="cl1"), failed(C.CLUSTER)),
        (V.RESTART, pod(cluster_id="cl1"), failed(C.CLUSTER)),
        (V.START, pod(S.EXITED, cluster_id="cl1"), failed(C.CLUSTER)),
        (V.TERMINATE, pod(cluster_id="cl1"), failed(C.CLUSTER)),
        (V.START, pod(gpu=Gpu(id="x", count=0)), done(C.ZERO_GPU)),
        (V.START, pod(gpu=None, cpu=Cpu(id="cpu3c", vcpu_count=2)), ALREADY),
    ],
)
def test_locked_cluster_and_gpuless_pods(verb: Verb, seen: Pod, expected: Expected) -> None:
    assert of(after_read(operation(verb), Seen(seen), NOON)) == expected


CHANGED = Expected(OperationState.CANCELLED, C.CHANGED)


@pytest.mark.parametrize(
    ("verb", "bound", "seen", "expected"),
    [
        (V.TERMINATE, pod(), pod(), CALLED),
        (V.TERMINATE, pod(), pod(name="other"), CHANGED),
        (V.TERMINATE, pod(), pod(network=None), CHANGED),
        (V.TERMINATE, pod(), pod(disk_gb=50), CHANGED),
        (V.TERMINATE, pod(), pod(mounts_known=False), CHANGED),
        (V.TERMINATE, pod(cost_per_hour=2), pod(cost_per_hour=3), CHANGED),
        (V.TERMINATE, pod(cost_per_hour=3), pod(cost_per_hour=2), CALLED),
        (V.TERMINATE, pod(S.EXITED), pod(), CHANGED),
        (V.TERMINATE, pod(), pod(S.EXITED), CALLED),
        (V.TERMINATE, pod(id="anotherpod"), pod(), CHANGED),
        (V.STOP, pod(), pod(S.EXITED), ALREADY),
        (V.STOP, pod(), pod(name="other"), CHANGED),
        (V.RESTART, pod(), pod(S.STARTING), WAIT),
        (V.START, pod(S.EXITED), pod(S.ERROR), CHANGED),
        # A state with an unknown name proves no change, and calls for nothing.
        (V.TERMINATE, pod(), pod(S.UNKNOWN), WAIT),
    ],
)
def test_what_was_confirmed_must_still_be_so(verb: Verb, bound: Pod, seen: Pod, expected: Expected) -> None:
    held = operation(verb, bound=bound_to(bound))
    assert of(after_read(held, Seen(seen), NOON)) == expected


LATE: list[tuple[Operation, Pod, float, Expected]] = [
    # The call is due, and too late: nothing was asked, nothing was done.
    (operation(V.STOP), pod(), 240, failed(C.NEVER_ASKED)),
    (operation(V.STOP), pod(), 239, calls(next_s=254)),
    (operation(V.START), pod(S.STARTING), 600, failed(C.NEVER_ASKED)),
    (operation(V.RESTART), pod(S.UNKNOWN), 300, failed(C.NEVER_ASKED)),
    # What is read as reached counts, however late.
    (operation(V.STOP), pod(S.EXITED), 9_000, ALREADY),
    (operation(V.TERMINATE), pod(S.TERMINATED), 9_000, ALREADY),
    # Looks end at the deadline.
    (operation(V.START, looks=9), pod(S.STARTING), 595, reads_again(600)),
]


@pytest.mark.parametrize(("before", "seen", "seconds", "expected"), LATE)
def test_the_deadline_of_what_was_never_called(
    before: Operation, seen: Pod, seconds: float, expected: Expected
) -> None:
    assert of(after_read(before, Seen(seen), at(seconds))) == expected


def test_a_stop_by_graphql_is_already_so_after_two_readings_ten_seconds_apart() -> None:
    exited = Seen(graphql(S.EXITED))
    first = after_read(operation(V.STOP), exited, NOON).operation
    assert of(after_read(first, exited, at(9.9))).state is OperationState.RUNNING
    assert of(after_read(first, exited, at(10))) == ALREADY


def test_a_stop_by_graphql_waits_while_a_runtime_still_shows() -> None:
    stale = Seen(graphql(S.EXITED, runtime=Runtime(uptime_s=9)))
    first = after_read(operation(V.STOP), stale, NOON).operation
    second = after_read(first, stale, at(60)).operation
    assert second.state is OperationState.RUNNING
    # The ten seconds count from the first reading without a runtime.
    third = after_read(second, Seen(graphql(S.EXITED)), at(70)).operation
    assert not third.ended
    assert of(after_read(third, Seen(graphql(S.EXITED)), at(80))) == ALREADY


@pytest.mark.parametrize("reading", [Seen(pod()), Absent(listed=False)])
@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_operation_its_gate_still_holds_does_not_move(verb: Verb, reading: Seen | Absent) -> None:
    held = operation(verb, state=OperationState.WAITING, next_at=None)
    step = after_read(held, reading, at(9_000))
    assert not step.call
    assert step.operation == held


@pytest.mark.parametrize("verb", POD_VERBS)
def test_a_pod_that_is_not_there_is_gone_after_two_readings_and_a_list(verb: Verb) -> None:
    end = ALREADY if verb is V.TERMINATE else GONE
    first = after_read(operation(verb), Absent(listed=False), NOON).operation
    assert of(after_read(operation(verb), Absent(listed=False), NOON)) == reads_again(20)
    assert of(after_read(first, Absent(listed=False), at(19.9))) == reads_again(39.9)
    assert of(after_read(first, Absent(listed=True), at(20))) == reads_again(40)
    assert of(after_read(first, Absent(listed=None), at(20))) == reads_again(40)
    assert of(after_read(first, Absent(listed=False), at(20))) == end


def test_a_pod_that_shows_again_was_not_gone() -> None:
    first = after_read(operation(V.STOP), Absent(listed=False), NOON).operation
    back = after_read(first, Seen(pod(S.UNKNOWN)), at(20)).operation
    assert of(after_read(back, Absent(listed=False), at(40))) == reads_again(60)


def test_absence_not_proven_by_the_deadline() -> None:
    asked = operation(V.STOP, calls=1, state=OperationState.CONFIRMING, absent_since=at(100))
    assert of(after_read(asked, Absent(listed=None), at(239))) == looks_again(240)
    assert of(after_read(asked, Absent(listed=None), at(240))) == not_confirmed(250)
    assert of(after_read(operation(V.STOP), Absent(listed=None), at(240))) == failed(C.NEVER_ASKED)
