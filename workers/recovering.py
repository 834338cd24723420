"""The engine of recoveries: one step reads, decides by `pods.recovery.steps`, writes, and orders what then must stand.

What happens when the process dies between any two lines is written down in docs/recovery.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from pods.audit import AuditEntry, Event
from pods.errors import PodkeeperError, ProviderError
from pods.jobs import Job
from pods.losses import Loss
from pods.model import Pod, Verb
from pods.operations import Operation, OperationState
from pods.recovery import steps
from pods.recovery.attempts import Attempt
from pods.recovery.chain import Chain
from pods.recovery.checkpoints import saved_between
from pods.recovery.kept_spec import kept
from pods.recovery.look import Look
from pods.recovery.offers import Market
from pods.recovery.orders import Deed, Order, pending, subject
from pods.recovery.record import Recovery, State, TakenOver, chained, first_plan
from pods.recovery.rules import RecoveryRule
from pods.requests import RULE
from pods.store.agenda import on_agenda
from pods.store.commit import Commit
from workers import recovery_orders
from workers.context import Context, current
from workers.edge import job
from workers.gates import wake_message
from workers.moved_facts import move_facts
from workers.recovery_notes import note
from workers.sight import sight

log = structlog.get_logger()

#: A person's stop or terminate of the pod, unless nothing came of it, says whose the pod is now.
_TAKES_OVER: Final = frozenset({Verb.STOP, Verb.TERMINATE})
_CAME_TO_NOTHING: Final = frozenset({OperationState.CANCELLED, OperationState.FAILED})


def begin(context: Context, loss: Loss, rule: RecoveryRule, by: str, now: datetime) -> Recovery:
    """The plan for a loss, once: whoever comes second finds the first one's."""
    lineage = context.store.lineages.get(loss.pod_id)
    made = first_plan(loss, lineage, rule=rule, by=by, now=now, chain=_chain(context, loss))
    recovery = context.store.recoveries.change(made.id, lambda there: there or made, now, _also(context, None, now))
    context.wake(Job.RECOVER, made.id)
    return recovery or made


def _chain(context: Context, loss: Loss) -> Chain:
    """What the plan that brought this very pod back last leaves to this one."""
    earlier = [
        each
        for each in context.store.recoveries.all().values()
        if each.state is State.BACK and each.won is not None and each.won.pod_id == loss.pod_id and each.loss != loss.id
    ]
    last = max(earlier, key=lambda each: each.began_at, default=None)
    if last is None or last.won is None or last.won.up_at is None:
        return Chain()
    known = context.store.checkpoints.get(loss.pod_id)
    saved = saved_between(known, last.won.up_at, loss.seen_at)
    return chained(last, lost_at=loss.seen_at, saved=saved)


@job()
def step(subject_id: str) -> None:
    """Take the recovery one step on. Does nothing when it is over, or not due yet."""
    context = current()
    recovery = context.store.recoveries.get(subject_id)
    now = context.clock.now()
    if recovery is None or recovery.next_at is None:
        context.store.clockwork.forget(Job.RECOVER.value, subject_id)
        return
    if now < recovery.next_at:
        return
    with structlog.contextvars.bound_contextvars(recovery=recovery.id, pod=recovery.lost.id):
        _step(context, recovery)


def _step(context: Context, recovery: Recovery) -> None:
    tells = _tells(context, recovery)
    _place(context, recovery, tells)
    look = _look(context, recovery)
    known = _with_spec(context, recovery, look)
    after = _write(context, recovery, steps.advance(known, look), look.now)
    if after is None:
        return
    if after.state is State.BACK and not after.facts_moved:
        after = _moved(context, after)
    _place(context, after, tells)


def _place(context: Context, recovery: Recovery, tells: tuple[str, ...]) -> None:
    order = pending(recovery)
    if order is not None:
        recovery_orders.place(context, recovery, order, tells)


def _write(context: Context, before: Recovery, after: Recovery, now: datetime) -> Recovery | None:
    """The record as decided, unless somebody else changed it since it was read: then nothing was written."""
    if after == before:
        return before

    def decide(there: Recovery | None) -> Recovery | None:
        return after if there is not None and there.version == before.version else there

    written = context.store.recoveries.change(before.id, decide, now, _also(context, before, now))
    if written is None or written.version != before.version + 1:
        log.info("recovery.overtaken")
        return None
    if (before.state, len(before.attempts)) != (written.state, len(written.attempts)):
        log.info("recovery.moved", state=written.state.value, tries=len(written.attempts))
    note(context, before, written, now)
    for key in _tells(context, written):
        wake_message(context, key)
    return written


class _Also:
    """What goes with every change: its place on the agenda, the cards that show it, the audit of an end."""

    def __init__(self, context: Context, before: Recovery | None, now: datetime) -> None:
        self._context = context
        self._before = before
        self._now = now

    def __call__(self, commit: Commit, after: Recovery) -> None:
        on_agenda(Job.RECOVER)(commit, after)
        if shown(self._before) != shown(after):
            for key in _tells(self._context, after):
                commit.want(key)
        if self._before is None or self._before.state is not after.state:
            commit.audit(_entry(after, self._now))


def _also(context: Context, before: Recovery | None, now: datetime) -> _Also:
    return _Also(context, before, now)


def shown(recovery: Recovery | None) -> object:
    """What of a plan a person reads: its next look is not, unless it waits for long."""
    if recovery is None:
        return None
    waits = recovery.next_at if recovery.current is None and recovery.state is State.TRYING else None
    rest = (recovery.state, recovery.why, recovery.attempts, recovery.round, recovery.husk, recovery.gone)
    return (*rest, recovery.blind_since, recovery.stop_by, recovery.skip_resume, recovery.empty_copy, waits)


def _entry(recovery: Recovery, now: datetime) -> AuditEntry:
    won = recovery.won
    return AuditEntry(
        at=now,
        event=Event.ENDED if recovery.ended_at else Event.ACCEPTED,
        by=recovery.by,
        command=f"recover {recovery.lost.id}",
        pod_id=(won.pod_id if won else None) or recovery.lost.id,
        result=recovery.state.value,
        detail=recovery.why.value if recovery.why else "",
    )


def _tells(context: Context, recovery: Recovery) -> tuple[str, ...]:
    """The incident's cards. Where nobody is told of losses, the key of no message, so that the orders still go."""
    incident = context.store.incidents.get(recovery.incident)
    keys = incident.card_keys() if incident is not None else ()
    return keys or (f"recovery.{recovery.id}",)


# -- what a step sees


def _look(context: Context, recovery: Recovery) -> Look:
    attempt = recovery.current
    made = attempt.pod_id if attempt is not None and attempt.offer.creates else recovery.new_pod
    lost = sight(context, recovery.lost.id)
    new = sight(context, made)
    now = context.clock.now()
    order = pending(recovery)
    return Look(
        now=now,
        lost=lost,
        new=new,
        order=recovery_orders.found(context, recovery, order, now) if order else None,
        first=recovery_orders.found(context, recovery, _first(recovery, attempt), now) if attempt else None,
        market=Market(catalog=context.store.catalog.load(), now=now),
        healthy=context.store.fleet.load().failing_since is None,
        taken_over=_taken_over(context, recovery, made),
    )


def _first(recovery: Recovery, attempt: Attempt) -> Order:
    deed = Deed.CREATE if attempt.offer.creates else Deed.START
    pod_id = None if attempt.offer.creates else recovery.lost.id
    return Order(deed=deed, subject=subject(recovery, attempt), pod_id=pod_id, offer=attempt.offer)


def _taken_over(context: Context, recovery: Recovery, made: str | None) -> TakenOver | None:
    """A person's own order on the lost pod, or on the one that was to take its place, since the loss."""
    asked: list[Operation] = []
    for pod_id in filter(None, (recovery.lost.id, made)):
        asked += context.store.history.since(pod_id, recovery.lost_at)
    theirs = [
        each
        for each in asked
        if not each.by.startswith(RULE) and each.verb in _TAKES_OVER and each.state not in _CAME_TO_NOTHING
    ]
    first = min(theirs, key=lambda each: each.created_at, default=None)
    return None if first is None else TakenOver(by=first.by, verb=first.verb.value, at=first.created_at)


def _with_spec(context: Context, recovery: Recovery, look: Look) -> Recovery:
    """A pod that was never kept is read now, while RunPod still has it."""
    if recovery.spec is not None or recovery.state is not State.TRYING or not isinstance(look.lost, Pod):
        return recovery
    try:
        made = context.provider.spec(recovery.lost.id)
    except (ProviderError, PodkeeperError) as error:
        log.warning("spec.unread", error=type(error).__name__, detail=error.detail)
        return recovery
    return recovery.model_copy(update={"spec": kept(made, recovery.lost, context.sealer)})


def _moved(context: Context, recovery: Recovery) -> Recovery:
    """What is known of the pod stands at the new one: written, then said to be so."""
    now = context.clock.now()
    move_facts(context, recovery, now)

    def decide(there: Recovery | None) -> Recovery | None:
        return there.model_copy(update={"facts_moved": True}) if there is not None and not there.facts_moved else there

    return context.store.recoveries.change(recovery.id, decide, now, _also(context, recovery, now)) or recovery
