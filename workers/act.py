"""The act queue: an operation's steps. One step reads the pod, calls RunPod at most once, writes, and ends.

What happens when the process dies between any two lines is written down in docs/walk.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from pods.audit import AuditEntry, Event
from pods.errors import PodNotFound, ProviderError
from pods.fleet import observed, removed
from pods.model import Pod, Verb
from pods.operations import Operation, OperationState
from pods.ports import ActionResult, PodProvider
from pods.steps import Absent, Reading, Seen, Unread, after_call, after_read
from pods.store.walk import Taken
from workers import gates
from workers.context import Context, current
from workers.edge import job
from workers.guards import objection
from workers.lease import held

log = structlog.get_logger()

#: A step lasts at most 20 s; a call that could last longer than what is left waits for the next step.
STEP_BUDGET_S = 20.0
CALL_NEEDS_S = 13.0
OWN_FAULT: Final = "Something in me failed"


def _count_fault(operation_id: str, error_id: str) -> None:
    """A step that fails for a reason of ours counts as one that could not read, so its deadline still ends it."""
    context = current()
    now = context.clock.now()
    taken = context.store.walk.take(operation_id, now)
    if taken is None:
        return
    told = taken.operation.trouble.startswith(OWN_FAULT)
    sentence = taken.operation.trouble if told else f"{OWN_FAULT} (error {error_id})."
    with held(context.store.walk, taken):
        _move(context, taken, after_read(taken.operation, Unread(ProviderError(sentence=sentence)), now).operation, now)
    _wake_told(context, taken.operation)


@job(on_fault=_count_fault)
def step(operation_id: str) -> None:
    """Take the operation one step on. Does nothing when it has ended, or someone else is at it."""
    context = current()
    taken = context.store.walk.take(operation_id, context.clock.now())
    if taken is None:
        return
    operation = taken.operation
    with (
        structlog.contextvars.bound_contextvars(
            op=operation.id, pod=operation.pod_id, verb=operation.verb.value, attempt=taken.attempt
        ),
        held(context.store.walk, taken),
    ):
        _step(context, taken)
    _wake_told(context, operation)


def _wake_told(context: Context, operation: Operation) -> None:
    for key in operation.told_by:
        gates.wake_message(context, key)


def _step(context: Context, taken: Taken) -> None:
    began = context.monotonic()
    reading = read(context, taken.operation)
    now = context.clock.now()
    decided = after_read(taken.operation, reading, now)
    if decided.call and (no := objection(context, taken.operation, decided.operation)) is not None:
        _move(context, taken, no, now)
        return
    if decided.call and context.monotonic() - began > STEP_BUDGET_S - CALL_NEEDS_S:
        # The read took so long that the call might outlast the step: read again first.
        decided_later = taken.operation.model_copy(update={"next_at": now})
        _move(context, taken, decided_later, now)
        return
    moved = _move(context, taken, decided.operation, now)
    if moved is None or not decided.call:
        return
    result = call(context, moved)
    if result is None:
        return
    _move(context, moved, after_call(moved.operation, result, context.clock.now()), context.clock.now())


def read(context: Context, operation: Operation) -> Reading:
    try:
        return Seen(context.provider.get(operation.pod_id))
    except PodNotFound:
        return Absent(listed=_listed(context, operation.pod_id))
    except ProviderError as error:
        log.warning("pod.unread", error=type(error).__name__, detail=error.detail)
        return Unread(error)


def _listed(context: Context, pod_id: str) -> bool | None:
    """Whether a list pass made now has the pod; None when it could not be made."""
    try:
        return any(pod.id == pod_id for pod in context.provider.list().pods)
    except ProviderError as error:
        log.warning("list.unread", error=type(error).__name__, detail=error.detail)
        return None


def call(context: Context, taken: Taken) -> ActionResult | ProviderError | None:
    """Make the call, unless the attempt is no longer ours (None: nothing was sent)."""
    operation = taken.operation
    if not context.store.walk.still_ours(taken):
        log.warning("attempt.lost")
        return None
    pod = operation.seen
    if pod is None:
        raise AssertionError("a call is only ever decided upon a pod that was read")
    log.info("runpod.call", verb=operation.verb.value, call=operation.calls)
    try:
        result: ActionResult | ProviderError = _ask(context.provider, operation, pod)
    except ProviderError as error:
        log.warning("runpod.refused", error=type(error).__name__, detail=error.detail, status=error.status)
        return error
    return result


def _ask(provider: PodProvider, operation: Operation, pod: Pod) -> ActionResult:
    if operation.change is not None:
        return provider.update(pod, operation.change)
    return provider.act(operation.verb, pod)


def _move(context: Context, taken: Taken, after: Operation, now: datetime) -> Taken | None:
    before = taken.operation
    tell = _worth_telling(before, after)
    moved = context.store.walk.move(taken, after, now=now, tell=tell, audit=_audit(before, after))
    if moved is None:
        log.warning("write.lost", state=after.state.value)
        return None
    if before.state is not after.state:
        log.info("operation.moved", state=after.state.value, code=after.outcome.code.value if after.outcome else None)
    if after.ended and not before.ended:
        context.store.clockwork.count(f"operation_{after.state.value}")
        _show(context, after, now)
    return moved


def _show(context: Context, operation: Operation, now: datetime) -> None:
    """Let lists and cards know at once what this operation read, instead of at the next poll."""
    seen = operation.seen
    if operation.verb is Verb.TERMINATE and operation.state is OperationState.DONE:
        context.store.fleet.change(lambda fleet: removed(fleet, operation.pod_id), now)
    elif seen is not None:
        context.store.fleet.change(lambda fleet: observed(fleet, seen, now), now)


def _worth_telling(before: Operation, after: Operation) -> bool:
    """Whether a person would read anything new in the message."""

    def visible(operation: Operation) -> tuple[object, ...]:
        pod: Pod | None = operation.seen
        return (operation.state, operation.outcome, pod.status if pod else None, operation.trouble)

    return visible(before) != visible(after)


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
        command=f"{after.verb.value} {after.pod_id}",
        request_id=after.request_id,
        operation_id=after.id,
        pod_id=after.pod_id,
        result=outcome.code.value if outcome else after.state.value,
        detail=outcome.detail if outcome else "",
        runpod_request=(outcome.runpod_request if outcome else None) or "",
    )


@job()
def expire(request_id: str) -> None:
    """End a request whose gate ran out undecided."""
    gates.expire_request(current(), request_id)
