"""The cards of leases and schedules, from the pod's record as it stands when the message is sent."""

from __future__ import annotations

from datetime import datetime

from bot.views import lease_card as lease_view
from bot.views import schedule_card as schedule_view
from bot.views.followed import Followed, followed
from pods.fleet import OwnerKind, owners
from pods.hold_cards import LeaseSubject, ScheduleSubject
from pods.holds import Holds, PassedBy
from pods.messages import Content, Message
from pods.model import Pod, PodStatus
from pods.schedules import what_became
from workers.automation import Order, operation_id
from workers.context import Context
from workers.hold_orders import lease_order, schedule_order
from workers.zones import zone


def lease(context: Context, message: Message, now: datetime) -> Content | None:
    subject = LeaseSubject.parse(message.subject)
    holds = _holds(context, subject.pod_id)
    pod = context.store.fleet.load().get(subject.pod_id)
    current = holds.lease
    stop = _followed(context, lease_order(_or_gone(pod, subject.pod_id), current), message, now) if current else None
    return lease_view.lease_card(
        lease_view.LeaseScene(
            subject=subject,
            holds=holds,
            pod=pod,
            name=_name(pod, subject.pod_id, stop),
            owner=_owner(context, subject.pod_id),
            stop=stop[0] if stop else None,
            now=now,
            tz=zone(context, message.user),
        )
    )


def schedule(context: Context, message: Message, now: datetime) -> Content | None:
    subject = ScheduleSubject.parse(message.subject)
    holds = _holds(context, subject.pod_id)
    pod = context.store.fleet.load().get(subject.pod_id)
    plan = holds.schedule
    passed = what_became(plan, subject.verb, subject.day) if plan is not None and subject.of(plan) else None
    done = None
    if plan is not None and passed is not None and passed.how is PassedBy.ORDERED:
        done = _followed(context, schedule_order(_or_gone(pod, subject.pod_id), plan, passed), message, now)
    return schedule_view.schedule_card(
        schedule_view.ScheduleScene(
            subject=subject,
            holds=holds,
            pod=pod,
            name=_name(pod, subject.pod_id, done),
            owner=_owner(context, subject.pod_id),
            done=done[0] if done else None,
            now=now,
            tz=zone(context, message.user),
        )
    )


def _holds(context: Context, pod_id: str) -> Holds:
    return context.store.holds.get(pod_id) or Holds(pod_id=pod_id)


def _followed(context: Context, given: Order, message: Message, now: datetime) -> tuple[Followed, str] | None:
    """What became of an order, with the pod's name as it was read then; None while it is not on record."""
    operation = context.store.walk.operation(operation_id(context, given))
    request = context.store.walk.request(operation.request_id) if operation else None
    if operation is None or request is None:
        return None
    return followed(request, operation, now=now, tz=zone(context, message.user)), operation.name


def _or_gone(pod: Pod | None, pod_id: str) -> Pod:
    return pod or Pod(id=pod_id, name=pod_id, status=PodStatus.TERMINATED)


def _name(pod: Pod | None, pod_id: str, done: tuple[Followed, str] | None) -> str:
    return pod.name if pod else done[1] if done else pod_id


def _owner(context: Context, pod_id: str) -> str | None:
    owner = owners(context.store.fleet.facts(), pod_id)
    return owner.user if owner and owner.kind is OwnerKind.PERSON else None
