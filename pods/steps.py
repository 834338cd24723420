"""How an operation moves: (operation, what was read or answered, now) -> the operation and whether to call. Pure.

A worker reads the pod, asks `after_read`, makes the call if told to, and asks `after_call`. Every branch of a step
begins with a read, so a worker that takes over a dead one needs to know nothing but the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pods.errors import ActionConflict, HostFull, PodLocked, PodNotFound, ProviderError, RateLimited, Refused
from pods.gates import still_bound
from pods.goals import Goal, Standing, standing
from pods.model import Pod, PodStatus, Verb
from pods.operations import KEEP_TRYING_EVERY, LOOK_ON, Code, Operation, OperationState, Outcome
from pods.ports import ActionResult

#: Looks after a call: 2 s, 4 s, then every 10 s.
LOOKS: Final = (timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=10))
#: Two readings of "not there" must be this far apart.
ABSENT_FOR: Final = timedelta(seconds=20)
#: While a worker is inside a call nobody else is woken for the operation for this long.
CALL_TAKES: Final = timedelta(seconds=15)
#: After an unclear answer and no effect seen for this long, the call is made again. A restart is the one verb that can
#: be done twice, so its effect gets more time to show.
CALL_AGAIN_AFTER: Final = timedelta(seconds=15)
RESTART_AGAIN_AFTER: Final = timedelta(seconds=45)
#: RunPod stops and resets no locked pod, and who locked it did not mean it to be deleted either.
LOCK_FORBIDS: Final = frozenset({Verb.STOP, Verb.RESTART, Verb.TERMINATE})
MAX_CALLS: Final = 4
MAX_PUSHBACKS: Final = 4
UNREAD_RETRY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Seen:
    pod: Pod


@dataclass(frozen=True, slots=True)
class Absent:
    """RunPod says there is no such pod. `listed` is what a list pass in the same step said; None: it could not."""

    listed: bool | None


@dataclass(frozen=True, slots=True)
class Unread:
    error: ProviderError


Reading = Seen | Absent | Unread


@dataclass(frozen=True, slots=True)
class Step:
    operation: Operation
    #: Make the verb's call now, then ask `after_call`.
    call: bool = False


def after_read(operation: Operation, reading: Reading, now: datetime) -> Step:
    if operation.state is OperationState.WAITING:
        # Its gate has not let it go; whoever woke it was wrong to.
        return Step(operation)
    if operation.ended and not operation.looked_after(now):
        return Step(_moved(operation, next_at=None))
    if isinstance(reading, Unread):
        return Step(_unread(operation, reading.error, now))
    if isinstance(reading, Absent):
        return Step(_absent(operation, reading, now))
    return _seen(operation, reading.pod, now)


def _seen(operation: Operation, pod: Pod, now: datetime) -> Step:
    # Until a call counts, `before` is the latest reading: a change by others in the meantime is not our effect.
    before = operation.before if operation.calls and operation.before else pod
    operation = _moved(operation, seen=pod, before=before, absent_since=None)
    verdict = standing(operation, pod, now)
    operation = _moved(operation, exited_since=verdict.since)
    if verdict.goal is Goal.REACHED:
        return Step(_end(operation, OperationState.DONE, Outcome(code=verdict.code), now))
    if operation.state is OperationState.UNKNOWN:
        return Step(_look_later(operation, now))
    if (no := _hopeless(operation, pod, verdict)) is not None:
        state = OperationState.CANCELLED if no.code is Code.CHANGED else OperationState.FAILED
        return Step(_end(operation, state, no, now))
    if now >= operation.deadline:
        return Step(_too_late(operation, now))
    if verdict.goal is not Goal.TO_DO or not _may_call(operation, now) or _not_now(operation, pod, verdict):
        return Step(_look_later(operation, now))
    calling = _moved(
        operation,
        state=OperationState.CALLING,
        calls=operation.calls + 1,
        called_at=now,
        answered=False,
        looks=0,
        next_at=now + CALL_TAKES,
    )
    return Step(calling, call=True)


def _hopeless(operation: Operation, pod: Pod, verdict: Standing) -> Outcome | None:
    """Why it ends here, if so. Once a call counts, only a pod that is gone can end it before its deadline."""
    if operation.calls == 0:
        return _not_now(operation, pod, verdict)
    return Outcome(code=Code.GONE) if verdict.code is Code.GONE else None


def _not_now(operation: Operation, pod: Pod, verdict: Standing) -> Outcome | None:
    """Why a call must not be made, if so."""
    if pod.status is PodStatus.UNKNOWN:
        # No word this version knows is no proof of a change; it is not called either.
        return None
    if operation.bound and not still_bound(operation.bound, pod):
        return Outcome(code=Code.CHANGED)
    if pod.cluster_id:
        return Outcome(code=Code.CLUSTER)
    if pod.locked and operation.verb in LOCK_FORBIDS:
        return Outcome(code=Code.LOCKED)
    if verdict.goal is Goal.OUT_OF_REACH:
        return Outcome(code=verdict.code)
    return None


def _may_call(operation: Operation, now: datetime) -> bool:
    if operation.calls == 0 or operation.called_at is None:
        return True
    if operation.calls >= MAX_CALLS or operation.pushbacks >= MAX_PUSHBACKS or operation.answered:
        return False
    if operation.verb is Verb.STOP and operation.state is OperationState.CALLING:
        # A stop asks for a state, so asking twice is asking once.
        return True
    wait = RESTART_AGAIN_AFTER if operation.verb is Verb.RESTART else CALL_AGAIN_AFTER
    return now >= operation.called_at + wait


def _absent(operation: Operation, reading: Absent, now: datetime) -> Operation:
    since = operation.absent_since or now
    operation = _moved(operation, absent_since=since)
    sure = now - since >= ABSENT_FOR and reading.listed is False
    if operation.state is OperationState.UNKNOWN and not (sure and operation.verb is Verb.TERMINATE):
        return _look_later(operation, now)
    if not sure and now < operation.deadline:
        return _moved(operation, state=_waiting_state(operation), next_at=min(now + ABSENT_FOR, operation.deadline))
    if not sure:
        return _too_late(operation, now)
    if operation.verb is Verb.TERMINATE:
        code = Code.DONE if operation.calls else Code.ALREADY
        return _end(operation, OperationState.DONE, Outcome(code=code), now)
    return _end(operation, OperationState.FAILED, Outcome(code=Code.GONE), now)


def _unread(operation: Operation, error: ProviderError, now: datetime) -> Operation:
    operation = _moved(operation, trouble=error.sentence)
    if isinstance(error, Refused) and error.final and operation.calls == 0:
        return _end(operation, OperationState.FAILED, _refused(error), now)
    if operation.state is OperationState.UNKNOWN:
        return _look_later(operation, now)
    if now >= operation.deadline:
        return _too_late(operation, now)
    wait = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else UNREAD_RETRY
    return _moved(
        operation, state=_waiting_state(operation), next_at=min(now + max(wait, UNREAD_RETRY), operation.deadline)
    )


def _waiting_state(operation: Operation) -> OperationState:
    """Nothing is being called in this step; what was possibly called before stays visible in `calls`."""
    if operation.state is OperationState.UNKNOWN:
        return operation.state
    return OperationState.CONFIRMING if operation.calls else OperationState.RUNNING


def after_call(operation: Operation, result: ActionResult | ProviderError, now: datetime) -> Operation:
    if isinstance(result, ActionResult):
        operation = _moved(operation, answered=True, runpod_request=result.request_id)
        if operation.verb is Verb.TERMINATE:
            return _end(operation, OperationState.DONE, Outcome(code=Code.DONE), now)
        return _confirm_soon(operation, now)
    operation = _moved(operation, trouble=result.sentence, runpod_request=result.request_id)
    if not isinstance(result, Refused):
        return _confirm_soon(operation, now)
    if isinstance(result, PodNotFound):
        # Whether this call or an earlier one removed it, the readings decide.
        return _moved(operation, state=OperationState.CONFIRMING, absent_since=now, next_at=now + ABSENT_FOR)
    return _pushed_back(operation, result, now)


def _pushed_back(operation: Operation, error: Refused, now: datetime) -> Operation:
    """RunPod said no, so this call did not count. An earlier one may still have; then only readings end it."""
    operation = _moved(operation, calls=operation.calls - 1, pushbacks=operation.pushbacks + 1)
    asked = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else LOOKS[0]
    wait = max(asked, LOOKS[0])
    if operation.calls:
        return _moved(
            operation,
            state=OperationState.CONFIRMING,
            next_at=max(min(now + wait, operation.deadline), now + LOOKS[0]),
        )
    if isinstance(error, PodLocked):
        return _end(operation, OperationState.FAILED, Outcome(code=Code.LOCKED, detail=error.detail), now)
    if isinstance(error, HostFull) and (keep := operation.keep_until) and now + KEEP_TRYING_EVERY < keep:
        # Whoever waits is told that it goes on, and the tries cost nothing.
        return _moved(
            operation,
            state=OperationState.RUNNING,
            pushbacks=0,
            rounds=operation.rounds + 1,
            next_at=now + KEEP_TRYING_EVERY,
        )
    passing = isinstance(error, ActionConflict) or not error.final
    if not passing or operation.pushbacks >= MAX_PUSHBACKS:
        return _end(operation, OperationState.FAILED, _refused(error), now)
    if now + wait >= operation.deadline:
        return _end(operation, OperationState.FAILED, _refused(error), now)
    return _moved(operation, state=_waiting_state(operation), next_at=now + wait)


def _refused(error: ProviderError) -> Outcome:
    code = Code.HOST_FULL if isinstance(error, HostFull) else Code.REFUSED
    return Outcome(code=code, sentence=error.sentence, detail=error.detail, runpod_request=error.request_id)


def _confirm_soon(operation: Operation, now: datetime) -> Operation:
    return _moved(operation, state=OperationState.CONFIRMING, looks=1, next_at=now + LOOKS[0])


def _look_later(operation: Operation, now: datetime) -> Operation:
    wait = LOOKS[min(operation.looks, len(LOOKS) - 1)]
    end = operation.deadline
    if operation.state is OperationState.UNKNOWN and operation.ended_at is not None:
        wait, end = LOOKS[-1], operation.ended_at + LOOK_ON
        if now + wait >= end:
            return _moved(operation, next_at=None)
    return _moved(operation, state=_waiting_state(operation), looks=operation.looks + 1, next_at=min(now + wait, end))


def _too_late(operation: Operation, now: datetime) -> Operation:
    if operation.calls == 0:
        code = Code.PUSHED_BACK if operation.pushbacks else Code.NEVER_ASKED
        outcome = Outcome(code=code, sentence=operation.trouble)
        return _end(operation, OperationState.FAILED, outcome, now)
    outcome = Outcome(code=Code.NOT_CONFIRMED, sentence=operation.trouble, runpod_request=operation.runpod_request)
    ended = _end(operation, OperationState.UNKNOWN, outcome, now)
    return ended.model_copy(update={"next_at": now + LOOKS[-1]})


def _end(operation: Operation, state: OperationState, outcome: Outcome, now: datetime) -> Operation:
    corrected = operation.state is OperationState.UNKNOWN
    outcome = outcome.model_copy(
        update={
            "corrected": corrected,
            "runpod_request": outcome.runpod_request or operation.runpod_request,
        }
    )
    return _moved(operation, state=state, outcome=outcome, ended_at=now, next_at=None)


def _moved(operation: Operation, **changes: object) -> Operation:
    return operation.model_copy(update=changes)
