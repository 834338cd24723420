"""Redis: whether an acknowledged command is on disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, cast

import redis

from app.doctor.finding import Finding, fail, ok, warn

OLDEST: Final = (6, 2)


def alive(client: redis.Redis) -> Iterator[Finding]:
    client.ping()
    info = cast("dict[str, str]", client.info("server"))
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        yield fail("Redis", f"version {version}", "Use Redis 6.2 or newer, or Valkey: older ones lose jobs.")
    else:
        yield ok("Redis", f"answers, version {version}")


def durable(client: redis.Redis) -> Iterator[Finding]:
    try:
        found = {key: _config(client, key) for key in ("appendonly", "appendfsync", "maxmemory-policy")}
    except redis.ResponseError:
        mend = "Ask its operator for appendonly yes, appendfsync always, maxmemory-policy noeviction."
        yield warn("Redis, durability", "does not tell its configuration", mend)
        return
    yield _append_only(found["appendonly"])
    yield _fsync(found["appendfsync"])
    yield _eviction(found["maxmemory-policy"])


def _append_only(value: str) -> Finding:
    what = "Redis, append-only file"
    if value == "yes":
        return ok(what, "appendonly yes")
    return fail(what, f"appendonly {value}: a restart forgets what was acknowledged", "Set appendonly yes.")


def _fsync(value: str) -> Finding:
    what = "Redis, fsync"
    if value == "always":
        return ok(what, "appendfsync always: acknowledged means on disk")
    if value == "everysec":
        return warn(what, "appendfsync everysec: a power cut may lose up to 2 s", "Set appendfsync always.")
    return fail(what, f"appendfsync {value}: a power cut may lose minutes", "Set appendfsync always.")


def _eviction(value: str) -> Finding:
    what = "Redis, eviction"
    if value == "noeviction":
        return ok(what, "maxmemory-policy noeviction")
    return fail(what, f"maxmemory-policy {value}: records may vanish", "Set maxmemory-policy noeviction.")


def _config(client: redis.Redis, key: str) -> str:
    answer = cast("dict[str, str]", client.config_get(key))
    return answer.get(key, "unknown")
