"""Heartbeat tokens: one per pod, found by the token's own id, kept as a hash."""

from __future__ import annotations

from datetime import datetime

from pods.audit import AuditEntry
from pods.heartbeats import HeartbeatToken, Issued, TokenOwner, beaten, proves, revoked, token_id
from pods.protectors import Words, beat, reminded
from pods.store.commit import Commit
from pods.store.records import Records


class HeartbeatStore:
    def __init__(self, tokens: Records[HeartbeatToken], owners: Records[TokenOwner], words: Records[Words]) -> None:
        self._tokens = tokens
        self._owners = owners
        self._words = words

    def of(self, pod_id: str) -> HeartbeatToken | None:
        return self._tokens.get(pod_id)

    def put(self, issued: Issued, now: datetime, audit: AuditEntry) -> None:
        """The pod's token from now on; the one before it holds no longer."""
        record = issued.record

        def also(commit: Commit, _: HeartbeatToken) -> None:
            self._owners.put_in(commit, record.token_id, TokenOwner(pod_id=record.pod_id), was=None)
            commit.audit(audit)

        self._tokens.change(record.pod_id, lambda _: record, now, also)

    def revoke(self, pod_id: str, *, by: str, now: datetime, audit: AuditEntry) -> HeartbeatToken | None:
        """The token, revoked; None where there never was one."""

        def decide(known: HeartbeatToken | None) -> HeartbeatToken | None:
            return None if known is None else revoked(known, by=by, now=now)

        def also(commit: Commit, _: HeartbeatToken) -> None:
            commit.audit(audit)

        return self._tokens.change(pod_id, decide, now, also)

    def take(self, token: str, now: datetime) -> bool:
        """Whether the token proves a pod; then its heartbeat is written, at most every few seconds.

        The same reads are made for a token that proves nothing, so that an answer's time tells no more than its text.
        """
        owner = self._owners.get(token_id(token) or "none")
        pod_id = owner.pod_id if owner is not None else "none"
        if not proves(self._tokens.get(pod_id), token):
            return False

        def decide(known: HeartbeatToken | None) -> HeartbeatToken | None:
            return beaten(known, now) if known is not None and proves(known, token) else known

        def also(commit: Commit, _: HeartbeatToken) -> None:
            before = self._words.get(pod_id)
            self._words.put_in(commit, pod_id, reminded(before, pod_id, [beat(now)]), was=before)

        self._tokens.change(pod_id, decide, now, also)
        return True
