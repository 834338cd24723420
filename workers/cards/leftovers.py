"""The cards of stopped disks, from the records as they stand when they are sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.views import leftovers as leftover_view
from bot.views.leftovers import LeftoverScene
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import kept_id
from pods.leftovers import offers_at
from pods.messages import Content, Message
from pods.times import to_ms
from workers.context import Context
from workers.zones import zone

NUDGE: Final = "disk"
OFFER: Final = "disk-offer"


def nudge(context: Context, message: Message, now: datetime) -> Content | None:
    return _drawn(context, message, now, leftover_view.nudge)


def offer(context: Context, message: Message, now: datetime) -> Content | None:
    return _drawn(context, message, now, leftover_view.offer)


def _drawn(
    context: Context, message: Message, now: datetime, draw: Callable[[LeftoverScene], Content]
) -> Content | None:
    pod_id, _, since_ms = message.subject.rpartition("-")
    leftover = context.store.leftovers.get(pod_id)
    if leftover is None:
        return None
    kept = context.store.kept.get(kept_id(SubjectKind.POD, pod_id))
    policy = context.store.people.policy()
    scene = LeftoverScene(
        leftover=leftover,
        pod=context.store.fleet.load().get(pod_id),
        current=str(to_ms(leftover.since)) == since_ms,
        kept_until=kept.until if kept else None,
        offers_at=offers_at(leftover, policy.storage),
        keep_days=policy.sweep.keep_days,
        now=now,
        tz=zone(context, message.user),
    )
    return draw(scene)
