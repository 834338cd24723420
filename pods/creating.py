"""How a create moves: (operation, what was listed or answered, now) -> the operation and whether to call. Pure.

A pod must be made once. So a call is only made when every earlier one certainly had no effect, or when RunPod's list
has not shown its pod for two minutes; and whatever the list shows under this operation's stamp is what was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pods import arrivals
from pods.errors import NoCapacity, ProviderError, RaceLost, RateLimited, Refused
from pods.model import Pod, PodStatus
from pods.operations import KEEP_TRYING_EVERY, LOOK_ON, Code, Operation, OperationState, Outcome
from pods.orders import Candidate, CreateOrder, Tried, made_by
from pods.ports import ActionResult

#: While a worker is inside its call its lease says so; one that died is taken over after this.
CALL_TAKES: Final = timedelta(seconds=15)
#: Looks at the list after an unclear answer.
LOOKS: Final = (timedelta(seconds=3), timedelta(seconds=5), timedelta(seconds=10))
#: An unclear call whose pod no list has shown for this long is made again, until the deadline comes.
AGAIN_AFTER: Final = timedelta(minutes=2)
MAX_UNCLEAR: Final = 4
#: A host lost to somebody else between matching and renting: the same is asked for again so often.
MAX_RACES: Final = 2
MAX_PUSHBACKS: Final = 6
#: Pods may be stamped a little before our clock says they were ordered.
CLOCKS_APART: Final = timedelta(minutes=1)
#: Sorts a pod of no known age behind all that have one.
_NO_AGE: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """One whole list pass made in this step."""

    pods: tuple[Pod, ...]


@dataclass(frozen=True, slots=True)
class Unlisted:
    error: ProviderError


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """No call can have had an effect, so there is nothing to look for."""


Sighting = Listed | Unlisted | NotNeeded


@dataclass(frozen=True, slots=True)
class Step:
    operation: Operation
    #: Ask RunPod for this now, then ask `after_call`.
    call: Candidate | None = None


def must_list(operation: Operation) -> bool:
    """Whether a pod of this operation may exist that the record does not know of."""
    return operation.unclear > 0 or operation.ended or operation.state is OperationState.CALLING


def before_call(operation: Operation, sighting: Sighting, now: datetime) -> Step:
    if operation.state is OperationState.WAITING:
        return Step(operation)
    operation = _unclear_if_cut_off(operation, now)
    if isinstance(sighting, Listed) and (made := matches(operation, sighting.pods)):
        return Step(found(operation, made[0], now))
    if (waits := _waits(operation, sighting, now)) is not None:
        return Step(waits)
    return _calling(operation, now)


def _waits(operation: Operation, sighting: Sighting, now: datetime) -> Operation | None:
    """The operation where nothing is called now; None: it is time to."""
    if operation.ended:
        return _look_on(operation, now)
    if isinstance(sighting, Unlisted):
        return _unlisted(operation, sighting.error, now)
    if now >= operation.deadline:
        return _too_late(operation, now)
    return None if _may_call(operation, now) else _look_later(operation, now)


def _unclear_if_cut_off(operation: Operation, now: datetime) -> Operation:
    """A step that finds itself in the middle of a call takes over from one that never said how it went."""
    if operation.state is not OperationState.CALLING:
        return operation
    return _moved(operation, state=OperationState.CONFIRMING, unclear=operation.unclear + 1, looks=0, next_at=now)


def matches(operation: Operation, pods: Iterable[Pod]) -> Sequence[Pod]:
    """The pods this operation made, oldest first: by stamp, else by the end of the name; none older than its call."""
    since = (operation.first_called_at or operation.created_at) - CLOCKS_APART
    made = [
        pod
        for pod in pods
        if made_by(pod, operation.id)
        and pod.status is not PodStatus.TERMINATED
        and (pod.created_at is None or pod.created_at >= since)
    ]
    stamped = [pod for pod in made if pod.stamp == operation.id]
    return sorted(stamped or made, key=lambda pod: (pod.created_at or _NO_AGE, pod.id))


def found(operation: Operation, pod: Pod, now: datetime) -> Operation:
    """It exists: the operation ends, and its pod is watched until it is ready."""
    corrected = operation.ended
    outcome = Outcome(code=Code.DONE, runpod_request=operation.runpod_request, corrected=corrected)
    arrival = arrivals.begin(pod, now)
    return _moved(
        operation,
        state=OperationState.DONE,
        outcome=outcome,
        pod_id=pod.id,
        pod_name=pod.name,
        seen=pod,
        ended_at=now,
        arrival=arrival,
        next_at=arrivals.next_look(arrival, now),
    )


def _may_call(operation: Operation, now: datetime) -> bool:
    if operation.unclear == 0:
        return True
    if operation.unclear >= MAX_UNCLEAR or operation.called_at is None:
        return False
    # One look at the list, however late it came, is no proof that a pod is not still being placed.
    return operation.looks >= len(LOOKS) and now >= operation.called_at + AGAIN_AFTER


def _calling(operation: Operation, now: datetime) -> Step:
    order = ordered(operation)
    if operation.candidate >= len(order.candidates):
        return Step(_all_out(operation, now))
    calling = _moved(
        operation,
        state=OperationState.CALLING,
        calls=operation.calls + 1,
        called_at=now,
        first_called_at=operation.first_called_at or now,
        answered=False,
        looks=0,
        next_at=now + CALL_TAKES,
    )
    return Step(calling, call=order.candidates[operation.candidate])


def passed_over(operation: Operation, sentence: str, now: datetime) -> Operation:
    """The candidate at hand is not asked for: it costs more than was agreed to, or its price is not known."""
    return _next_candidate(operation, sentence, now)


def after_call(operation: Operation, result: ActionResult | ProviderError, now: datetime) -> Operation:
    if isinstance(result, ActionResult):
        operation = _moved(operation, answered=True, runpod_request=result.request_id)
        if result.pod is None:
            return _unclear(operation, now)
        return found(operation, result.pod, now)
    operation = _moved(operation, trouble=result.sentence, runpod_request=result.request_id)
    if not isinstance(result, Refused):
        return _unclear(operation, now)
    return _refused(operation, result, now)


def _unclear(operation: Operation, now: datetime) -> Operation:
    return _moved(
        operation,
        state=OperationState.CONFIRMING,
        unclear=operation.unclear + 1,
        looks=0,
        next_at=now + LOOKS[0],
    )


def _refused(operation: Operation, error: Refused, now: datetime) -> Operation:
    """Certainly nothing was made by this call."""
    if isinstance(error, RaceLost) and operation.races < MAX_RACES:
        return _moved(operation, state=OperationState.RUNNING, races=operation.races + 1, next_at=now + LOOKS[0])
    if isinstance(error, NoCapacity):
        return _next_candidate(operation, error.sentence, now)
    if error.final:
        return _fail(operation, Code.REFUSED, error, now)
    pushbacks = operation.pushbacks + 1
    wait = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else LOOKS[1]
    if pushbacks >= MAX_PUSHBACKS or now + wait >= operation.deadline:
        return _fail(operation, Code.PUSHED_BACK, error, now)
    return _moved(operation, state=OperationState.RUNNING, pushbacks=pushbacks, next_at=now + wait)


def _next_candidate(operation: Operation, sentence: str, now: datetime) -> Operation:
    tried = (*operation.tried, Tried(candidate=operation.candidate, sentence=sentence))
    operation = _moved(operation, tried=tried, candidate=operation.candidate + 1, races=0)
    if operation.candidate >= len(ordered(operation).candidates):
        return _all_out(operation, now)
    return _moved(operation, state=OperationState.RUNNING, next_at=now)


def _all_out(operation: Operation, now: datetime) -> Operation:
    """Every candidate was asked for. With a person's word that they wait, it begins anew in a while."""
    keep = operation.keep_until
    if keep is not None and now + KEEP_TRYING_EVERY < keep:
        return _moved(
            operation,
            state=OperationState.RUNNING,
            candidate=0,
            tried=(),
            rounds=operation.rounds + 1,
            next_at=now + KEEP_TRYING_EVERY,
        )
    sentence = operation.tried[-1].sentence if operation.tried else ""
    return _ended(operation, OperationState.FAILED, Outcome(code=Code.NO_CAPACITY, sentence=sentence), now)


def _fail(operation: Operation, code: Code, error: ProviderError, now: datetime) -> Operation:
    outcome = Outcome(code=code, sentence=error.sentence, detail=error.detail, runpod_request=error.request_id)
    return _ended(operation, OperationState.FAILED, outcome, now)


def _unlisted(operation: Operation, error: ProviderError, now: datetime) -> Operation:
    operation = _moved(operation, trouble=error.sentence)
    if now >= operation.deadline:
        return _too_late(operation, now)
    wait = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else LOOKS[1]
    return _moved(operation, next_at=min(now + max(wait, LOOKS[1]), operation.deadline))


def _look_later(operation: Operation, now: datetime) -> Operation:
    wait = LOOKS[min(operation.looks, len(LOOKS) - 1)]
    return _moved(operation, looks=operation.looks + 1, next_at=min(now + wait, operation.deadline))


def _too_late(operation: Operation, now: datetime) -> Operation:
    if operation.unclear == 0:
        code = Code.PUSHED_BACK if operation.pushbacks else Code.NEVER_ASKED
        outcome = Outcome(code=code, sentence=operation.trouble)
        return _ended(operation, OperationState.FAILED, outcome, now)
    outcome = Outcome(code=Code.NOT_CONFIRMED, sentence=operation.trouble, runpod_request=operation.runpod_request)
    ended = _ended(operation, OperationState.UNKNOWN, outcome, now)
    return _moved(ended, next_at=now + LOOKS[-1])


def _look_on(operation: Operation, now: datetime) -> Operation:
    """Ended without its pod being known: looked after for a while, and whenever the watch sees such a pod."""
    ended = operation.ended_at
    if operation.state is not OperationState.UNKNOWN or ended is None or now + LOOKS[-1] >= ended + LOOK_ON:
        return _moved(operation, next_at=None)
    return _moved(operation, looks=operation.looks + 1, next_at=now + LOOKS[-1])


def _ended(operation: Operation, state: OperationState, outcome: Outcome, now: datetime) -> Operation:
    return _moved(operation, state=state, outcome=outcome, ended_at=now, next_at=None)


def ordered(operation: Operation) -> CreateOrder:
    if operation.order is None:
        raise AssertionError("a create is only ever written with its order")
    return operation.order


def _moved(operation: Operation, **changes: object) -> Operation:
    return operation.model_copy(update=changes)
