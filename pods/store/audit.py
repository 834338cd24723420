"""The audit stream: read from its newest end, and emptied at its oldest once that was written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import redis
from pydantic import ValidationError

from pods.audit import AuditEntry
from pods.store.keys import Keys
from pods.times import to_ms

_NEWEST: Final = "+"
_OLDEST: Final = "-"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the stream; ids grow with time."""

    id: str
    text: str

    def entry(self) -> AuditEntry | None:
        """None: written by a version whose form this one does not read."""
        try:
            return AuditEntry.model_validate_json(self.text)
        except ValidationError:
            return None


class AuditLog:
    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def newest(self, count: int, *, before: str | None = None) -> tuple[Written, ...]:
        """Newest first; with `before`, those older than that id."""
        end = f"({before}" if before else _NEWEST
        return _read(self._client.xrevrange(self._keys.audit, end, _OLDEST, count=count))

    def older_than(self, at: datetime, count: int) -> tuple[Written, ...]:
        """Oldest first, of those written before `at`."""
        return _read(self._client.xrange(self._keys.audit, _OLDEST, f"{to_ms(at) - 1}", count=count))

    def forget_through(self, entry_id: str) -> None:
        """Drop this entry and all older ones. The caller has them on disk."""
        ms, _, number = entry_id.partition("-")
        self._client.xtrim(self._keys.audit, minid=f"{ms}-{int(number) + 1}", approximate=False)

    def length(self) -> int:
        return self._client.xlen(self._keys.audit)


def _read(raw: Any) -> tuple[Written, ...]:  # noqa: ANN401 - redis-py's answer
    entries = cast("Sequence[tuple[str, dict[str, str]]]", raw)
    return tuple(Written(entry_id, fields["entry"]) for entry_id, fields in entries)
