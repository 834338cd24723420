"""The question whose a pod is, from the records as they stand when it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.views import strays as stray_view
from bot.views.strays import StrayScene
from pods.fleet import PodOrigin
from pods.messages import Content, Message
from pods.operations import Operation
from pods.requests import RULE
from workers.context import Context
from workers.zones import zone

CARD: Final = "stray"
LOUDER: Final = "stray-louder"
_LOOK_BACK: Final = timedelta(days=30)


def question(context: Context, message: Message, now: datetime) -> Content | None:
    scene = _scene(context, message, now)
    return stray_view.question(scene) if scene else None


def louder(context: Context, message: Message, now: datetime) -> Content | None:
    scene = _scene(context, message, now)
    return stray_view.louder(scene) if scene else None


def _scene(context: Context, message: Message, now: datetime) -> StrayScene | None:
    stray = context.store.strays.get(message.subject)
    if stray is None:
        return None
    rule = context.store.people.policy().strays
    facts = context.store.fleet.facts_of(stray.pod_id)
    return StrayScene(
        stray=stray,
        pod=context.store.fleet.load().get(stray.pod_id),
        owner=facts.owner,
        ours=facts.origin is PodOrigin.OURS,
        last=_last_by_a_person(context, stray.pod_id, now),
        louder_at=(stray.delivered_at or now) + rule.escalate_after,
        admins=context.store.people.holders().admins,
        now=now,
        tz=zone(context, message.user),
    )


def _last_by_a_person(context: Context, pod_id: str, now: datetime) -> Operation | None:
    asked = context.store.history.since(pod_id, now - _LOOK_BACK)
    people = [each for each in asked if not each.by.startswith(RULE)]
    return people[-1] if people else None
