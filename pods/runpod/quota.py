"""What RunPod's RateLimit headers last said, window by window."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pods.model import Quota

STATE_HEADER: Final = "RateLimit"
POLICY_HEADER: Final = "RateLimit-Policy"

#: One member of the structured-field list: a quoted or bare name, then its parameters.
_MEMBER: Final = re.compile(
    r'\s*(?:"(?P<quoted>[^"]{1,32})"|(?P<bare>[A-Za-z][\w-]{0,31}))(?P<parameters>(?:\s*;[^,]*)?)'
)
_PARAMETER: Final = re.compile(r";\s*([a-z]{1,8})\s*=\s*(\d{1,12})(?=\s*(?:;|$))", re.ASCII)


def parse_windows(header: str | None) -> dict[str, dict[str, int]]:
    """{window: {parameter: number}} of either header; members of another form are passed over."""
    windows: dict[str, dict[str, int]] = {}
    for member in (header or "").split(","):
        if match := _MEMBER.fullmatch(member):
            name = match["quoted"] or match["bare"]
            windows[name] = {key: int(number) for key, number in _PARAMETER.findall(match["parameters"])}
    return windows


@dataclass(frozen=True, slots=True)
class _Reading:
    remaining: int
    resets_at: float


class QuotaLedger:
    """Thread-safe. Both headers are optional, so an empty ledger means "not told", never "nothing left"."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._readings: dict[str, _Reading] = {}
        self._limits: dict[str, int] = {}

    def note(self, headers: Mapping[str, str]) -> None:
        now = self._monotonic()
        state = parse_windows(headers.get(STATE_HEADER))
        policy = parse_windows(headers.get(POLICY_HEADER))
        with self._lock:
            self._limits |= {window: told["q"] for window, told in policy.items() if "q" in told}
            for window, told in state.items():
                if "r" in told and "t" in told:
                    self._readings[window] = _Reading(remaining=told["r"], resets_at=now + told["t"])

    def quotas(self) -> tuple[Quota, ...]:
        now = self._monotonic()
        with self._lock:
            current = (self._current(window, now) for window in self._readings)
            return tuple(quota for quota in current if quota is not None)

    def share_left(self, window: str) -> float | None:
        """From 0 to 1; None where RunPod has not said enough to know."""
        with self._lock:
            quota = self._current(window, self._monotonic())
        if quota is None or not quota.limit:
            return None
        return min(1.0, quota.remaining / quota.limit)

    def _current(self, window: str, now: float) -> Quota | None:
        reading = self._readings.get(window)
        limit = self._limits.get(window)
        if reading is None:
            return None
        if now < reading.resets_at:
            return Quota(
                window=window, remaining=reading.remaining, reset_s=round(reading.resets_at - now), limit=limit
            )
        # The window is over: it is full again, if its size was told.
        return None if limit is None else Quota(window=window, remaining=limit, reset_s=0, limit=limit)
