"""The act queue: an operation's steps. One step reads the pod, calls RunPod at most once, writes, and ends.

What happens when the process dies between any two lines is written down in docs/walk.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from pods.creating import Unlisted, before_call
from pods.errors import PodNotFound, ProviderError
from pods.model import Pod, Verb
from pods.operations import Operation
from pods.ports import ActionResult, PodProvider
from pods.steps import Absent, Reading, Seen, Unread, after_call, after_read
from pods.store.walk import Taken
from workers import arriving, creating, gates
from workers import rules as _guarded  # noqa: F401 - enters every rule's guard
from workers.context import Context, current
from workers.edge import job
from workers.guards import objection
from workers.lease import held
from workers.moves import move

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
        move(context, taken, _faulted(taken.operation, ProviderError(sentence=sentence), now), now)
    _wake_told(context, taken.operation)


def _faulted(operation: Operation, error: ProviderError, now: datetime) -> Operation:
    if operation.arriving:
        return arriving.put_off(operation, now)
    if operation.verb is Verb.CREATE:
        return before_call(operation, Unlisted(error), now).operation
    return after_read(operation, Unread(error), now).operation


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
    if taken.operation.arriving:
        arriving.step(context, taken)
    elif taken.operation.verb is Verb.CREATE:
        creating.step(context, taken)
    else:
        _act(context, taken)


def _act(context: Context, taken: Taken) -> None:
    began = context.monotonic()
    reading = read(context, taken.operation)
    now = context.clock.now()
    decided = after_read(taken.operation, reading, now)
    if decided.call and (no := objection(context, taken.operation, decided.operation)) is not None:
        move(context, taken, no, now)
        return
    if decided.call and context.monotonic() - began > STEP_BUDGET_S - CALL_NEEDS_S:
        # The read took so long that the call might outlast the step: read again first.
        decided_later = taken.operation.model_copy(update={"next_at": now})
        move(context, taken, decided_later, now)
        return
    moved = move(context, taken, arriving.begun(decided.operation, now), now)
    if moved is None or not decided.call:
        return
    result = call(context, moved)
    if result is None:
        return
    move(context, moved, after_call(moved.operation, result, context.clock.now()), context.clock.now())


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


@job()
def expire(request_id: str) -> None:
    """End a request whose gate ran out undecided."""
    gates.expire_request(current(), request_id)
