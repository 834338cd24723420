"""RunPod's rate limits: fixed windows on the simulated clock, per user, told in every answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from sim.runpod.wire import Refusal

WINDOWS = {"minute": 60, "hour": 3600, "day": 86_400}


class Limits:
    def __init__(self, quotas: Mapping[str, int]) -> None:
        self.quotas = dict(quotas)
        #: Requests by window, as (number of the window, requests in it).
        self._used: dict[str, tuple[int, int]] = {}

    def take(self, now: datetime) -> None:
        """Count one request, or refuse it with 429. A refused request is not counted."""
        for window, quota in self.quotas.items():
            if self._count(window, now) >= quota:
                retry = {"retry-after": str(self._reset(window, now))}
                detail = f"rate limit exceeded for the {window} window"
                raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=retry)
        for window in self.quotas:
            self._used[window] = (self._number(window, now), self._count(window, now) + 1)

    def headers(self, now: datetime) -> dict[str, str]:
        left = (
            f'"{window}";r={max(quota - self._count(window, now), 0)};t={self._reset(window, now)}'
            for window, quota in self.quotas.items()
        )
        policy = (f'"{window}";q={quota};w={WINDOWS[window]}' for window, quota in self.quotas.items())
        return {"ratelimit": ", ".join(left), "ratelimit-policy": ", ".join(policy)}

    def _number(self, window: str, now: datetime) -> int:
        return int(now.timestamp() // WINDOWS[window])

    def _count(self, window: str, now: datetime) -> int:
        number, used = self._used.get(window, (-1, 0))
        return used if number == self._number(window, now) else 0

    def _reset(self, window: str, now: datetime) -> int:
        """Whole seconds until the window ends, at least one."""
        length = WINDOWS[window]
        return max(1, math.ceil(length - now.timestamp() % length))
