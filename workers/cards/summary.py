"""The card of a summary, from the record of what was reckoned."""

from __future__ import annotations

from datetime import datetime

from bot.views import summary as summary_view
from bot.views.money_rows import Names
from pods.messages import Content, Message
from workers.context import Context


def summary(context: Context, message: Message, now: datetime) -> Content | None:
    del now
    printed = context.store.summaries.get(message.subject)
    if printed is None:
        return None
    trouble = next((each.trouble for each in context.store.billing.all().values() if each.trouble), "")
    names = Names(people=printed.people, gpus=printed.gpus)
    return summary_view.summary(printed.summary, names, trouble=trouble)
