"""Proof of work that utilisation does not show: what was asked and answered, and what must be asked next. Pure."""

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


class Testimony(Value):
    protector: Protector
    #: When it was asked.
    at: Instant
    finding: Finding
    #: The last work it knows of.
    active_at: Instant | None = None
    #: What it said, in figures: "0.2 lines per minute", "2 kernels, idle for 40 min".
    detail: str = ""


def unanswered(rule: IdleRule, testimonies: Iterable[Testimony], now: datetime) -> tuple[Protector, ...]:
    """The protectors that must be asked before the pod may count as idle."""
    fresh = {testimony.protector for testimony in testimonies if now - rule.asked_every <= testimony.at <= now}
    return tuple(protector for protector in rule.protectors if protector not in fresh)


def work(rule: IdleRule, testimonies: Iterable[Testimony], since: datetime) -> Testimony | None:
    """The newest proof of work after `since`, by a protector the rule has."""
    active = [
        testimony
        for testimony in testimonies
        if testimony.protector in rule.protectors
        and testimony.finding is Finding.ACTIVE
        and (testimony.active_at or testimony.at) >= since
    ]
    return max(active, key=lambda testimony: testimony.active_at or testimony.at, default=None)


def silent(rule: IdleRule, testimonies: Iterable[Testimony]) -> Testimony | None:
    """A protector whose newest word is that it does not know."""
    newest = {testimony.protector: testimony for testimony in sorted(testimonies, key=lambda testimony: testimony.at)}
    unknown = (newest[protector] for protector in rule.protectors if protector in newest)
    return next((testimony for testimony in unknown if testimony.finding is Finding.UNKNOWN), None)


def read_logs(
    lines: Sequence[LogLine], rule: IdleRule, *, since: datetime, now: datetime
) -> tuple[Testimony, Testimony]:
    """What the container's lines since the window's start say: of their rate, and of heartbeats."""
    times = [(line.ts or now, line.line) for line in lines if line.source == CONTAINER]
    recent = [(at, line) for at, line in times if since <= at <= now]
    rates = {start: count / (BUCKET / MINUTE) for start, count in Counter(bucket_start(at) for at, _ in recent).items()}
    busy = [at for at, _ in recent if rates[bucket_start(at)] >= rule.log_lines_per_min]
    beats = [at for at, line in recent if HEARTBEAT in line]
    return (
        Testimony(
            protector=Protector.LOG_RATE,
            at=now,
            finding=Finding.ACTIVE if busy else Finding.QUIET,
            active_at=max(busy, default=None),
            detail=f"{max(rates.values(), default=0):g} lines per minute at most",
        ),
        Testimony(
            protector=Protector.HEARTBEAT,
            at=now,
            finding=Finding.ACTIVE if beats else Finding.QUIET,
            active_at=max(beats, default=None),
            detail=f"{len(beats)} heartbeats" if len(beats) != 1 else "1 heartbeat",
        ),
    )


def remember(known: Iterable[Testimony], new: Iterable[Testimony]) -> tuple[Testimony, ...]:
    """What to keep: of each protector its newest word, and its newest proof of work."""
    kept: dict[tuple[Protector, bool], Testimony] = {}
    for testimony in sorted((*known, *new), key=lambda testimony: testimony.at):
        kept[testimony.protector, False] = testimony
        if testimony.finding is Finding.ACTIVE:
            kept[testimony.protector, True] = testimony
    return tuple(dict.fromkeys(kept.values()))


def unread(protectors: Iterable[Protector], now: datetime, detail: str) -> tuple[Testimony, ...]:
    """The answers where asking failed."""
    return tuple(
        Testimony(protector=protector, at=now, finding=Finding.UNKNOWN, detail=detail) for protector in protectors
    )
