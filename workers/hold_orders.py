"""What leases and schedules order, and the last look before it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pods.hands import started_by_hand, stopped_by_hand
from pods.hold_cards import (
    LeaseSubject,
    ScheduleSubject,
    lease_card,
    lease_subject,
    schedule_card,
    schedule_subject,
)
from pods.holds import Hold, Holds, Lease, Passed, Schedule, lease, running_until
from pods.leases import lease_veto
from pods.model import Pod, Verb
from pods.operations import Code, Operation, Outcome
from pods.requests import RULE, Request
from pods.schedules import Scene, schedule_veto, what_became
from pods.store.commit import Commit
from workers.automation import Order
from workers.context import Context

LEASE: Final = "lease"
SCHEDULE: Final = "schedule"
#: How far back it is looked for who started or stopped a pod by hand.
HANDS_FOR: Final = timedelta(hours=1)


def lease_order(pod: Pod, lease: Lease) -> Order:
    """The stop at a lease's end: one per warning that was heard out."""
    return Order(
        rule=LEASE,
        verb=Verb.STOP,
        pod=pod,
        subject=str(lease_subject(pod.id, lease)),
        channel=lease.channel,
        tells=(lease_card(pod.id, lease, lease.at).key,),
    )


def schedule_order(pod: Pod, plan: Schedule, passed: Passed) -> Order:
    """A stop or start of a schedule: one per day and verb."""
    return Order(
        rule=SCHEDULE,
        verb=passed.verb,
        pod=pod,
        subject=str(schedule_subject(pod.id, plan, passed.verb, passed.day)),
        channel=plan.channel,
        tells=(schedule_card(pod.id, plan, passed.verb, passed.day, plan.at).key,),
    )


def lease_of_a_create(commit: Commit, context: Context, operation: Operation, now: datetime) -> None:
    """A pod that was made with a lease has it from its first moment."""
    made = operation.order
    if made is None or made.lease_s is None:
        return
    request = context.store.walk.request(operation.request_id)
    said_in = request.place.channel if request is not None else ""
    channel = "" if said_in.startswith("D") else said_in
    by = made.owner or (operation.by if not operation.by.startswith(RULE) else "")
    if not (by or channel):
        # Nobody would read its warning, so nothing could end it.
        return
    known = context.store.holds.get(operation.pod_id)
    until = now + timedelta(seconds=made.lease_s)
    record = lease(known or Holds(pod_id=operation.pod_id), until=until, by=by, now=now, channel=channel)
    context.store.holds.put_in(commit, operation.pod_id, record, was=known)


def schedule_scene(context: Context, pod: Pod, runs: Hold | None, *, healthy: bool) -> Scene:
    now = context.clock.now()
    asked = context.store.history.since(pod.id, now - HANDS_FOR)
    return Scene(
        pod=pod,
        now=now,
        healthy=healthy,
        runs=runs,
        started=started_by_hand(pod, asked),
        stopped=stopped_by_hand(asked),
    )


def lease_guard(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | None:
    subject = LeaseSubject.parse(request.subject)
    holds = context.store.holds.get(operation.pod_id)
    return _vetoed(lease_veto(holds, subject.said_at, pod, context.clock.now()))


def schedule_guard(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | None:
    subject = ScheduleSubject.parse(request.subject)
    holds = context.store.holds.get(operation.pod_id)
    plan = holds.schedule if holds else None
    passed = what_became(plan, subject.verb, subject.day) if plan is not None and subject.of(plan) else None
    runs = running_until(holds, context.clock.now()) if holds else None
    return _vetoed(schedule_veto(passed, schedule_scene(context, pod, runs, healthy=True)))


def _vetoed(sentence: str | None) -> Outcome | None:
    return None if sentence is None else Outcome(code=Code.VETOED, sentence=sentence)
