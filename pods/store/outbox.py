"""Messages by key: what Slack was told, what it should be told, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import redis

from pods.ids import new_id
from pods.messages import Message
from pods.store.commit import RECORD_FOR, Commit, Done
from pods.store.connection import Scripts
from pods.store.keys import Keys
from pods.times import to_ms

#: A delivery is at most one look into the channel and one post, each with a limit of 5 s.
LEASE_MS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in the hands of one delivery. `wanted` is the change count it will have told."""

    message: Message
    wanted: int
    token: str


class Outbox:
    def __init__(self, client: redis.Redis, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys

    def put(self, message: Message, now: datetime) -> None:
        """Queue a message of its own; a key that is there already is left as it is."""
        commit = Commit(self._keys, now).once(self._keys.message(message.key))
        commit.put(self._keys.message(message.key), message, for_=RECORD_FOR).want(message.key).run(self._scripts)

    def run(self, commit: Commit) -> None:
        """Write messages that go with no other record's change."""
        commit.run(self._scripts)

    def want(self, key: str, now: datetime) -> None:
        Commit(self._keys, now).want(key).run(self._scripts)

    def get(self, key: str) -> Message | None:
        record = cast("str | None", self._client.get(self._keys.message(key)))
        return Message.model_validate_json(record) if record else None

    def take(self, key: str) -> Draft | None:
        """The message for one delivery; None while another has it or when it is not there."""
        token = new_id()
        if not self._client.set(self._keys.message_lease(key), token, nx=True, px=LEASE_MS):
            return None
        message = self.get(key)
        if message is None:
            self._client.zrem(self._keys.outbox, key)
            self._drop_lease(key, token)
            return None
        wanted = cast("str | None", self._client.get(self._keys.wanted(key)))
        return Draft(message, int(wanted or 0), token)

    def save(self, draft: Draft, message: Message, now: datetime) -> Draft:
        """Write the record in the middle of a delivery. Raises if another delivery took over."""
        message = message.model_copy(update={"version": draft.message.version + 1})
        self._write(draft, message, Commit(self._keys, now))
        return Draft(message, draft.wanted, draft.token)

    def finish(self, draft: Draft, message: Message, now: datetime) -> None:
        """Slack has taken it, up to `draft.wanted`. What came meanwhile stays in the outbox."""
        told = {"told_at": message.told_at or now, "sent_at": now} if draft.wanted > message.sent else {}
        message = message.model_copy(
            update={
                "version": draft.message.version + 1,
                "sent": draft.wanted,
                "posting_since": None,
                "tries": 0,
                **told,
            }
        )
        self._write(draft, message, Commit(self._keys, now))
        self._strike_out(draft, now)

    def later(self, draft: Draft, message: Message, at: datetime, now: datetime) -> None:
        """Not delivered: look again at `at`."""
        message = message.model_copy(update={"version": draft.message.version + 1})
        self._write(draft, message, Commit(self._keys, now).schedule(self._keys.outbox, message.key, at))

    def give_up(self, draft: Draft, now: datetime) -> None:
        """Nobody can be told on any road: the record stays, the outbox forgets it until there is more to tell."""
        self._strike_out(draft, now)

    def still_ours(self, draft: Draft) -> bool:
        """Whether no other delivery can have begun meanwhile."""
        return bool(self._client.get(self._keys.message_lease(draft.message.key)) == draft.token)

    def release(self, draft: Draft) -> None:
        """Let others deliver it; nothing happens when another has it already."""
        self._drop_lease(draft.message.key, draft.token)

    def _strike_out(self, draft: Draft, now: datetime) -> None:
        """Take the key out of the outbox, unless more is wanted since."""
        key = draft.message.key
        commit = Commit(self._keys, now)
        if draft.wanted:
            commit.expect(self._keys.wanted(key), str(draft.wanted))
        commit.unschedule(self._keys.outbox, key).run(self._scripts)

    def _write(self, draft: Draft, message: Message, commit: Commit) -> None:
        key = self._keys.message(message.key)
        commit.expect_version(key, draft.message.version).put(key, message, for_=RECORD_FOR)
        if not isinstance(commit.run(self._scripts), Done):
            raise TakenOver(message.key)

    def _drop_lease(self, key: str, token: str) -> None:
        self._scripts.run("renew", (self._keys.message_lease(key),), (token, 0))

    def due(self, now: datetime, limit: int = 500) -> list[str]:
        ranged = self._client.zrangebyscore(self._keys.outbox, "-inf", to_ms(now), start=0, num=limit)
        return cast("list[str]", ranged)

    # -- pacing: real seconds, since it is Slack's own clock that counts

    def pause(self, channel: str, seconds: float) -> None:
        self._client.set(self._keys.paced(channel), "1", px=max(1, round(seconds * 1000)))

    def paused_for(self, channel: str) -> timedelta | None:
        left = self._client.pttl(self._keys.paced(channel))
        return timedelta(milliseconds=left) if left > 0 else None

    def keys_waiting(self) -> Iterable[str]:
        return cast("list[str]", self._client.zrange(self._keys.outbox, 0, -1))


class TakenOver(Exception):
    """Another delivery wrote the message meanwhile; this one must not."""
