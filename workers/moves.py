"""Writes an operation after a decision, with what goes with it: its message, its audit entry, the snapshot."""

from __future__ import annotations

from datetime import datetime

import structlog

from pods.arrivals import Arrival
from pods.audit import AuditEntry, Event
from pods.fleet import added, observed, removed
from pods.model import Pod, Verb
from pods.operations import Operation, OperationState
from pods.store.walk import Also, Taken
from workers import changed, routed
from workers.context import Context

log = structlog.get_logger()


def move(context: Context, taken: Taken, after: Operation, now: datetime, *, also: Also | None = None) -> Taken | None:
    """The operation as written; None: the attempt is no longer ours, and nothing was."""
    before = taken.operation
    tell = _worth_telling(before, after)
    if after.ended and tell:
        also = routed.telling(context, after, now, also)
    moved = context.store.walk.move(taken, after, now=now, tell=tell, audit=_audit(before, after), also=also)
    if moved is None:
        log.warning("write.lost", state=after.state.value)
        return None
    if after.ended and tell:
        routed.wake(context, after)
    if before.state is not after.state:
        log.info("operation.moved", state=after.state.value, code=after.outcome.code.value if after.outcome else None)
    if after.ended and not before.ended:
        context.store.clockwork.count(f"operation_{after.state.value}")
        _show(context, after, now)
    return moved


def _show(context: Context, operation: Operation, now: datetime) -> None:
    """Let lists and cards know at once what this operation read, instead of at the next poll."""
    seen, note = operation.seen, changed.noting(context, now)
    if operation.verb is Verb.TERMINATE and operation.state is OperationState.DONE:
        context.store.fleet.change(lambda fleet: removed(fleet, operation.pod_id), now, note)
    elif seen is not None and operation.verb is Verb.CREATE:
        context.store.fleet.change(lambda fleet: added(fleet, seen, now), now, note)
    elif seen is not None:
        context.store.fleet.change(lambda fleet: observed(fleet, seen, now), now, note)


def _worth_telling(before: Operation, after: Operation) -> bool:
    """Whether a person would read anything new in the message."""

    def visible(operation: Operation) -> tuple[object, ...]:
        pod: Pod | None = operation.seen
        state = (operation.state, operation.outcome, pod.status if pod else None, operation.trouble)
        return (*state, operation.candidate, operation.rounds, _shown(operation.arrival))

    return visible(before) != visible(after)


def _shown(arrival: Arrival | None) -> object:
    return arrival and (arrival.phase, arrival.line, arrival.answering, arrival.over)


def _audit(before: Operation, after: Operation) -> AuditEntry | None:
    if before.state is after.state:
        return None
    if after.state is OperationState.CALLING:
        event = Event.CALLED
    elif after.ended:
        event = Event.CORRECTED if before.ended else Event.ENDED
    else:
        return None
    outcome = after.outcome
    return AuditEntry(
        at=after.ended_at or after.called_at or after.accepted_at,
        event=event,
        by=after.by,
        command=f"{after.verb.value} {after.pod_id or after.pod_name}",
        request_id=after.request_id,
        operation_id=after.id,
        pod_id=after.pod_id,
        result=outcome.code.value if outcome else after.state.value,
        detail=outcome.detail if outcome else "",
        runpod_request=(outcome.runpod_request if outcome else None) or "",
    )
