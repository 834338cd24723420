"""The cards of outages and of parts that fell silent."""

from __future__ import annotations

from datetime import datetime

from bot.views import notices as view
from pods.messages import Content, Message
from workers.context import Context
from workers.zones import zone


def outage(context: Context, message: Message, now: datetime) -> Content | None:
    told = context.store.outages.get(message.subject)
    return None if told is None else view.outage(told, now=now, tz=zone(context, message.user))


def outage_end(context: Context, message: Message, now: datetime) -> Content | None:
    told = context.store.outages.get(message.subject)
    return None if told is None else view.outage_end(told, now=now, tz=zone(context, message.user))


def silence(context: Context, message: Message, now: datetime) -> Content | None:
    told = context.store.silences.get(message.subject)
    return None if told is None else view.silence(told, now=now, tz=zone(context, message.user))
