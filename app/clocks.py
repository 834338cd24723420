"""The two clocks a process can live by: the machine's, and in the demo the simulator's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import structlog

from pods.times import from_ms

log = structlog.get_logger()

#: Real seconds for which a reading of the simulator's clock is carried on by its own speed.
FRESH_FOR_S: Final = 0.1


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(tz=UTC)


class SimulatedClock:
    """Follows the simulation's clock. Between readings, and while it does not answer, time goes on at its speed."""

    def __init__(
        self,
        url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._client = httpx.Client(timeout=2.0, transport=transport)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._base = datetime.now(tz=UTC)
        self._speed = 1.0

    def now(self) -> datetime:
        with self._lock:
            if self._read_at is None or self._monotonic() - self._read_at > FRESH_FOR_S:
                self._read()
            return self._carried_on()

    def _carried_on(self) -> datetime:
        since = self._monotonic() - (self._read_at or self._monotonic())
        return self._base + timedelta(seconds=since * self._speed)

    def _read(self) -> None:
        try:
            answer = self._client.get(self._url)
            clock: dict[str, Any] = answer.raise_for_status().json()["clock"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("simulated_clock.unread", error=type(error).__name__)
            self._base = self._carried_on()
        else:
            self._base = from_ms(clock["now_ms"])
            self._speed = 0.0 if clock["paused"] else float(clock["speed"])
        self._read_at = self._monotonic()
