"""Looks at a pod that was made or started until it is ready: its state, its log, and who answers at its doors."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from pods.arrivals import Arrival, Evidence, arrived, asks_container, asks_host, begin, knocked_at, next_look
from pods.doors import answers
from pods.errors import NeedsRest, PodNotFound, ProviderError
from pods.model import LogLine, Pod, Verb
from pods.operations import Code, Operation, OperationState
from pods.store.walk import Taken
from workers.context import Context
from workers.moves import move

log = structlog.get_logger()

LINES: Final = 40
#: Nobody knocks at more doors than these in one step.
DOORS: Final = 3
FIRST_LOOK: Final = timedelta(seconds=2)
FAULT_WAIT: Final = timedelta(seconds=30)


def step(context: Context, taken: Taken) -> None:
    operation = taken.operation
    arrival = operation.arrival
    if arrival is None:
        raise AssertionError("only what arrives is looked at here")
    seen = look(context, operation, arrival)
    now = context.clock.now()
    after = arrived(arrival, seen, now)
    changes = {"arrival": after, "next_at": next_look(after, now), "seen": seen.pod or operation.seen}
    move(context, taken, operation.model_copy(update=changes), now)


def begun(operation: Operation, now: datetime) -> Operation:
    """A start that has just reached its effect: from now on its pod is watched until it is ready."""
    fresh = operation.state is OperationState.DONE and operation.arrival is None and operation.seen is not None
    if operation.verb is not Verb.START or not fresh or operation.outcome is None or operation.seen is None:
        return operation
    if operation.outcome.code is not Code.DONE:
        return operation
    # What the log said since the order counts: the image was pulled before the container ran.
    arrival = begin(operation.seen, operation.called_at or now)
    return operation.model_copy(update={"arrival": arrival, "next_at": now + FIRST_LOOK})


def put_off(operation: Operation, now: datetime) -> Operation:
    """After a fault of ours: looked at again in a while, and no more once its time is over."""
    arrival = operation.arrival
    if arrival is None:
        return operation.model_copy(update={"next_at": None})
    after = arrived(arrival, Evidence(pod=None), now)
    return operation.model_copy(update={"arrival": after, "next_at": None if after.over else now + FAULT_WAIT})


def look(context: Context, operation: Operation, arrival: Arrival) -> Evidence:
    try:
        pod = context.provider.get(operation.pod_id)
    except PodNotFound:
        return Evidence(pod=None, absent=True)
    except ProviderError as error:
        log.info("arrival.unread", error=type(error).__name__)
        return Evidence(pod=None)
    container = _log(context, pod, "container") if asks_container(arrival, pod) else None
    system = _log(context, pod, "system") if asks_host(pod) else None
    return Evidence(pod=pod, system=system, container=container, answered=_knock(context, pod))


def _log(context: Context, pod: Pod, source: str) -> tuple[LogLine, ...] | None:
    try:
        return tuple(context.provider.logs(pod.id, source=source, tail=LINES))
    except NeedsRest:
        return None
    except ProviderError as error:
        log.info("log.unread", source=source, error=type(error).__name__)
        return None


def _knock(context: Context, pod: Pod) -> dict[int, bool]:
    return {door.port: answers(context.web.get(pod.id, door.port)) for door in knocked_at(pod)[:DOORS]}
