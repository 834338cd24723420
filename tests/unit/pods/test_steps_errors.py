"""Every way RunPod can fail, as a reading and as the answer to a call."""

from __future__ import annotations

import pytest

from pods import errors
from pods.errors import ProviderError, RateLimited
from pods.model import POD_VERBS, PodStatus, Verb
from pods.operations import Code, OperationState
from pods.ports import ActionResult
from pods.steps import MAX_PUSHBACKS, Absent, Seen, Unread, after_call, after_read
from tests.unit.pods.builders import at, before_call, died_calling, operation, pod, unclear, unknown
from tests.unit.pods.rows import Expected, done, failed, looks_again, not_confirmed, of, reads_again, shown

V, C = Verb, Code
REFUSED = failed(C.REFUSED)
WAITS = reads_again(5)
CONFIRMS = looks_again(2)
BACK = reads_again(2)

#: Class -> (as the first reading, as the answer to the first call at noon).
TABLE: dict[type[ProviderError], tuple[Expected, Expected]] = {
    errors.ProviderError: (WAITS, CONFIRMS),
    errors.Refused: (REFUSED, REFUSED),
    errors.Unauthorized: (REFUSED, REFUSED),
    errors.Forbidden: (REFUSED, REFUSED),
    errors.Blocked: (REFUSED, REFUSED),
    errors.Retired: (REFUSED, REFUSED),
    errors.NeedsRest: (REFUSED, REFUSED),
    errors.NeedsGraphql: (REFUSED, REFUSED),
    errors.PodNotFound: (REFUSED, looks_again(20)),
    errors.VolumeNotFound: (REFUSED, REFUSED),
    errors.ActionConflict: (REFUSED, BACK),
    errors.PodLocked: (REFUSED, failed(C.LOCKED)),
    errors.InvalidRequest: (REFUSED, REFUSED),
    errors.NoCapacity: (REFUSED, REFUSED),
    errors.RaceLost: (REFUSED, REFUSED),
    errors.NoSpot: (REFUSED, REFUSED),
    errors.SchemaMoved: (REFUSED, REFUSED),
    errors.HostFull: (failed(C.HOST_FULL), failed(C.HOST_FULL)),
    errors.InsufficientBalance: (REFUSED, REFUSED),
    errors.RateLimited: (reads_again(30), reads_again(30)),
    errors.Unreachable: (WAITS, BACK),
    errors.Unclear: (WAITS, CONFIRMS),
    errors.ServerFault: (WAITS, CONFIRMS),
    errors.TimedOut: (WAITS, CONFIRMS),
    errors.Unreadable: (WAITS, CONFIRMS),
}


def every(kind: type[ProviderError] = ProviderError) -> set[type[ProviderError]]:
    below = {each for sub in kind.__subclasses__() if sub.__module__ == errors.__name__ for each in every(sub)}
    return {kind} | below


def raised(kind: type[ProviderError], *, retry_after_s: int = 30) -> ProviderError:
    if issubclass(kind, RateLimited):
        return kind("wire text", retry_after_s=retry_after_s, request_id="req-e")
    return kind("wire text", sentence="It said no.", request_id="req-e")


def test_the_table_has_every_error_there_is() -> None:
    assert set(TABLE) == every()


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_error_as_the_first_reading(verb: Verb, kind: type[ProviderError]) -> None:
    error = raised(kind)
    step = after_read(operation(verb), Unread(error), at(0))
    assert of(step) == TABLE[kind][0]
    assert step.operation.trouble == error.sentence
    if step.operation.outcome:
        assert step.operation.outcome.sentence == error.sentence
        assert step.operation.outcome.runpod_request == "req-e"


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_error_as_the_answer_to_the_call(verb: Verb, kind: type[ProviderError]) -> None:
    error = raised(kind)
    after = after_call(died_calling(verb), error, at(0))
    assert shown(after) == TABLE[kind][1]
    assert after.trouble == error.sentence
    if after.outcome and after.outcome.code is C.REFUSED:
        assert (after.outcome.sentence, after.outcome.detail) == (error.sentence, "wire text")
        assert after.outcome.runpod_request == "req-e"
    counts = not issubclass(kind, errors.Refused) or kind is errors.PodNotFound
    assert after.calls == (1 if counts else 0)
    assert not after.answered


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("verb", POD_VERBS)
def test_no_error_is_told_as_a_refusal_while_an_earlier_call_may_have_worked(
    verb: Verb, kind: type[ProviderError]
) -> None:
    second = died_calling(verb, calls=2)
    after = after_call(second, raised(kind), at(20))
    assert after.state is OperationState.CONFIRMING
    assert after.calls >= 1
    assert after.next_at is not None
    assert after.next_at > at(20)
    # The first did work.
    reached = {V.START: pod(), V.STOP: pod(PodStatus.EXITED), V.TERMINATE: pod(PodStatus.TERMINATED)}
    if verb in reached:
        assert of(after_read(after, Seen(reached[verb]), at(60))) == done()


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("verb", POD_VERBS)
def test_an_error_as_a_reading_after_the_call_only_costs_time(verb: Verb, kind: type[ProviderError]) -> None:
    wait = 30 if kind is RateLimited else 5
    end = (operation(verb).deadline - at(0)).total_seconds()
    assert of(after_read(unclear(verb), Unread(raised(kind)), at(9))) == looks_again(9 + wait)
    assert of(after_read(unclear(verb), Unread(raised(kind)), at(end - 1))) == looks_again(end)
    late = after_read(unclear(verb), Unread(raised(kind)), at(end))
    assert of(late) == not_confirmed(end + 10)
    assert late.operation.outcome is not None
    assert late.operation.outcome.sentence == raised(kind).sentence


@pytest.mark.parametrize("kind", TABLE)
def test_an_error_while_looking_on_changes_nothing_told(kind: type[ProviderError]) -> None:
    before = unknown(V.STOP)
    step = after_read(before, Unread(raised(kind)), at(250))
    assert of(step) == not_confirmed(260)
    assert step.operation.outcome == before.outcome


def test_runpod_never_read_before_the_deadline() -> None:
    error = raised(errors.TimedOut)
    step = after_read(operation(V.STOP), Unread(error), at(240))
    assert of(step) == failed(C.NEVER_ASKED)
    assert step.operation.outcome is not None
    assert step.operation.outcome.sentence == error.sentence


def test_what_runpod_only_put_off_until_the_deadline_is_not_called_never_asked() -> None:
    asked = operation(V.RESTART, pushbacks=2, trouble="The pod changed in the meantime.")
    step = after_read(asked, Seen(pod(PodStatus.STARTING)), at(300))
    assert of(step) == failed(C.PUSHED_BACK)
    assert step.operation.outcome is not None
    assert step.operation.outcome.sentence == "The pod changed in the meantime."


@pytest.mark.parametrize(
    ("retry_after_s", "seconds", "expected"),
    [(30, 0, 30), (0, 0, 5), (3600, 0, 240), (30, 239, 240)],
)
def test_a_reading_pushed_back_waits_as_told_but_not_past_the_deadline(
    retry_after_s: int, seconds: float, expected: float
) -> None:
    error = raised(RateLimited, retry_after_s=retry_after_s)
    assert of(after_read(operation(V.STOP), Unread(error), at(seconds))) == reads_again(expected)


@pytest.mark.parametrize(
    ("retry_after_s", "seconds", "expected"),
    [
        (30, 0, reads_again(30)),
        (0, 0, reads_again(2)),
        (-5, 0, reads_again(2)),
        (239, 0, reads_again(239)),
        (240, 0, REFUSED),
        (30, 210, REFUSED),
        (30, 209, reads_again(239)),
    ],
)
def test_a_call_pushed_back_waits_as_told_or_ends_as_refused(
    retry_after_s: int, seconds: float, expected: Expected
) -> None:
    error = raised(RateLimited, retry_after_s=retry_after_s)
    assert shown(after_call(died_calling(V.STOP), error, at(seconds))) == expected


@pytest.mark.parametrize(
    ("retry_after_s", "seconds", "expected"), [(30, 20, 50), (3600, 20, 240), (30, 239, 241), (30, 250, 252)]
)
def test_a_second_call_pushed_back_goes_on_reading_to_the_deadline(
    retry_after_s: int, seconds: float, expected: float
) -> None:
    error = raised(RateLimited, retry_after_s=retry_after_s)
    assert shown(after_call(died_calling(V.STOP, calls=2), error, at(seconds))) == looks_again(expected)


@pytest.mark.parametrize("kind", [errors.ActionConflict, errors.Unreachable])
def test_the_fourth_pushback_ends_it(kind: type[ProviderError]) -> None:
    def asked(pushbacks: int) -> Expected:
        return shown(after_call(died_calling(V.STOP, pushbacks=pushbacks), raised(kind), at(0)))

    assert asked(MAX_PUSHBACKS - 2) == reads_again(2)
    assert asked(MAX_PUSHBACKS - 1) == REFUSED


@pytest.mark.parametrize("verb", POD_VERBS)
def test_after_a_conflict_what_is_read_counts(verb: Verb) -> None:
    conflict = after_call(died_calling(verb), raised(errors.ActionConflict), at(0))
    assert after_read(conflict, Seen(before_call(verb)), at(2)).call
    if verb is V.STOP:
        assert of(after_read(conflict, Seen(pod(PodStatus.EXITED)), at(2))) == done(C.ALREADY)


def test_a_terminate_told_not_found_is_done_when_readings_agree() -> None:
    told = after_call(died_calling(V.TERMINATE), raised(errors.PodNotFound), at(1))
    assert of(after_read(told, Absent(listed=False), at(20.9))).state is OperationState.CONFIRMING
    assert of(after_read(told, Absent(listed=True), at(21))).state is OperationState.CONFIRMING
    assert of(after_read(told, Absent(listed=False), at(21))) == done()


@pytest.mark.parametrize("verb", POD_VERBS)
def test_a_yes_ends_a_terminate_and_starts_the_reading_back_of_all_others(verb: Verb) -> None:
    after = after_call(died_calling(verb), ActionResult(pod=before_call(verb), request_id="req-9"), at(3))
    assert shown(after) == (done() if verb is V.TERMINATE else looks_again(5))
    assert after.answered
    assert after.runpod_request == "req-9"
