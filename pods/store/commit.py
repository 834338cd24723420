"""One atomic change of several records: preconditions and effects, carried out by `commit.lua` all or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from pods.messages import Message
from pods.model import Value
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.times import to_ms

#: Ended records stay readable for this long; audit is written out to files after 90 days.
RECORD_FOR: Final = timedelta(days=30)
AUDIT_FOR: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Done:
    """Every change was made."""


@dataclass(frozen=True, slots=True)
class Exists:
    """The record was there already; nothing was changed."""

    record: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record is no longer the version this change was made from; nothing was changed."""

    key: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Someone holds a claim with another value; nothing was changed."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Pods held by other operations, busy key -> operation id; nothing was changed."""

    held: Mapping[str, str]


Result = Done | Exists | Conflict | Claimed | Busy


def dump(record: Value) -> str:
    return record.model_dump_json()


@dataclass(slots=True)
class Commit:
    """Collects what must hold and what shall change. Nothing happens before `run`."""

    keys: Keys
    now: datetime
    _plan: dict[str, Any] = field(default_factory=dict)

    def _add(self, kind: str, **entry: str | float) -> Self:
        self._plan.setdefault(kind, []).append(entry)
        return self

    def once(self, key: str) -> Self:
        """Do nothing, and answer Exists, if this record is there."""
        self._plan["once"] = key
        return self

    def expect_version(self, key: str, version: int) -> Self:
        return self._add("expect", key=key, version=version)

    def expect(self, key: str, equals: str) -> Self:
        return self._add("expect", key=key, equals=equals)

    def expect_field(self, key: str, field_: str, version: int) -> Self:
        """Of a record in a hash; one that is not there is version 0."""
        return self._add("fields", key=key, field=field_, version=version)

    def absent(self, key: str) -> Self:
        """Change nothing, and answer Conflict, if this record is there."""
        return self._add("absent", key=key)

    def claim(self, key: str, value: str, *, for_: timedelta) -> Self:
        return self._add("claims", key=key, value=value, px=_ms(for_))

    def occupy(self, key: str, value: str) -> Self:
        """Set a busy mark that must be free or ours."""
        return self._add("busy", key=key, value=value)

    def free(self, key: str, value: str) -> Self:
        """Clear a mark if it is ours."""
        return self._add("free", key=key, value=value)

    def put(self, key: str, record: Value, *, for_: timedelta | None = None) -> Self:
        if for_ is None:
            return self._add("set", key=key, value=dump(record))
        return self._add("set", key=key, value=dump(record), px=_ms(for_))

    def put_new(self, key: str, record: Value, *, for_: timedelta) -> Self:
        """Write a record unless one is there; the rest of the change is made either way."""
        return self._add("add", key=key, value=dump(record), px=_ms(for_))

    def put_text(self, key: str, value: str) -> Self:
        return self._add("set", key=key, value=value)

    def put_field(self, key: str, field_: str, record: Value) -> Self:
        return self.put_field_text(key, field_, dump(record))

    def put_field_text(self, key: str, field_: str, value: str) -> Self:
        return self._add("hset", key=key, field=field_, value=value)

    def delete(self, key: str) -> Self:
        self._plan.setdefault("del", []).append(key)
        return self

    def schedule(self, key: str, member: str, at: datetime) -> Self:
        return self._add("zadd", key=key, member=member, score=to_ms(at))

    def index(self, key: str, member: str, at: datetime) -> Self:
        """Enter a record into an index by time that lives as long as its youngest record."""
        return self._add("zadd", key=key, member=member, score=to_ms(at), px=_ms(RECORD_FOR))

    def unschedule(self, key: str, member: str) -> Self:
        return self._add("zrem", key=key, member=member)

    def include(self, key: str, member: str) -> Self:
        return self._add("sadd", key=key, member=member)

    def exclude(self, key: str, member: str) -> Self:
        return self._add("srem", key=key, member=member)

    def want(self, message_key: str) -> Self:
        """Say that a message has something new to tell, now."""
        self._add("incr", key=self.keys.wanted(message_key), px=_ms(RECORD_FOR))
        return self.schedule(self.keys.outbox, message_key, self.now)

    def tell(self, message: Message) -> Self:
        """Want a message, and write it first if there is none of its key."""
        return self.put_new(self.keys.message(message.key), message, for_=RECORD_FOR).want(message.key)

    def append(self, stream: str, entry: Value, *, most: int) -> Self:
        """Add to a stream of about so many entries; the oldest are forgotten."""
        return self._add("xadd", key=stream, value=dump(entry), maxlen=most)

    def audit(self, entry: Value) -> Self:
        """Never trimmed here: what is old is dropped only once it was written out."""
        return self._add("xadd", key=self.keys.audit, value=dump(entry))

    def run(self, scripts: Scripts) -> Result:
        answer, again = scripts.run_noting("commit", (), (json.dumps(self._plan),))
        result = self._result(json.loads(answer))
        if again and isinstance(result, Exists | Conflict) and self._stands(scripts):
            # The first run made the change and its answer was lost: what the second one met is our own.
            return Done()
        return result

    def _stands(self, scripts: Scripts) -> bool:
        """Whether the records this commit guards are, to the letter, what it was to write."""
        written = {each["key"]: each["value"] for each in self._plan.get("set", ())}
        expected = self._plan.get("expect", ())
        guarded = [each["key"] for each in expected if "version" in each]
        guarded += [self._plan["once"]] if "once" in self._plan else []
        guarded += [each["key"] for each in self._plan.get("absent", ())]
        fenced = all(scripts.get(each["key"]) == each["equals"] for each in expected if "equals" in each)
        return bool(guarded) and fenced and all(scripts.get(key) == written.get(key, "") for key in guarded)

    def _result(self, answer: list[Any]) -> Result:
        match answer:
            case ["done"]:
                return Done()
            case ["exists", record]:
                return Exists(record)
            case ["conflict", key]:
                return Conflict(key)
            case ["claimed", key, value]:
                return Claimed(key, value)
            case ["busy", held]:
                return Busy(dict(held))
        raise AssertionError(f"commit.lua answered {answer!r}")


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
