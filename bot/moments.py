"""Times to come as people write them, in their own zone: 18:00, 6pm, tomorrow 9:00, friday 18:00."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum, auto
from typing import Final

FURTHEST: Final = timedelta(days=366)

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = (
    r"(?P<day{0}>today|tomorrow|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?|\d{{4}}-\d{{2}}-\d{{2}})"
)
_CLOCK: Final = r"(?:at\s+)?(?:(?P<word>noon|midnight)|(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]m)?)"
_MOMENT: Final = re.compile(
    rf"(?:on\s+)?(?:{_DAY.format(1)}\s+)?{_CLOCK}(?:\s+(?:on\s+)?{_DAY.format(2)})?",
    re.ASCII,
)
_NOON: Final = 12


class Wrong(Enum):
    """Why a text gives no moment."""

    UNREADABLE = auto()
    PAST = auto()
    TOO_FAR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The reader's now and zone."""

    now: datetime
    tz: tzinfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.tz).date()


def read(text: str, here: Here) -> datetime | Wrong:
    """The next such instant, in UTC. A clock time alone is today's if it is still to come, else tomorrow's."""
    match = _MOMENT.fullmatch(text.strip().lower())
    if match is None or (match["day1"] and match["day2"]):
        return Wrong.UNREADABLE
    clock = _clock(match)
    if clock is None:
        return Wrong.UNREADABLE
    try:
        days = tuple(_days(match["day1"] or match["day2"], here.today))
    except ValueError:
        return Wrong.UNREADABLE
    if days[0] - here.today > FURTHEST:
        return Wrong.TOO_FAR
    if days[0] < here.today:
        return Wrong.PAST
    instants = (_instant(day, clock, fold, here.tz) for day in days for fold in (0, 1))
    return next((instant for instant in instants if instant > here.now), Wrong.PAST)


def read_clock(text: str) -> time | None:
    """A time of day alone."""
    match = _MOMENT.fullmatch(text.strip().lower())
    return _clock(match) if match and not (match["day1"] or match["day2"]) else None


def write(moment: datetime, tz: tzinfo) -> str:
    """Date and clock in the reader's zone; unlike "friday" it stays true when it is read again later."""
    return moment.astimezone(tz).strftime("%Y-%m-%d %H:%M")


def _clock(match: re.Match[str]) -> time | None:
    if match["word"]:
        return time(_NOON if match["word"] == "noon" else 0)
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    elif match["minute"] is None:
        return None
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _days(word: str | None, today: date) -> Iterator[date]:
    """The days a word can mean, nearest first."""
    if word is None:
        yield from (today, today + timedelta(days=1))
    elif word == "today":
        yield today
    elif word == "tomorrow":
        yield today + timedelta(days=1)
    elif word[:3] in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(word[:3]) - today.weekday()) % len(_WEEKDAYS)
        yield from (today + timedelta(days=ahead), today + timedelta(days=ahead + len(_WEEKDAYS)))
    else:
        yield date.fromisoformat(word)


def _instant(day: date, clock: time, fold: int, tz: tzinfo) -> datetime:
    """Fold 1 is the second of two equal clock times on the day the clocks go back; else it changes nothing."""
    return datetime.combine(day, clock.replace(fold=fold), tzinfo=tz).astimezone(UTC)
