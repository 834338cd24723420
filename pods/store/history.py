"""What was asked of a pod lately, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import redis

from pods.operations import Operation
from pods.store.keys import Keys
from pods.store.walk import WalkStore
from pods.times import to_ms


class PodHistory:
    """The operations of a pod, for as long as their records are kept."""

    def __init__(self, client: redis.Redis, keys: Keys, walk: WalkStore) -> None:
        self._client = client
        self._keys = keys
        self._walk = walk

    def since(self, pod_id: str, at: datetime) -> tuple[Operation, ...]:
        """Every operation asked for at that time or later, whatever became of it; the oldest first."""
        key = self._keys.pod_operations(pod_id)
        ids = cast("list[str]", self._client.zrangebyscore(key, to_ms(at), "+inf"))
        return self._walk.operations(ids)
