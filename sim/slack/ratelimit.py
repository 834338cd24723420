"""Slack's pacing: a budget per method and minute, and about one message a second in each channel."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sim.slack.timing import Monotonic

#: Calls a minute that each tier grants at least; Slack's tier 1 lets short runs of reconnects through.
PER_MINUTE = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
TIER_ONE_BURST = 12.0
WORKSPACE_MESSAGES_PER_MINUTE = 300.0


@dataclass
class Bucket:
    capacity: float
    per_second: float
    tokens: float
    stamped: float

    def refill(self, now: float) -> None:
        self.tokens = min(self.capacity, self.tokens + (now - self.stamped) * self.per_second)
        self.stamped = now

    def wait(self) -> int:
        """Whole seconds until a call would pass; 0 when it passes now."""
        return 0 if self.tokens >= 1 else max(1, math.ceil((1 - self.tokens) / self.per_second))


@dataclass
class RateLimits:
    monotonic: Monotonic
    enabled: bool = True
    channel_burst: float = 5.0
    channel_per_second: float = 1.0
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def retry_after(self, method: str, tier: int | None, *, posts_to: str | None) -> int | None:
        """Count one call. None when it passes, else the seconds to wait (and nothing is counted)."""
        if not self.enabled:
            return None
        buckets = self._needed(method, tier, posts_to)
        wait = max((bucket.wait() for bucket in buckets), default=0)
        if wait:
            return wait
        for bucket in buckets:
            bucket.tokens -= 1
        return None

    def forget(self) -> None:
        self._buckets.clear()

    def _needed(self, method: str, tier: int | None, posts_to: str | None) -> list[Bucket]:
        buckets = []
        if tier is not None:
            capacity = TIER_ONE_BURST if tier == 1 else PER_MINUTE[tier]
            buckets.append(self._bucket(method, capacity, PER_MINUTE[tier] / 60))
        if posts_to is not None:
            buckets.append(self._bucket(f"channel:{posts_to}", self.channel_burst, self.channel_per_second))
            per_minute = WORKSPACE_MESSAGES_PER_MINUTE
            buckets.append(self._bucket("workspace", per_minute, per_minute / 60))
        return buckets

    def _bucket(self, name: str, capacity: float, per_second: float) -> Bucket:
        now = self.monotonic()
        bucket = self._buckets.setdefault(name, Bucket(capacity, per_second, capacity, now))
        bucket.refill(now)
        return bucket
