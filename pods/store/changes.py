"""What changed in the fleet, in the order in which the lists showed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

import redis

from pods.changes import Change
from pods.store.commit import Commit
from pods.store.keys import Keys
from pods.times import to_ms

#: A fleet of a thousand pods changes a few thousand times a day.
_MOST: Final = 20_000


class ChangeStore:
    """Appended in the snapshot's own commit, so a change stands once however many watchers saw it."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def add(self, commit: Commit, change: Change) -> None:
        commit.append(self._keys.changes, change, most=_MOST)

    def since(self, at: datetime) -> tuple[Change, ...]:
        """Oldest first; of the list passes made then or later."""
        stream = cast("list[tuple[str, dict[str, Any]]]", self._client.xrange(self._keys.changes))
        found = (Change.model_validate_json(fields["entry"]) for _, fields in stream)
        return tuple(change for change in found if to_ms(change.at) >= to_ms(at))

    def of(self, pod_id: str, since: datetime) -> tuple[Change, ...]:
        return tuple(change for change in self.since(since) if change.pod_id == pod_id)
