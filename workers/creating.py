"""A create's steps: look for what an earlier call may have made, call RunPod at most once, write, end.

What happens when the process dies between any two lines is written down in docs/create.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from pods.approvals import Priced
from pods.candidates import cost, hardware
from pods.creating import (
    Listed,
    NotNeeded,
    Sighting,
    Unlisted,
    after_call,
    before_call,
    must_list,
    ordered,
    passed_over,
)
from pods.errors import PodkeeperError, ProviderError, Refused
from pods.fleet import Owner, OwnerKind, PodOrigin
from pods.holds import Holds, lease
from pods.ledger.entries import Labels
from pods.operations import Operation, cancel
from pods.orders import Candidate, CreateOrder, copied, spec_of
from pods.ports import ActionResult
from pods.prices import price_of
from pods.protection import Protection
from pods.store.commit import Commit
from pods.store.walk import Taken
from workers import spending
from workers.context import Context
from workers.guards import LOOK_AGAIN, objection
from workers.hold_orders import lease_of_a_create
from workers.moves import move

log = structlog.get_logger()

#: Adds to the commit that makes a pod known what else must be known of it from then on: a lease, a protection.
OnCreated = Callable[[Commit, Context, Operation, datetime], object]
ON_CREATED: Final[list[OnCreated]] = [lease_of_a_create]


def step(context: Context, taken: Taken) -> None:
    sighting = sight(context, taken.operation)
    now = context.clock.now()
    decided = before_call(taken.operation, sighting, now)
    candidate = decided.call
    if candidate is None:
        _written(context, taken, decided.operation, now)
        return
    if (no := objection(context, taken.operation, decided.operation)) is not None:
        move(context, taken, no, now)
        return
    if (no := too_much(context, taken.operation, decided.operation, candidate)) is not None:
        move(context, taken, no, now)
        return
    if (dear := too_dear(context, decided.operation, candidate)) is not None:
        move(context, taken, passed_over(taken.operation, dear, now), now)
        return
    moved = move(context, taken, decided.operation, now)
    if moved is None:
        return
    result = call(context, moved, candidate)
    if result is not None:
        now = context.clock.now()
        _written(context, moved, after_call(moved.operation, result, now), now)


def sight(context: Context, operation: Operation) -> Sighting:
    """Every pod there is, if one of them may be this operation's."""
    if not must_list(operation):
        return NotNeeded()
    try:
        return Listed(context.provider.list().pods)
    except ProviderError as error:
        log.warning("list.unread", error=type(error).__name__, detail=error.detail)
        return Unlisted(error)


def call(context: Context, taken: Taken, candidate: Candidate) -> ActionResult | ProviderError | None:
    """Ask RunPod for the candidate, unless the attempt is no longer ours (None: nothing was sent)."""
    operation = taken.operation
    try:
        order, env = _to_send(context, operation)
    except ProviderError as error:
        # Nothing was sent, whatever became of the reading: it is as if RunPod had put us off.
        return error if isinstance(error, Refused) else _Unprepared(error.detail, sentence=error.sentence)
    except PodkeeperError as error:
        return Refused(error.detail, sentence=error.sentence)
    if not context.store.walk.still_ours(taken):
        log.warning("attempt.lost")
        return None
    gpu = candidate.gpu.id if candidate.gpu else "cpu"
    log.info("runpod.create", call=operation.calls, gpu=gpu, cloud=candidate.cloud.value)
    try:
        result: ActionResult | ProviderError = context.provider.create(spec_of(order, candidate, operation.id, env))
    except ProviderError as error:
        log.warning("runpod.refused", error=type(error).__name__, detail=error.detail, status=error.status)
        return error
    return result


class _Unprepared(Refused):
    """What is to be copied could not be read now: nothing was sent, and it may be tried again."""

    final = False


def _to_send(context: Context, operation: Operation) -> tuple[CreateOrder, Mapping[str, str]]:
    """The order and the env values, which exist in the clear only from here to the call."""
    order = ordered(operation)
    if order.copy_of is not None:
        return copied(order, context.provider.spec(order.copy_of))
    return order, context.sealer.open(order.env)


def too_much(context: Context, before: Operation, operation: Operation, candidate: Candidate) -> Operation | None:
    """The operation ended, where budgets and approvals, as they stand at this call, do not allow it.

    After an unclear call it may have its pod already, which ending it would not undo: then the call is only put off.
    """
    request = context.store.walk.request(operation.request_id)
    if request is None:
        raise AssertionError("an operation is only ever written together with its request")
    order = ordered(operation)
    owner = order.owner
    labels = Labels(
        owner=owner,
        team=context.store.people.team_of(owner) if owner else None,
        preset=order.preset,
        gpu=hardware(candidate),
        cloud=candidate.cloud.value,
    )
    price = cost(candidate) if candidate.bid is not None else price_of(context.store.catalog.load(), candidate)
    no = spending.against(context, request, labels, Priced(pod_id=operation.id, per_hour=price or candidate.price))
    if no is None:
        return None
    if operation.unclear:
        later = min(context.clock.now() + LOOK_AGAIN, operation.deadline)
        return before.model_copy(update={"trouble": no.sentence, "next_at": later})
    ended = cancel(operation.model_copy(update={"calls": operation.calls - 1}), no.code, context.clock.now())
    return ended.model_copy(update={"outcome": no})


def too_dear(context: Context, operation: Operation, candidate: Candidate) -> str | None:
    """Why a candidate is passed over: it costs more now than was agreed to, or nobody knows whether it does."""
    order = ordered(operation)
    if candidate.bid is not None:
        return None
    now = price_of(context.store.catalog.load(), candidate)
    limits = [each for each in (candidate.price, order.price_cap) if each is not None]
    if now is None:
        return None if order.price_cap is None else "Its price is not known, and what may be spent is limited."
    return _dearer(now, min(limits)) if limits and now > min(limits) else None


def _dearer(now: Decimal, limit: Decimal) -> str:
    return f"It costs ${now:.2f}/h now, more than the ${limit:.2f}/h agreed to."


def _written(context: Context, taken: Taken, after: Operation, now: datetime) -> None:
    new = bool(after.pod_id) and not taken.operation.pod_id
    move(context, taken, after, now, also=_known(context, after, now) if new else None)


def _leased(commit: Commit, context: Context, operation: Operation, now: datetime) -> None:
    """It is wanted until then, from its first moment."""
    order = ordered(operation)
    if order.lease_s is None or context.store.holds.get(operation.pod_id) is not None:
        return
    request = context.store.walk.request(operation.request_id)
    held = lease(
        Holds(pod_id=operation.pod_id),
        until=now + timedelta(seconds=order.lease_s),
        by=order.owner or operation.by,
        now=now,
        channel=request.place.channel if request else "",
    )
    context.store.holds.put_in(commit, operation.pod_id, held, was=None)


def _protected(commit: Commit, context: Context, operation: Operation, now: datetime) -> None:
    """What its preset says is at stake when it is lost."""
    order = ordered(operation)
    if not (order.training or order.recovery) or context.store.protections.get(operation.pod_id) is not None:
        return
    marked = Protection(
        pod_id=operation.pod_id,
        pod_name=operation.pod_name,
        rule=order.recovery,
        training=order.training,
        by=order.owner or operation.by,
        since=now,
    )
    context.store.protections.put_in(commit, operation.pod_id, marked, was=None)


def _known(context: Context, operation: Operation, now: datetime) -> Callable[[Commit], None]:
    """What we know of our own pod from its first moment, in the same commit as its id."""

    def add(commit: Commit) -> None:
        order = ordered(operation)
        owner = None
        if order.owner is not None:
            owner = Owner(kind=OwnerKind.PERSON, user=order.owner, since=now, by=operation.by)
        # One that shows late may have been claimed before it was known to be ours.
        known = context.store.fleet.facts_of(operation.pod_id)
        facts = known.model_copy(
            update={
                "version": known.version + 1,
                "origin": PodOrigin.OURS,
                "owner": known.owner or owner,
                "preset": order.preset,
            }
        )
        commit.put_field(commit.keys.facts, operation.pod_id, facts)
        _leased(commit, context, operation, now)
        _protected(commit, context, operation, now)
        for on_created in ON_CREATED:
            on_created(commit, context, operation, now)

    return add
