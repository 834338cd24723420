"""The pods whose spell of idleness is not over, so that it is seen to its end though the pod is gone."""

from __future__ import annotations

from typing import cast

import redis

from pods.spells import PodSpells
from pods.store.commit import Commit
from pods.store.keys import Keys


class OpenSpells:
    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def ids(self) -> set[str]:
        return cast("set[str]", self._client.smembers(self._keys.open_spells))

    def note(self, commit: Commit, record: PodSpells) -> None:
        """Part of every commit that changes the record."""
        spell = record.current
        if spell is not None and spell.end is None:
            commit.include(self._keys.open_spells, record.pod_id)
        else:
            commit.exclude(self._keys.open_spells, record.pod_id)
