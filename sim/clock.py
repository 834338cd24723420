"""The demo's time: it can run fast, stand still and jump, and every part of the demo reads it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SimClock:
    """Aware UTC time that passes `speed` times as fast as `monotonic` says, from `start` on. Safe for threads."""

    def __init__(self, start: datetime, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None:
            raise ValueError("the simulated clock needs an aware start")
        if speed < 0:
            raise ValueError("simulated time never runs backwards")
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._base = start.astimezone(UTC)
        self._anchor = monotonic()
        self._speed = speed
        self._paused = False

    @property
    def speed(self) -> float:
        with self._lock:
            return self._speed

    @property
    def paused(self) -> bool:
        with self._lock:
            return self._paused

    def now(self) -> datetime:
        with self._lock:
            return self._read()

    def set_speed(self, speed: float) -> None:
        if speed < 0:
            raise ValueError("simulated time never runs backwards")
        with self._lock:
            self._rebase()
            self._speed = speed

    def pause(self) -> None:
        with self._lock:
            self._rebase()
            self._paused = True

    def resume(self) -> None:
        with self._lock:
            self._rebase()
            self._paused = False

    def advance(self, seconds: float) -> None:
        """Jump ahead, whether paused or not."""
        if seconds < 0:
            raise ValueError("simulated time never runs backwards")
        with self._lock:
            self._rebase()
            self._base += timedelta(seconds=seconds)

    def _read(self) -> datetime:
        if self._paused:
            return self._base
        return self._base + timedelta(seconds=(self._monotonic() - self._anchor) * self._speed)

    def _rebase(self) -> None:
        self._base = self._read()
        self._anchor = self._monotonic()
