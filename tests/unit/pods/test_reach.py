"""Which ports answer, and what is known of whether they ask who comes."""

from __future__ import annotations

import pytest

from pods.doors import doors
from pods.ports import WebAnswer
from pods.reach import Lock, probe_path, reached


@pytest.mark.parametrize(
    ("port", "answer", "answers", "lock"),
    [
        ("8888/http", WebAnswer(status=200, body="{}"), True, Lock.OPEN),
        ("8888/http", WebAnswer(status=403, body='{"message": "Forbidden"}'), True, Lock.ASKS),
        ("8888/http", WebAnswer(status=401), True, Lock.ASKS),
        ("8888/http", WebAnswer(status=302), True, Lock.NOT_KNOWN),
        ("8888/http", WebAnswer(status=502), False, Lock.NOT_KNOWN),
        ("8888/http", WebAnswer(trouble="ConnectError"), False, Lock.NOT_KNOWN),
        ("6006/http", WebAnswer(status=200), True, Lock.OPEN),
        ("6006/http", WebAnswer(status=404), False, Lock.NOT_KNOWN),
        ("9000/http", WebAnswer(status=200, body="<form>login"), True, Lock.NOT_KNOWN),
        ("9000/http", WebAnswer(status=401), True, Lock.ASKS),
        ("9000/http", WebAnswer(status=524), False, Lock.NOT_KNOWN),
    ],
)
def test_only_what_was_seen_is_called_open(port: str, answer: WebAnswer, answers: bool, lock: Lock) -> None:
    (door,) = doors([port])

    found = reached(door, "https://x", answer)

    assert (found.answers, found.lock, found.status) == (answers, lock, answer.status)


def test_jupyter_is_asked_where_it_asks_for_its_token() -> None:
    assert [probe_path(door) for door in doors(["8888/http", "6006/http"])] == ["/api/status", "/"]
