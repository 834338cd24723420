"""The private answer to an inquiry, from its record: when that is gone, so is what it said."""

from __future__ import annotations

from datetime import datetime

from pods.messages import Content, Message
from workers.context import Context


def card(context: Context, message: Message, now: datetime) -> Content | None:
    del now
    inquiry = context.store.inquiries.get(message.subject)
    return inquiry.answer if inquiry is not None else None
