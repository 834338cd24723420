"""Looking on after "not confirmed": for 15 minutes, and put right once at most."""

from __future__ import annotations

import pytest

from pods.errors import TimedOut
from pods.model import POD_VERBS, PodStatus, Runtime, Verb
from pods.operations import Code, Operation, OperationState
from pods.steps import Absent, Reading, Seen, Unread, after_read
from tests.unit.pods.builders import at, before_call, graphql, operation, pod, unknown
from tests.unit.pods.rows import done, not_confirmed, of

S, V = PodStatus, Verb
END = {verb: (operation(verb).deadline - at(0)).total_seconds() for verb in POD_VERBS}


@pytest.mark.parametrize("verb", POD_VERBS)
def test_it_looks_every_ten_seconds_for_fifteen_minutes(verb: Verb) -> None:
    still, end = Seen(before_call(verb)), END[verb]
    assert of(after_read(unknown(verb), still, at(end + 10))) == not_confirmed(end + 20)
    assert of(after_read(unknown(verb), still, at(end + 889))) == not_confirmed(end + 899)
    assert of(after_read(unknown(verb), still, at(end + 890))) == not_confirmed(None)


@pytest.mark.parametrize("verb", POD_VERBS)
def test_it_never_calls_and_tells_nothing_new(verb: Verb) -> None:
    before = unknown(verb, answered=False)
    step = after_read(before, Seen(before_call(verb)), at(END[verb] + 100))
    assert not step.call
    assert step.operation.outcome == before.outcome
    assert step.operation.ended_at == before.ended_at


@pytest.mark.parametrize(
    ("verb", "reading"),
    [
        (V.START, Seen(pod())),
        (V.STOP, Seen(pod(S.EXITED))),
        (V.RESTART, Seen(pod(started_at=at(200), runtime=Runtime(uptime_s=40)))),
        (V.TERMINATE, Seen(pod(S.TERMINATED))),
    ],
)
def test_it_is_put_right_once(verb: Verb, reading: Reading) -> None:
    now = at(END[verb] + 899)
    step = after_read(unknown(verb), reading, now)
    assert of(step) == done()
    assert step.operation.outcome is not None
    assert step.operation.outcome.corrected
    assert step.operation.ended_at == now
    # And that is the last word, even if the pod is something else a moment later.
    again = after_read(step.operation, Seen(before_call(verb)), now)
    assert again.operation == step.operation


@pytest.mark.parametrize("verb", POD_VERBS)
@pytest.mark.parametrize("reading", [Seen(pod(S.EXITED)), Seen(pod()), Absent(listed=False), Unread(TimedOut())])
def test_after_fifteen_minutes_nothing_changes_it_and_nobody_is_woken_for_it(verb: Verb, reading: Reading) -> None:
    before = unknown(verb, absent_since=at(0))
    step = after_read(before, reading, at(END[verb] + 900))
    assert not step.call
    assert step.operation == before.model_copy(update={"next_at": None})


@pytest.mark.parametrize("verb", POD_VERBS)
@pytest.mark.parametrize("listed", [True, False, None])
def test_one_not_found_neither_corrects_it_nor_prolongs_the_looking(verb: Verb, listed: bool | None) -> None:
    before = unknown(verb)
    step = after_read(before, Absent(listed=listed), at(END[verb] + 100))
    assert of(step) == not_confirmed(END[verb] + 110)
    assert step.operation.outcome == before.outcome
    assert step.operation.ended_at == before.ended_at


@pytest.mark.parametrize("verb", POD_VERBS)
def test_only_a_terminate_is_put_right_by_absence(verb: Verb) -> None:
    first = after_read(unknown(verb), Absent(listed=False), at(END[verb] + 10)).operation
    assert of(after_read(first, Absent(listed=None), at(END[verb] + 30))).state is OperationState.UNKNOWN
    second = after_read(first, Absent(listed=False), at(END[verb] + 30))
    assert of(second) == (done() if verb is V.TERMINATE else not_confirmed(END[verb] + 40))


def test_a_stop_by_graphql_is_put_right_by_two_readings() -> None:
    exited = Seen(graphql(S.EXITED))
    first = after_read(unknown(V.STOP), exited, at(250)).operation
    assert first.state is OperationState.UNKNOWN
    assert of(after_read(first, exited, at(260))) == done()


@pytest.mark.parametrize("state", [OperationState.DONE, OperationState.FAILED, OperationState.CANCELLED])
@pytest.mark.parametrize("verb", POD_VERBS)
def test_what_ended_otherwise_is_not_looked_after(verb: Verb, state: OperationState) -> None:
    ended: Operation = unknown(verb, state=state, next_at=None)
    for reading in (Seen(pod(S.EXITED)), Seen(pod()), Absent(listed=False), Unread(TimedOut())):
        assert after_read(ended, reading, at(END[verb] + 20)).operation == ended


def test_the_outcome_says_what_was_last_in_the_way() -> None:
    troubled = unknown(V.STOP, state=OperationState.CONFIRMING, ended_at=None, outcome=None, trouble="RunPod was slow.")
    step = after_read(troubled, Seen(pod()), at(240))
    assert step.operation.outcome is not None
    assert step.operation.outcome.code is Code.NOT_CONFIRMED
    assert step.operation.outcome.sentence == "RunPod was slow."
    assert step.operation.outcome.runpod_request == "req-1"
