"""When a pod last saved its work: read from its log or its port, and never guessed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pods.model import LogLine
from pods.ports import WebAnswer
from pods.recovery.checkpoints import (
    KEPT,
    Checkpoints,
    apart,
    in_answer,
    in_log,
    moved_to,
    read_from,
    saved_between,
    seen,
    unseen,
)
from pods.recovery.rules import CheckpointRule, Shows
from tests.unit.recovery.samples import NOON, at

LOG = CheckpointRule(shows=Shows.LOG, pattern=r"[Ss]aved checkpoint \d+")
LINE = CheckpointRule(shows=Shows.LINE)


def line(text: str, ts: datetime | None = NOON) -> LogLine:
    return LogLine(ts=ts, source="container", line=text)


@pytest.mark.parametrize(
    ("rule", "text", "shows"),
    [
        (LOG, "step 40 saved checkpoint 12 to /workspace", True),
        (LOG, "saved checkpoint to /workspace", False),
        (LOG, "podkeeper:checkpoint", False),
        (LINE, "12:00 podkeeper:checkpoint step=40", True),
        (LINE, "podkeeper:heartbeat", False),
        (LOG, "x" * 5000 + "saved checkpoint 1", False),
    ],
)
def test_a_log_line_shows_a_checkpoint_or_not(rule: CheckpointRule, text: str, shows: bool) -> None:
    assert in_log([line(text)], rule) == ((NOON,) if shows else ())


def test_a_line_without_its_time_is_no_checkpoint_of_now() -> None:
    assert in_log([line("saved checkpoint 1", None)], LOG) == ()


@pytest.mark.parametrize(
    ("body", "ago"),
    [
        ("90", 90),
        ("90.5", 90.5),
        ('{"age_s": 90}', 90),
        ('{"at": "2026-11-24T11:58:30+00:00"}', 90),
        ('{"checkpoint_at": 1795521510}', 90),
        ("2026-11-24T12:58:30+01:00", 90),
    ],
)
def test_a_port_may_answer_with_an_age_or_a_time(body: str, ago: float) -> None:
    assert in_answer(WebAnswer(status=200, body=body), NOON) == NOON - timedelta(seconds=ago)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (WebAnswer(trouble="It did not answer within 3 s."), "did not answer"),
        (WebAnswer(), "does not answer"),
        (WebAnswer(status=404, body="90"), "404"),
        (WebAnswer(status=200, body="<html>"), "neither an age"),
        (WebAnswer(status=200, body="-5"), "neither an age"),
        (WebAnswer(status=200, body="true"), "neither an age"),
        (WebAnswer(status=200, body="2026-11-24T11:58:30"), "neither an age"),
        (WebAnswer(status=200, body='{"at": "2027-01-01T00:00:00+00:00"}'), "neither an age"),
        (WebAnswer(status=200, body="9" * 40), "neither an age"),
    ],
)
def test_what_cannot_be_read_is_told_and_no_checkpoint(answer: WebAnswer, words: str) -> None:
    told = in_answer(answer, NOON)
    assert isinstance(told, str)
    assert words in told


def test_a_port_may_say_that_there_is_none_yet() -> None:
    assert in_answer(WebAnswer(status=200, body='{"age_s": null}'), NOON) is None


def test_a_failed_reading_takes_nothing_from_what_was_known() -> None:
    known = seen(None, "p1", (at(-60),), NOON)
    after = unseen(known, "p1", "The log could not be read.", at(60))
    assert after.last_at == at(-60)
    assert after.read_at == NOON
    assert after.trouble == "The log could not be read."
    assert seen(after, "p1", (), at(90)).trouble == ""


def test_only_the_newest_are_kept_each_once_and_none_of_the_future() -> None:
    many = [at(each) for each in range(-600, 0, 30)]
    known = seen(seen(None, "p1", many, NOON), "p1", (*many, at(600)), NOON)
    assert known.times == tuple(many[-KEPT:])


def test_the_log_is_read_on_from_the_last_good_reading() -> None:
    assert read_from(None, NOON) == NOON - timedelta(hours=2)
    assert read_from(seen(None, "p1", (), at(-60)), NOON) == at(-65)


def test_how_far_apart_they_come_is_seen_else_what_the_rule_says() -> None:
    assert apart(None, LOG) == timedelta(minutes=30)
    assert apart(seen(None, "p1", (at(-60),), NOON), LOG) == timedelta(minutes=30)
    regular = seen(None, "p1", (at(-900), at(-600), at(-300), at(-10)), NOON)
    assert apart(regular, LOG) == timedelta(minutes=5)


def test_whether_a_run_saved_anything() -> None:
    known = seen(None, "p1", (at(-60),), NOON)
    assert saved_between(known, at(-90), NOON)
    assert not saved_between(known, at(-30), NOON)
    assert not saved_between(None, at(-90), NOON)


def test_a_replacement_takes_its_checkpoints_along() -> None:
    moved = moved_to(seen(None, "p1", (at(-60),), NOON), "p2")
    assert (moved.pod_id, moved.last_at, moved.read_at) == ("p2", at(-60), None)
    assert isinstance(moved, Checkpoints)
