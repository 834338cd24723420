"""What was concluded of each running pod at the last look, with the evidence; and how the figures came in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, cast

import redis

from pods.model import Value
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.telemetry import Reporting
from pods.times import Instant, from_ms, to_ms
from pods.verdicts import Verdict

_BEGAN: Final = "began"
_REPORTING: Final = "reporting"


class WatchState(Value):
    """Since when there is a watch, and how figures came in last."""

    began_at: Instant | None = None
    reporting: Reporting = Reporting()


class VerdictStore:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    def put(self, verdicts: Mapping[str, Verdict], *, running: Collection[str], at: datetime) -> bool:
        """Write these; those of pods that do not run are forgotten. False: a later look's are in force."""
        written = [part for pod, verdict in verdicts.items() for part in (pod, _dump(verdict))]
        given: tuple[str | int, ...] = (to_ms(at), len(running), *running, *written)
        return bool(self._scripts.run("verdicts", (self._keys.verdicts, self._keys.judged), given))

    def all(self) -> dict[str, Verdict]:
        raw = cast("dict[str, str]", self._client.hgetall(self._keys.verdicts))
        return {pod: Verdict.model_validate_json(record) for pod, record in raw.items()}

    def many(self, pod_ids: Collection[str]) -> dict[str, Verdict]:
        """Those of these pods, in one round trip."""
        if not pod_ids:
            return {}
        ids = list(pod_ids)
        raw = cast("list[str | None]", self._client.hmget(self._keys.verdicts, ids))
        return {pod: Verdict.model_validate_json(record) for pod, record in zip(ids, raw, strict=True) if record}

    def get(self, pod_id: str) -> Verdict | None:
        record = cast("str | None", self._client.hget(self._keys.verdicts, pod_id))
        return Verdict.model_validate_json(record) if record else None

    def judged_at(self) -> datetime | None:
        """When the fleet was last judged."""
        at = cast("str | None", self._client.get(self._keys.judged))
        return from_ms(int(at)) if at else None

    def state(self) -> WatchState:
        known = cast("dict[str, str]", self._client.hgetall(self._keys.reporting))
        return WatchState(
            began_at=from_ms(int(known[_BEGAN])) if _BEGAN in known else None,
            reporting=Reporting.model_validate_json(known.get(_REPORTING, "{}")),
        )

    def report(self, reporting: Reporting) -> None:
        self._client.hset(self._keys.reporting, _REPORTING, reporting.model_dump_json())

    def began(self, now: datetime) -> datetime:
        """When the first look was; now, if this is it."""
        self._client.hsetnx(self._keys.reporting, _BEGAN, to_ms(now))
        return from_ms(int(cast("str", self._client.hget(self._keys.reporting, _BEGAN))))


def _dump(verdict: Verdict) -> str:
    return verdict.model_dump_json(exclude_defaults=True)
