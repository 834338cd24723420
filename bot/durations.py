"""Spans of time as people write them: 90m, 4h, 1h30m, "2 hours"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

LONGEST: Final = timedelta(days=366)

_UNITS: Final = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_PART: Final = re.compile(
    r"(?P<number>\d{1,6}(?:\.\d{1,3})?)\s*"
    r"(?P<unit>w(?:eeks?)?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])\s*",
    re.ASCII,
)
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern.replace('?P<number>', '?:').replace('?P<unit>', '?:')})+", re.ASCII)


def read(text: str) -> timedelta | None:
    """Whole seconds, more than nothing and at most a year; a number without its unit is no span."""
    text = text.strip().lower()
    if not _WHOLE.fullmatch(text):
        return None
    span = sum((float(part["number"]) * _UNITS[part["unit"][0]] for part in _PART.finditer(text)), timedelta())
    whole = timedelta(seconds=round(span.total_seconds()))
    return whole if timedelta() < whole <= LONGEST else None


def write(span: timedelta) -> str:
    """The shortest form that `read` takes back: 14d, 1h30m."""
    left = span
    parts = []
    for letter in "dhms":
        count, left = divmod(left, _UNITS[letter])
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts)
