"""The Redis connection: no automatic retry (a lost reply would double a change), short timeouts, scripts by hash.

A script that is idempotent by its preconditions is retried once by `run`, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from pods.errors import NotRecorded

#: A person waits for the ack, and Slack for three seconds.
TIMEOUT_S = 1.0


def connect(url: str, *, timeout_s: float = TIMEOUT_S) -> redis.Redis:
    """A client for records. RQ gets one of its own: it must block on queues and handle raw bytes."""
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        health_check_interval=0,
        protocol=2,
    )


class Scripts:
    """Loads each Lua file once and runs it by hash."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._hashes: dict[str, str] = {}

    def run(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> Any:  # noqa: ANN401
        """Run a script whose preconditions make a second run harmless, once more after a lost connection.

        Raises NotRecorded when Redis does not answer the second time either.
        """
        return self.run_noting(name, keys, args)[0]

    def run_noting(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> tuple[Any, bool]:
        """As `run`, and whether it ran again: then the first run may be what the second one found."""
        try:
            return self._once(name, keys, args), False
        except redis.ConnectionError:
            pass
        except RedisError as error:
            raise NotRecorded(f"{name}: {error}") from error
        try:
            return self._once(name, keys, args), True
        except RedisError as error:
            raise NotRecorded(f"{name}: {error}") from error

    def get(self, key: str) -> str | None:
        """A record as it stands. Raises NotRecorded when Redis does not answer."""
        try:
            return cast("str | None", self._client.get(key))
        except RedisError as error:
            raise NotRecorded(f"get {key}: {error}") from error

    def _once(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> Any:  # noqa: ANN401
        sha = self._hashes.get(name) or self._load(name)
        try:
            return self._client.evalsha(sha, len(keys), *keys, *args)
        except NoScriptError:
            return self._client.evalsha(self._load(name), len(keys), *keys, *args)

    def _load(self, name: str) -> str:
        source = files("pods.store").joinpath(f"{name}.lua").read_text(encoding="utf-8")
        sha = self._client.script_load(source)
        self._hashes[name] = sha
        return sha
