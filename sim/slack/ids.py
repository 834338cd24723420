"""Ids and message timestamps: unique, in order, and the same in every run."""

from __future__ import annotations

from datetime import datetime
from itertools import count


class Ids:
    """Ids of the shapes Slack uses, counted rather than drawn, so that a failed test reads the same twice."""

    def __init__(self) -> None:
        self._counts = count(1)

    def next(self, prefix: str) -> str:
        return f"{prefix}{next(self._counts):09X}"

    def trigger(self) -> str:
        """Like 1338.1.simtrigger: three parts, opaque to the app."""
        return f"{next(self._counts)}.{next(self._counts)}.simtrigger"


class Timestamps:
    """Message timestamps never repeat, though the clock may stand still or run fast."""

    def __init__(self) -> None:
        self._last = 0

    def at(self, now: datetime) -> str:
        micros = int(now.timestamp()) * 1_000_000 + now.microsecond
        self._last = max(micros, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
