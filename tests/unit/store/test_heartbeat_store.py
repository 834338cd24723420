"""Tokens in the store: found, proved, replaced, revoked, and never in clear."""

from __future__ import annotations

from datetime import timedelta

from pods.audit import AuditEntry, Event
from pods.heartbeats import Issued, issue
from pods.protectors import Finding
from pods.store import Store
from pods.watch_rules import Protector
from tests.unit.pods.builders import NOON, at

ENTRY = AuditEntry(at=NOON, event=Event.HELD, by="U1", pod_id="abc123")


def given(store: Store, pod_id: str = "abc123") -> Issued:
    made = issue(pod_id, by="U1", now=NOON)
    store.heartbeats.put(made, NOON, ENTRY)
    return made


def test_a_heartbeat_becomes_the_pods_proof_of_work(store: Store) -> None:
    made = given(store)
    assert store.heartbeats.take(made.token, at(60))
    words = store.words.get("abc123")
    assert words is not None
    assert [(word.protector, word.finding, word.active_at) for word in words.words] == [
        (Protector.HEARTBEAT, Finding.ACTIVE, at(60))
    ]
    record = store.heartbeats.of("abc123")
    assert record is not None
    assert record.last_beat_at == at(60)


def test_beats_close_together_are_all_answered_and_written_once(store: Store) -> None:
    made = given(store)
    assert all(store.heartbeats.take(made.token, at(60) + timedelta(seconds=n)) for n in range(10))
    record = store.heartbeats.of("abc123")
    assert record is not None
    assert (record.last_beat_at, record.version) == (at(60), 2)


def test_what_proves_nothing_writes_nothing(store: Store) -> None:
    made, other = given(store), given(store, "def456")
    stranger = issue("abc123", by="U9", now=NOON).token
    mixed = f"{other.token.partition('-')[0]}-{made.token.partition('-')[2]}"
    for token in ("", "none", stranger, mixed, made.token[:-1]):
        assert not store.heartbeats.take(token, at(60))
    assert store.words.all() == {}


def test_a_new_token_takes_the_place_of_the_old_and_a_revoked_one_is_over(store: Store) -> None:
    old, new = given(store), given(store)
    assert not store.heartbeats.take(old.token, at(1))
    assert store.heartbeats.take(new.token, at(1))
    gone = store.heartbeats.revoke("abc123", by="U2", now=at(2), audit=ENTRY)
    assert gone is not None
    assert gone.revoked_by == "U2"
    assert not store.heartbeats.take(new.token, at(3))
    assert store.heartbeats.revoke("unknown", by="U2", now=at(2), audit=ENTRY) is None


def test_no_token_stands_in_the_store(store: Store) -> None:
    secret = given(store).token.partition("-")[2]
    for key in store.client.scan_iter("*"):
        kind = store.client.type(key)
        read = {"string": store.client.get, "hash": store.client.hgetall, "set": store.client.smembers}
        if kind in read:
            assert secret not in str(read[kind](key))
        elif kind == "stream":
            assert secret not in str(store.client.xrange(key))
