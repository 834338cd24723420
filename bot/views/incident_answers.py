"""What a person reads alone who pressed a button on an incident that has moved on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.figures import at
from bot.views.layout import page
from bot.views.text import person
from pods.incidents import Incident
from pods.messages import Content


def taken(incident: Incident, *, now: datetime, tz: ZoneInfo) -> Content:
    if incident.resolved_at is not None:
        words = f"This was resolved at {at(incident.resolved_at, now, tz)}. Nothing was changed."
    elif incident.acknowledged_at is not None:
        who = person(incident.acknowledged_by)
        words = f"{who} acknowledged this already, at {at(incident.acknowledged_at, now, tz)}. Nothing was changed."
    else:
        words = "Nothing was changed."
    return page([words], key=f"incident.taken.{incident.id}.{incident.version}")
