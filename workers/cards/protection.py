"""The message that says what protection means for one pod."""

from __future__ import annotations

from datetime import datetime

from bot.views import protection as views
from pods.messages import Content, Message
from pods.recovery.rules import DEFAULT_RULE, rule_named
from workers.context import Context
from workers.zones import zone


def card(context: Context, message: Message, now: datetime) -> Content | None:
    protection = context.store.protections.get(message.subject)
    if protection is None:
        return None
    rule = rule_named(context.store.people.policy().recovery, protection.rule)
    return views.card(
        views.Scene(
            protection=protection,
            rule=rule or DEFAULT_RULE,
            rule_gone=rule is None,
            lineage=context.store.lineages.get(message.subject),
            pod=context.store.fleet.load().get(message.subject),
            now=now,
            tz=zone(context, message.user),
        )
    )
