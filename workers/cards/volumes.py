"""The card of a network volume on its way out."""

from __future__ import annotations

from datetime import datetime

from bot.views import volumes as views
from pods.messages import Content, Message
from workers.context import Context
from workers.zones import zone


def deletion(context: Context, message: Message, now: datetime) -> Content | None:
    record = context.store.deletions.get(message.subject)
    return None if record is None else views.deletion(record, now=now, tz=zone(context, message.user))
