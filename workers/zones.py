"""In whose time a message speaks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from workers.context import Context


def zone(context: Context, user: str) -> ZoneInfo:
    """The reader's zone as far as Slack told it, else the policy's."""
    known = context.store.people.zone(user)
    return ZoneInfo(known) if known else context.store.people.policy().tz
