"""Records of one kind, one JSON string each, changed only from the version they were read in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast

import redis

from pods.model import Record
from pods.store.commit import Commit, Done
from pods.store.connection import Scripts
from pods.store.keys import Keys

R = TypeVar("R", bound=Record)

#: Adds what belongs to a change to its commit: messages to tell, audit, places in a schedule.
Also = Callable[[Commit, R], object]


class Records(Generic[R]):
    """The records of one kind. `keep` is how long one outlives its last change; without it, until it is deleted."""

    def __init__(
        self,
        client: redis.Redis,
        scripts: Scripts,
        keys: Keys,
        kind: str,
        model: type[R],
        *,
        keep: timedelta | None = None,
    ) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._kind = kind
        self._model = model
        self._keep = keep

    def get(self, record_id: str) -> R | None:
        return self._parsed(cast("str | None", self._client.get(self._key(record_id))))

    def many(self, record_ids: Iterable[str]) -> dict[str, R]:
        """Those that are there, by id, in one round trip."""
        ids = tuple(record_ids)
        if not ids:
            return {}
        raw = cast("list[str | None]", self._client.mget([self._key(each) for each in ids]))
        found = ((each, self._parsed(text)) for each, text in zip(ids, raw, strict=True))
        return {each: record for each, record in found if record is not None}

    def ids(self) -> tuple[str, ...]:
        """Every id that was written and not deleted; a record may have outlived its time meanwhile."""
        return tuple(sorted(cast("set[str]", self._client.smembers(self._index))))

    def all(self) -> dict[str, R]:
        """Every record. The ids of those whose time is over are forgotten on the way."""
        ids = self.ids()
        found = self.many(ids)
        gone = [each for each in ids if each not in found]
        if gone:
            self._client.srem(self._index, *gone)
        return found

    def change(
        self, record_id: str, decide: Callable[[R | None], R | None], now: datetime, also: Also[R] | None = None
    ) -> R | None:
        """Apply a pure decision to the newest record, and answer what stands then.

        A concurrent change is not overwritten but decided upon anew. Giving back the record itself, or None, writes
        nothing. Raises NotRecorded when Redis does not answer.
        """
        while True:
            before = self.get(record_id)
            after = decide(before)
            if after is None or after is before:
                return before
            written = after.model_copy(update={"version": _version(before) + 1})
            commit = Commit(self._keys, now)
            if before is None:
                commit.once(self._key(record_id))
            else:
                commit.expect_version(self._key(record_id), _version(before))
            commit.put(self._key(record_id), written, for_=self._keep).include(self._index, record_id)
            if also is not None:
                also(commit, written)
            if isinstance(commit.run(self._scripts), Done):
                return written

    def delete(self, record_id: str, now: datetime) -> None:
        commit = Commit(self._keys, now).delete(self._key(record_id))
        commit.exclude(self._index, record_id).run(self._scripts)

    def put_in(self, commit: Commit, record_id: str, record: R, *, was: R | None) -> R:
        """Make this record's change part of a wider commit, on the condition that it still is what it was."""
        written = record.model_copy(update={"version": _version(was) + 1})
        key = self._key(record_id)
        if was is None:
            commit.absent(key)
        else:
            commit.expect_version(key, _version(was))
        commit.put(key, written, for_=self._keep).include(self._index, record_id)
        return written

    @property
    def _index(self) -> str:
        return self._keys.records(self._kind)

    def _key(self, record_id: str) -> str:
        return self._keys.record(self._kind, record_id)

    def _parsed(self, text: str | None) -> R | None:
        return None if text is None else self._model.model_validate_json(text)


def _version(record: Record | None) -> int:
    return 0 if record is None else record.version
