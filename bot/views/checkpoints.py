"""When a pod last saved its work, in a sentence that claims no more than was seen."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.figures import at, span
from bot.views.text import prose
from pods.recovery.checkpoints import FRESH, Checkpoints


def age(known: Checkpoints | None, now: datetime, tz: ZoneInfo) -> str:
    if known is None:
        return "Its checkpoints have not been looked for yet."
    last = known.last_at
    if last is None:
        none = f"No checkpoint was seen since {at(known.since, now, tz)}, when I began to look."
        return f"{none} {_trouble(known, now, tz)}".rstrip()
    said = f"Last checkpoint {span(now - last)} ago, at {at(last, now, tz)}."
    return f"{said} {_trouble(known, now, tz)}".rstrip()


def since(known: Checkpoints | None, now: datetime, tz: ZoneInfo) -> str:
    """For a message that stands for long: a time, not an age."""
    if known is None or known.last_at is None:
        return age(known, now, tz)
    return f"Last checkpoint at {at(known.last_at, now, tz)}. {_trouble(known, now, tz)}".rstrip()


def before(known: Checkpoints | None, lost_at: datetime, tz: ZoneInfo) -> str:
    """The same as of a loss: what was saved after it would be another container's."""
    last = max((each for each in known.times if each <= lost_at), default=None) if known is not None else None
    if known is None:
        return "Its checkpoints had not been looked for."
    if last is None:
        return f"No checkpoint was seen since {at(known.since, lost_at, tz)}, when I began to look."
    said = f"Last checkpoint {span(lost_at - last)} before."
    return f"{said} {_trouble(known, lost_at, tz)}".rstrip()


def _trouble(known: Checkpoints, now: datetime, tz: ZoneInfo) -> str:
    """A newer one may exist where the last readings failed."""
    if not known.trouble:
        return ""
    if known.read_at is not None and now - known.read_at < FRESH:
        return ""
    since = f" since {at(known.read_at, now, tz)}" if known.read_at is not None else ""
    return f"They could not be read{since}: {prose(known.trouble)}"
