"""Local hours: quiet ones, mornings, and what instant a local time is on a day that lacks or doubles it. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pods.watch_rules import QuietHours

_DAY: Final = timedelta(days=1)


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time in UTC. A doubled one is its first; one that a clock change skips is the instant of that change."""
    early, late = (datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return early
    # Skipped: the two readings lie on either side of the change.
    low, high = late, early
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)


def next_local(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant after now at which it is this local time."""
    today = now.astimezone(zone).date()
    coming = (instant_of(today + days * _DAY, at, zone) for days in (-1, 0, 1, 2))
    return next(instant for instant in coming if instant > now)


def is_quiet(quiet: QuietHours | None, zone: ZoneInfo, now: datetime) -> bool:
    if quiet is None:
        return False
    local = now.astimezone(zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= local < quiet.end
    return local >= quiet.start or local < quiet.end


def awake_at(quiet: QuietHours | None, zone: ZoneInfo, at: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours it falls in."""
    if quiet is None or not is_quiet(quiet, zone, at):
        return at
    return next_local(quiet.end, zone, at)
