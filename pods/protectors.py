"""Proof of work that utilisation does not show: what was asked, what it answered, and what must be asked next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from pods.model import LogLine, Value
from pods.samples import BUCKET, bucket_start
from pods.times import MINUTE, Instant
from pods.watch_rules import IdleRule, Protector

HEARTBEAT: Final = "podkeeper:heartbeat"
#: RunPod's own log tells of image and host, not of the work.
CONTAINER: Final = "container"


class Finding(StrEnum):
    ACTIVE = "active"
    QUIET = "quiet"
    #: It could not be asked, or its answer made no sense: then nobody knows whether the pod works.
    UNKNOWN = "unknown"
    #: The pod has no such thing, such as no Jupyter.
    ABSENT = "absent"


class Answer(Value):
    protector: Protector
    #: When it was asked.
    at: Instant
    finding: Finding
    #: The last work it knows of.
    active_at: Instant | None = None
    #: What it said, in figures: "0.2 lines per minute", "2 kernels, idle for 40 min".
    detail: str = ""


def unanswered(rule: IdleRule, answers: Iterable[Answer], now: datetime) -> tuple[Protector, ...]:
    """The protectors that must be asked before the pod may count as idle."""
    fresh = {answer.protector for answer in answers if now - rule.asked_every <= answer.at <= now}
    return tuple(protector for protector in rule.protectors if protector not in fresh)


def work(rule: IdleRule, answers: Iterable[Answer], since: datetime) -> Answer | None:
    """The newest proof of work after `since`, by a protector the rule has."""
    active = [
        answer
        for answer in answers
        if answer.protector in rule.protectors
        and answer.finding is Finding.ACTIVE
        and (answer.active_at or answer.at) >= since
    ]
    return max(active, key=lambda answer: answer.active_at or answer.at, default=None)


def silent(rule: IdleRule, answers: Iterable[Answer]) -> Answer | None:
    """A protector whose newest answer is that it does not know."""
    newest = {answer.protector: answer for answer in sorted(answers, key=lambda answer: answer.at)}
    unknown = (newest[protector] for protector in rule.protectors if protector in newest)
    return next((answer for answer in unknown if answer.finding is Finding.UNKNOWN), None)


def read_logs(lines: Sequence[LogLine], rule: IdleRule, *, since: datetime, now: datetime) -> tuple[Answer, Answer]:
    """What the container's lines since the window's start say: of their rate, and of heartbeats."""
    times = [(line.ts or now, line.line) for line in lines if line.source == CONTAINER]
    recent = [(at, line) for at, line in times if since <= at <= now]
    rates = {start: count / (BUCKET / MINUTE) for start, count in Counter(bucket_start(at) for at, _ in recent).items()}
    busy = [at for at, _ in recent if rates[bucket_start(at)] >= rule.log_lines_per_min]
    beats = [at for at, line in recent if HEARTBEAT in line]
    return (
        Answer(
            protector=Protector.LOG_RATE,
            at=now,
            finding=Finding.ACTIVE if busy else Finding.QUIET,
            active_at=max(busy, default=None),
            detail=f"{max(rates.values(), default=0):g} lines per minute at most",
        ),
        Answer(
            protector=Protector.HEARTBEAT,
            at=now,
            finding=Finding.ACTIVE if beats else Finding.QUIET,
            active_at=max(beats, default=None),
            detail=f"{len(beats)} heartbeats" if len(beats) != 1 else "1 heartbeat",
        ),
    )


def unread(protectors: Iterable[Protector], now: datetime, detail: str) -> tuple[Answer, ...]:
    """The answers where asking failed."""
    return tuple(
        Answer(protector=protector, at=now, finding=Finding.UNKNOWN, detail=detail) for protector in protectors
    )
