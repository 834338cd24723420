"""What the clock processes share: who leads, what was woken, which periods began, how each part fares."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final, cast

import redis

from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.times import to_ms

LEADER_MS: Final = 5_000
#: After a wake-up the same thing is not woken again for this long (real time).
WOKEN_MS: Final = 1_000


class Clockwork:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    def lead(self, name: str) -> int:
        """The fencing number while this clock leads, 0 while another does."""
        return int(self._scripts.run("lead", (self._keys.leader, self._keys.leader_fence), (name, LEADER_MS)))

    def resign(self, name: str) -> None:
        self._scripts.run("renew", (self._keys.leader,), (name, 0))

    def wake_once(self, job: str, subject: str, *, for_ms: int = WOKEN_MS) -> bool:
        """True for the first who wants to wake this within the span."""
        return bool(self._client.set(self._keys.woken(job, subject), "1", nx=True, px=for_ms))

    def begin_period(self, schedule: str, period: int) -> bool:
        """True once per schedule and period, for whoever comes first."""
        return bool(self._scripts.run("period", (self._keys.periods,), (schedule, period)))

    def report(self, part: str, now: datetime, **facts: str | float | None) -> None:
        self._client.hset(self._keys.health, part, json.dumps({"at": to_ms(now), **facts}))

    def reports(self) -> dict[str, dict[str, Any]]:
        raw = cast("dict[str, str]", self._client.hgetall(self._keys.health))
        return {part: json.loads(record) for part, record in raw.items()}

    def waiting(self) -> dict[str, int]:
        """How much is due by now or later, by schedule."""
        keys = self._keys
        return {
            "operations": self._client.zcard(keys.due),
            "messages": self._client.zcard(keys.outbox),
            "questions": self._client.zcard(keys.gates),
        }

    def agenda(self, job: str, now: datetime, limit: int = 500) -> list[str]:
        """The subjects this job must look at by now."""
        key = self._keys.agenda(job)
        return cast("list[str]", self._client.zrangebyscore(key, "-inf", to_ms(now), start=0, num=limit))

    def forget(self, job: str, subject: str) -> None:
        """Nothing is on record under this id: nobody need look at it."""
        self._client.zrem(self._keys.agenda(job), subject)

    def count(self, name: str, by: int = 1) -> None:
        self._client.hincrby(self._keys.counters, name, by)

    def counters(self) -> dict[str, int]:
        raw = cast("dict[str, str]", self._client.hgetall(self._keys.counters))
        return {name: int(value) for name, value in raw.items()}
