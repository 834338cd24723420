"""Tokens for heartbeats: one proves its pod, nothing else proves anything."""

from __future__ import annotations

import pytest

from pods.heartbeats import WRITE_EVERY, HeartbeatToken, beaten, issue, proves, revoked, token_id
from tests.unit.pods.builders import NOON, at


def test_a_token_proves_its_pod_and_is_kept_only_as_its_hash() -> None:
    issued = issue("abc123", by="U1", now=NOON)
    assert proves(issued.record, issued.token)
    assert token_id(issued.token) == issued.record.token_id
    secret = issued.token.partition("-")[2]
    kept = issued.record.model_dump_json()
    assert secret not in kept
    assert issued.token not in kept
    assert HeartbeatToken.model_validate_json(kept) == issued.record
    assert issue("abc123", by="U1", now=NOON).token != issued.token


@pytest.mark.parametrize(
    "wrong",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token.partition("-")[0],
        lambda token: "a" * 10 + "-" + token.partition("-")[2],
        lambda token: token + "a",
        lambda token: "",
        lambda token: "é" * 43,
        lambda token: token.upper(),
    ],
)
def test_what_is_not_the_token_proves_nothing(wrong: object) -> None:
    issued = issue("abc123", by="U1", now=NOON)
    assert not proves(issued.record, wrong(issued.token))  # type: ignore[operator]
    assert not proves(None, issued.token)


def test_a_revoked_token_proves_nothing_and_is_revoked_once() -> None:
    issued = issue("abc123", by="U1", now=NOON)
    gone = revoked(issued.record, by="U2", now=at(5))
    assert not proves(gone, issued.token)
    assert (gone.revoked_by, gone.revoked_at) == ("U2", at(5))
    assert revoked(gone, by="U3", now=at(6)) is gone


def test_beats_close_together_are_written_once() -> None:
    record = issue("abc123", by="U1", now=NOON).record
    first = beaten(record, at(1))
    assert first.last_beat_at == at(1)
    assert beaten(first, at(1) + WRITE_EVERY / 2) is first
    assert beaten(first, at(1) + WRITE_EVERY).last_beat_at == at(1) + WRITE_EVERY
