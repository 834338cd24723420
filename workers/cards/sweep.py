"""The weekly sweep's card, from its lines and from what became of each since."""

from __future__ import annotations

from datetime import datetime

from bot.views import sweep as views
from pods.messages import Content, Message
from pods.sweeping import standing
from workers.context import Context
from workers.zones import zone


def weekly(context: Context, message: Message, now: datetime) -> Content | None:
    run = context.store.sweeps.get(message.subject)
    if run is None or run.sweep is None:
        return None
    stands = standing(context.store, run.sweep.lines, now)
    rule = context.store.people.policy().sweep
    people = context.store.people.names(line.owner for line in run.sweep.lines if line.owner)
    tz = zone(context, message.user)
    return views.sweep(run.sweep, stands, rule, names=people, day=message.subject, now=now, tz=tz)
