"""The days people mean: weekdays, weekends, daily, mon-fri, sat. Monday is 0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: As many letters as people leave of a day's name.
_SHORT: Final = 3
_WEEK: Final = len(_NAMES)
_GROUPS: Final = {
    "daily": tuple(range(_WEEK)),
    "everyday": tuple(range(_WEEK)),
    "weekdays": (0, 1, 2, 3, 4),
    "workdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
    "weekend": (5, 6),
}


def read(text: str) -> str | None:
    """One word for one or several days, in the form to learn; None for any other word."""
    days = _days(text.strip().casefold())
    return None if days is None else write(days)


def days_of(words: Iterable[str]) -> tuple[int, ...]:
    """The days that words which were read mean, each once, in the week's order."""
    return tuple(sorted({day for word in words for day in _days(word) or ()}))


def write(days: Iterable[int]) -> str:
    """As one word: a group's name, a range, or the days' short names."""
    wanted = tuple(sorted(set(days)))
    group = next((name for name, members in _GROUPS.items() if members == wanted), None)
    if group is not None:
        return group
    names = [_NAMES[day][:_SHORT] for day in wanted]
    if len(wanted) > 1 and wanted == tuple(range(wanted[0], wanted[-1] + 1)):
        return f"{names[0]}-{names[-1]}"
    return "+".join(names)


def _days(word: str) -> tuple[int, ...] | None:
    if word in _GROUPS:
        return _GROUPS[word]
    first, dash, last = word.partition("-")
    if dash:
        ends = (_day(first), _day(last))
        return None if None in ends else _range(*(end for end in ends if end is not None))
    days = [_day(part) for part in word.split("+")]
    return None if None in days else tuple(day for day in days if day is not None)


def _range(first: int, last: int) -> tuple[int, ...]:
    """fri-mon goes over the weekend."""
    return tuple((first + step) % _WEEK for step in range((last - first) % _WEEK + 1))


def _day(word: str) -> int | None:
    if len(word) < _SHORT:
        return None
    return next((day for day, name in enumerate(_NAMES) if name.startswith(word) or word == f"{name}s"), None)
