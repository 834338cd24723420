"""The message of a stop that waits for a checkpoint, and the question in its thread."""

from __future__ import annotations

from datetime import datetime

from bot.views import stop_waits as views
from pods.messages import Content, Message
from pods.recovery.checkpoints import apart
from pods.recovery.rules import CheckpointRule, Shows, rule_named
from pods.recovery.stop_waits import StopWait
from workers import stop_waits
from workers.context import Context
from workers.zones import zone


def card(context: Context, message: Message, now: datetime) -> Content | None:
    wait = context.store.stop_waits.get(message.subject)
    if wait is None:
        return None
    scene = _scene(context, message, wait, now)
    return views.question(scene) if message.under is not None else views.card(scene)


def _scene(context: Context, message: Message, wait: StopWait, now: datetime) -> views.Scene:
    known = context.store.checkpoints.get(wait.pod_id)
    return views.Scene(
        wait=wait,
        pod=context.store.fleet.load().get(wait.pod_id),
        checkpoints=known,
        apart=apart(known, _rule(context, wait)),
        stop=stop_waits.stop_of(context, wait),
        now=now,
        tz=zone(context, message.user),
    )


def _rule(context: Context, wait: StopWait) -> CheckpointRule:
    protection = context.store.protections.get(wait.pod_id)
    found = rule_named(context.store.people.policy().recovery, protection.rule) if protection else None
    return (found.checkpoint if found else None) or CheckpointRule(shows=Shows.LINE)
