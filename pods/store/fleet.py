"""The fleet snapshot and what we know of pods ourselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

import redis

from pods.audit import AuditEntry
from pods.fleet import Fleet, Owner, PodFacts
from pods.store.commit import Commit, Done
from pods.store.connection import Scripts
from pods.store.keys import Keys

#: Adds what follows from a change of the snapshot to its commit: (commit, before, after).
Also = Callable[[Commit, Fleet, Fleet], None]


class FleetStore:
    """One snapshot record; readers keep the parsed one until its version grows."""

    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._cached: tuple[str, Fleet] | None = None

    def load(self) -> Fleet:
        version = cast("str | None", self._client.get(self._keys.fleet_version))
        if version is not None and self._cached is not None and self._cached[0] == version:
            return self._cached[1]
        fleet = self._newest() or Fleet()
        self._cached = (str(fleet.version), fleet)
        return fleet

    def _newest(self) -> Fleet | None:
        record = cast("str | None", self._client.get(self._keys.fleet))
        return Fleet.model_validate_json(record) if record else None

    def change(self, decide: Callable[[Fleet], Fleet], now: datetime, also: Also | None = None) -> Fleet:
        """Apply a pure change to the newest snapshot; a concurrent one is not overwritten but built upon.

        `also` adds to the same commit what follows from it, so that it is written once, whoever else looks.
        """
        while True:
            newest = self._newest()
            before = newest or Fleet()
            after = decide(before)
            if after is before:
                return before
            commit = Commit(self._keys, now)
            if newest is None:
                commit.once(self._keys.fleet)
            else:
                commit.expect_version(self._keys.fleet, before.version)
            commit.put(self._keys.fleet, after).put_text(self._keys.fleet_version, str(after.version))
            if also is not None:
                also(commit, before, after)
            if isinstance(commit.run(self._scripts), Done):
                return after

    def facts(self) -> dict[str, PodFacts]:
        raw = cast("dict[str, str]", self._client.hgetall(self._keys.facts))
        return {pod_id: PodFacts.model_validate_json(record) for pod_id, record in raw.items()}

    def facts_of(self, pod_id: str) -> PodFacts:
        record = cast("str | None", self._client.hget(self._keys.facts, pod_id))
        return PodFacts.model_validate_json(record) if record else PodFacts(pod_id=pod_id)

    def set_owner(self, pod_id: str, owner: Owner | None, *, now: datetime, audit: AuditEntry) -> PodFacts:
        """Whoever owns it now; what else is known of the pod stays as it is at the moment of the write."""
        while True:
            after = self.hand_over(self.facts_of(pod_id), owner, now=now, audit=audit)
            if after is not None:
                return after

    def hand_over(self, was: PodFacts, owner: Owner | None, *, now: datetime, audit: AuditEntry) -> PodFacts | None:
        """Set the owner of a pod on the condition that what is known of it still is `was`; None: it is not."""
        after = was.model_copy(update={"owner": owner, "version": was.version + 1})
        commit = Commit(self._keys, now).expect_field(self._keys.facts, was.pod_id, was.version)
        commit.put_field(self._keys.facts, was.pod_id, after).audit(audit)
        return after if isinstance(commit.run(self._scripts), Done) else None
