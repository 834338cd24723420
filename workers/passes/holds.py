"""Leases and schedules come to their time: announced, done once, or let pass and told.

A step and the message it makes are one commit. A stop or start is written down as ordered first, and ordered after
that; whoever finds it written down and not ordered orders it, which can be done only once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from pods.fleet import Entry
from pods.hold_cards import lease_card, schedule_card
from pods.holds import Holds, Lease, LeaseEnd, PassedBy, Schedule, keeping, running_until
from pods.leases import LeaseAct, lease_step, lease_warned, stop_deferred
from pods.model import Pod, PodStatus, Verb
from pods.operations import Code, Operation
from pods.schedules import LATE, ScheduleStep, imminent, schedule_step, schedule_warned
from pods.store.commit import Commit
from workers.automation import Order, operation_id, order
from workers.context import Context
from workers.hold_orders import lease_order, schedule_order, schedule_scene
from workers.passes.look import Look

log = structlog.get_logger()

#: An order that was written down and not made is made up for within this; later it would surprise.
ORDERED_WITHIN: Final = timedelta(hours=1)
#: Steps of one record in one look: a warning heard, what it said outdated, a new warning.
_STEPS: Final = 3


def hold_times(context: Context, look: Look) -> None:
    entries = {entry.pod.id: entry for entry in look.after.entries}
    for pod_id, record in context.store.holds.all().items():
        entry = entries.get(pod_id)
        pod = entry.pod if entry else Pod(id=pod_id, name=pod_id, status=PodStatus.TERMINATED)
        healthy = look.healthy and _sure(entry)
        if record.lease is not None:
            _lease(context, pod, record, healthy=healthy)
        if record.schedule is not None and entry is not None:
            _schedule(context, pod, record, healthy=healthy)


def _sure(entry: Entry | None) -> bool:
    """Whether the last list has the pod, or two lists agree that it is gone."""
    return entry is None or entry.missing_since is None


# -- leases


def _lease(context: Context, pod: Pod, record: Holds, *, healthy: bool) -> None:
    latest: Holds | None = record
    for _ in range(_STEPS):
        if latest is None or latest.lease is None or latest.lease.ended_at is not None:
            break
        latest, act = _step_lease(context, pod, latest.lease, healthy=healthy)
        if act is None:
            break
    if latest is not None and latest.lease is not None and latest.lease.end is LeaseEnd.STOP:
        _see_to_stop(context, pod, latest.lease)


def _step_lease(context: Context, pod: Pod, seen: Lease, *, healthy: bool) -> tuple[Holds | None, LeaseAct | None]:
    now = context.clock.now()
    heard_at = _heard(context, lease_card(pod.id, seen, now).key) if _waits(seen) else None
    acts: list[LeaseAct | None] = [None]

    def decide(known: Holds | None) -> Holds | None:
        acts[:] = [None]
        if known is None or known.lease is None:
            return known
        current = known.lease
        if heard_at is not None and (current.at, current.warnings) == (seen.at, seen.warnings):
            current = lease_warned(current, heard_at)
        keep = keeping(known, now)
        step = lease_step(current, pod, now, healthy=healthy, kept_until=keep.until if keep else None)
        acts[:] = [step.act]
        return known if step.lease is known.lease else known.model_copy(update={"lease": step.lease})

    def also(commit: Commit, after: Holds) -> None:
        if acts[0] is not None and after.lease is not None:
            log.info("lease.moved", pod=pod.id, act=acts[0].value)
            commit.tell(lease_card(pod.id, after.lease, now))

    return context.store.holds.change(pod.id, decide, now, also), acts[0]


def _waits(lease: Lease) -> bool:
    return lease.warned_at is not None and lease.delivered_at is None


def _heard(context: Context, key: str) -> datetime | None:
    """When a message first reached somebody."""
    message = context.store.outbox.get(key)
    return message.told_at if message else None


def _see_to_stop(context: Context, pod: Pod, lease: Lease) -> None:
    """The stop that is written down: ordered, and where RunPod could not be asked, left to a new warning."""
    now = context.clock.now()
    if lease.ended_at is None or now - lease.ended_at > ORDERED_WITHIN:
        return
    made = _made(context, lease_order(pod, lease))
    if made is None or made.outcome is None or made.outcome.code not in {Code.NEVER_ASKED, Code.PUSHED_BACK}:
        return

    def deferred(known: Holds | None) -> Holds | None:
        if known is None or known.lease is None or known.lease.at != lease.at:
            return known
        after = stop_deferred(known.lease)
        return known if after is known.lease else known.model_copy(update={"lease": after})

    context.store.holds.change(pod.id, deferred, now)


def _made(context: Context, given: Order) -> Operation | None:
    """The operation of an order, which is ordered now where it is not."""
    operation = context.store.walk.operation(operation_id(context, given))
    if operation is None:
        order(context, given)
    return operation


# -- schedules


def _schedule(context: Context, pod: Pod, record: Holds, *, healthy: bool) -> None:
    latest: Holds | None = record
    for _ in range(_STEPS):
        if latest is None or latest.schedule is None or not imminent(latest.schedule, context.clock.now()):
            break
        latest, step = _step_schedule(context, pod, latest, healthy=healthy)
        if step is None or step.act is None:
            break
    if latest is not None and latest.schedule is not None:
        _see_to_orders(context, pod, latest.schedule)


def _step_schedule(
    context: Context, pod: Pod, seen: Holds, *, healthy: bool
) -> tuple[Holds | None, ScheduleStep | None]:
    now = context.clock.now()
    scene = schedule_scene(context, pod, running_until(seen, now), healthy=healthy)
    heard_at = _announcement_heard(context, pod, seen.schedule)
    steps: list[ScheduleStep | None] = [None]

    def decide(known: Holds | None) -> Holds | None:
        steps[:] = [None]
        if known is None or known.schedule is None or known.version != seen.version:
            # Somebody said something meanwhile: the next look decides upon all of it.
            return known
        plan = schedule_warned(known.schedule, heard_at) if heard_at is not None else known.schedule
        step = schedule_step(plan, scene)
        steps[:] = [step]
        return known if step.schedule is known.schedule else known.model_copy(update={"schedule": step.schedule})

    def also(commit: Commit, after: Holds) -> None:
        step = steps[0]
        if step is None or step.act is None or step.occurrence is None or after.schedule is None:
            return
        log.info("schedule.moved", pod=pod.id, act=step.act.value, verb=step.occurrence.verb.value)
        due = step.occurrence
        commit.tell(schedule_card(pod.id, after.schedule, due.verb, due.day, now))

    return context.store.holds.change(pod.id, decide, now, also), steps[0]


def _announcement_heard(context: Context, pod: Pod, plan: Schedule | None) -> datetime | None:
    if plan is None or plan.warned_on is None or plan.delivered_at is not None:
        return None
    return _heard(context, schedule_card(pod.id, plan, Verb.STOP, plan.warned_on, plan.at).key)


def _see_to_orders(context: Context, pod: Pod, plan: Schedule) -> None:
    now = context.clock.now()
    for passed in plan.passed:
        if passed.how is PassedBy.ORDERED and now - passed.at <= LATE:
            _made(context, schedule_order(pod, plan, passed))
