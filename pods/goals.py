"""Whether a pod, as read now, is what an operation asked for. Pure; one function per verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from pods.model import BILLED, STARTABLE, Api, Pod, PodStatus, Verb
from pods.operations import Code, Operation

#: GraphQL states an intent, so "stopped" must be read twice, this far apart.
EXITED_FOR: Final = timedelta(seconds=10)
#: Two clocks and a coarse uptime: a restart must show at least this much younger a container.
UPTIME_SLACK_S: Final = 2


class Goal(Enum):
    REACHED = auto()
    #: Nothing to call: the pod moves, or what was called has not shown yet.
    UNDER_WAY = auto()
    #: The call is due.
    TO_DO = auto()
    #: The verb makes no sense in this state.
    OUT_OF_REACH = auto()


@dataclass(frozen=True, slots=True)
class Standing:
    goal: Goal
    code: Code = Code.DONE
    #: Since when the pod has been read as stopped, where one reading is not enough.
    since: datetime | None = None


def standing(operation: Operation, pod: Pod, now: datetime) -> Standing:
    if pod.status is PodStatus.UNKNOWN:
        return Standing(Goal.UNDER_WAY)
    return _RULES[operation.verb](operation, pod, now)


def _reached(operation: Operation) -> Standing:
    return Standing(Goal.REACHED, Code.DONE if operation.calls else Code.ALREADY)


def _stop(operation: Operation, pod: Pod, now: datetime) -> Standing:
    if pod.status is PodStatus.EXITED:
        return _stopped(operation, pod, now)
    if pod.status is PodStatus.TERMINATED:
        return Standing(Goal.OUT_OF_REACH, Code.GONE)
    if pod.status is PodStatus.ERROR:
        return Standing(Goal.OUT_OF_REACH, Code.NOT_POSSIBLE)
    return Standing(Goal.TO_DO)


def _stopped(operation: Operation, pod: Pod, now: datetime) -> Standing:
    if pod.api is Api.REST:
        return _reached(operation)
    since = operation.exited_since or now
    if pod.runtime is None and now - since >= EXITED_FOR:
        return _reached(operation)
    return Standing(Goal.UNDER_WAY, since=since if pod.runtime is None else None)


def _start(operation: Operation, pod: Pod, now: datetime) -> Standing:
    del now
    if pod.status is PodStatus.RUNNING:
        if pod.gpu is not None and pod.gpu.count == 0:
            return Standing(Goal.REACHED, Code.ZERO_GPU)
        return _reached(operation)
    if pod.status in BILLED:
        return Standing(Goal.UNDER_WAY)
    if pod.status is PodStatus.TERMINATED:
        return Standing(Goal.OUT_OF_REACH, Code.GONE)
    return Standing(Goal.TO_DO)


def _restart(operation: Operation, pod: Pod, now: datetime) -> Standing:
    if pod.status is PodStatus.TERMINATED:
        return Standing(Goal.OUT_OF_REACH, Code.GONE)
    if operation.calls == 0:
        if pod.status in STARTABLE:
            return Standing(Goal.OUT_OF_REACH, Code.NOT_POSSIBLE)
        return Standing(Goal.TO_DO if pod.status is PodStatus.RUNNING else Goal.UNDER_WAY)
    if pod.status is not PodStatus.RUNNING:
        return Standing(Goal.UNDER_WAY)
    if restarted(operation, pod, now):
        return Standing(Goal.REACHED)
    return Standing(Goal.TO_DO)


def restarted(operation: Operation, pod: Pod, now: datetime) -> bool:
    """Whether startedAt or the uptime show a younger container than the one first read."""
    before = operation.before
    if before is None or operation.called_at is None:
        return False
    if pod.started_at and before.started_at and pod.started_at > before.started_at:
        return True
    if pod.uptime_s is None or before.uptime_s is None:
        return False
    since_call = (now - operation.called_at).total_seconds()
    return pod.uptime_s < before.uptime_s and pod.uptime_s <= since_call + UPTIME_SLACK_S


def _terminate(operation: Operation, pod: Pod, now: datetime) -> Standing:
    del now
    if pod.status is PodStatus.TERMINATED:
        return _reached(operation)
    return Standing(Goal.TO_DO)


def _change(operation: Operation, pod: Pod, now: datetime) -> Standing:
    """Of a rename, lock or unlock."""
    del now
    change = operation.change
    if change is None:
        raise AssertionError(f"a {operation.verb} without what it changes")
    if pod.status is PodStatus.TERMINATED:
        return Standing(Goal.OUT_OF_REACH, Code.GONE)
    so = change.name in {None, pod.name} and change.locked in {None, pod.locked}
    return _reached(operation) if so else Standing(Goal.TO_DO)


_RULES: Final[dict[Verb, Callable[[Operation, Pod, datetime], Standing]]] = {
    Verb.START: _start,
    Verb.STOP: _stop,
    Verb.RESTART: _restart,
    Verb.TERMINATE: _terminate,
    Verb.RENAME: _change,
    Verb.LOCK: _change,
    Verb.UNLOCK: _change,
}
