"""Heartbeats over HTTP: a token per pod, given out once and kept only as its hash. Pure.

A token is `<id>-<secret>`: the id finds the record, the secret is compared by hash in constant time. Whoever guesses
learns nothing: an unknown id, a wrong secret and a revoked token are one and the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pods.ids import ID_LENGTH, new_id
from pods.model import Record
from pods.times import Instant

_SECRET_BYTES: Final = 24
#: 24 bytes as URL-safe base64.
_TOKEN: Final = re.compile(rf"(?P<id>[a-z2-7]{{{ID_LENGTH}}})-(?P<secret>[A-Za-z0-9_-]{{32}})", re.ASCII)
#: Beats closer together than this are one.
WRITE_EVERY: Final = timedelta(seconds=20)


class HeartbeatToken(Record):
    """The token of one pod; its id is the pod's. A new one takes the old one's place."""

    pod_id: str
    token_id: str
    #: SHA-256, hexadecimal. 192 random bits need no salt.
    secret_hash: str
    by: str
    at: Instant
    last_beat_at: Instant | None = None
    revoked_by: str | None = None
    revoked_at: Instant | None = None

    @property
    def valid(self) -> bool:
        return self.revoked_at is None


class TokenOwner(Record):
    """Which pod a token's id belongs to."""

    pod_id: str


@dataclass(frozen=True, slots=True)
class Issued:
    record: HeartbeatToken
    #: Shown to one person once, and written nowhere.
    token: str


def issue(pod_id: str, *, by: str, now: datetime) -> Issued:
    token_id, secret = new_id(), secrets.token_urlsafe(_SECRET_BYTES)
    record = HeartbeatToken(pod_id=pod_id, token_id=token_id, secret_hash=_hash(secret), by=by, at=now)
    return Issued(record=record, token=f"{token_id}-{secret}")


def token_id(token: str) -> str | None:
    """The part that finds the record; None for what can be no token."""
    found = _TOKEN.fullmatch(token)
    return found["id"] if found else None


def proves(record: HeartbeatToken | None, token: str) -> bool:
    """Whether this is the record's token and still holds. Takes as long for no record as for a wrong secret."""
    found = _TOKEN.fullmatch(token)
    expected = record.secret_hash if record is not None else _NOBODYS
    same = hmac.compare_digest(_hash(found["secret"] if found else ""), expected)
    return same and record is not None and found is not None and found["id"] == record.token_id and record.valid


def beaten(record: HeartbeatToken, now: datetime) -> HeartbeatToken:
    """The record with this beat; the same one where the last beat is so recent that nothing new is learned."""
    if record.last_beat_at is not None and now - record.last_beat_at < WRITE_EVERY:
        return record
    return record.model_copy(update={"last_beat_at": now})


def revoked(record: HeartbeatToken, *, by: str, now: datetime) -> HeartbeatToken:
    return record if not record.valid else record.model_copy(update={"revoked_by": by, "revoked_at": now})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_NOBODYS: Final = _hash("no token has this secret")
