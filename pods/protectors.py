"""Proof of work that utilisation does not show: what was asked and answered, and what must be asked next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from pods.model import LogLine, Record, Value
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


class Word(Value):
    protector: Protector
    #: When it was asked.
    at: Instant
    finding: Finding
    #: The last work it knows of.
    active_at: Instant | None = None
    #: What it said, in figures: "0.2 lines per minute", "2 kernels, idle for 40 min".
    detail: str = ""


class Words(Record):
    """What the protectors of one pod last said. Its id is the pod's."""

    pod_id: str
    words: tuple[Word, ...] = ()


def unanswered(rule: IdleRule, words: Iterable[Word], now: datetime) -> tuple[Protector, ...]:
    """The protectors that must be asked before the pod may count as idle."""
    fresh = {word.protector for word in words if now - rule.asked_every <= word.at <= now}
    return tuple(protector for protector in rule.protectors if protector not in fresh)


def work(rule: IdleRule, words: Iterable[Word], since: datetime) -> Word | None:
    """The newest proof of work after `since`, by a protector the rule has."""
    active = [
        word
        for word in words
        if word.protector in rule.protectors and word.finding is Finding.ACTIVE and (word.active_at or word.at) >= since
    ]
    return max(active, key=lambda word: word.active_at or word.at, default=None)


def silent(rule: IdleRule, words: Iterable[Word]) -> Word | None:
    """A protector whose newest word is that it does not know."""
    newest = {word.protector: word for word in sorted(words, key=lambda word: word.at)}
    unknown = (newest[protector] for protector in rule.protectors if protector in newest)
    return next((word for word in unknown if word.finding is Finding.UNKNOWN), None)


def read_logs(
    lines: Sequence[LogLine], rule: IdleRule, *, since: datetime, now: datetime, whole: bool = True
) -> tuple[Word, Word]:
    """What the container's lines since the window's start say: of their rate, and of heartbeats.

    Not `whole`: there may be older lines of the window than these, so that a heartbeat may have been missed.
    """
    times = [(line.ts or now, line.line) for line in lines if line.source == CONTAINER]
    recent = [(at, line) for at, line in times if since <= at <= now]
    rates = {start: count / (BUCKET / MINUTE) for start, count in Counter(bucket_start(at) for at, _ in recent).items()}
    busy = [at for at, _ in recent if rates[bucket_start(at)] >= rule.log_lines_per_min]
    beats = [at for at, line in recent if HEARTBEAT in line]
    return (
        Word(
            protector=Protector.LOG_RATE,
            at=now,
            finding=Finding.ACTIVE if busy else Finding.QUIET,
            active_at=max(busy, default=None),
            detail=f"{max(rates.values(), default=0):g} lines per minute at most",
        ),
        Word(
            protector=Protector.HEARTBEAT,
            at=now,
            finding=Finding.ACTIVE if beats else Finding.QUIET if whole else Finding.UNKNOWN,
            active_at=max(beats, default=None),
            detail=_beats(len(beats))
            if beats or whole
            else "more log lines than I read, no heartbeat among the newest",
        ),
    )


def beat(at: datetime) -> Word:
    """A heartbeat that came by itself, over HTTP."""
    return Word(
        protector=Protector.HEARTBEAT, at=at, finding=Finding.ACTIVE, active_at=at, detail="a heartbeat by HTTP"
    )


def _beats(count: int) -> str:
    return "1 heartbeat" if count == 1 else f"{count} heartbeats" if count else "no heartbeats"


def remember(known: Iterable[Word], new: Iterable[Word]) -> tuple[Word, ...]:
    """What to keep: of each protector its newest word, and its newest proof of work."""
    kept: dict[tuple[Protector, bool], Word] = {}
    for word in sorted((*known, *new), key=lambda word: word.at):
        kept[word.protector, False] = word
        if word.finding is Finding.ACTIVE:
            kept[word.protector, True] = word
    return tuple(dict.fromkeys(kept.values()))


def reminded(known: Words | None, pod_id: str, new: Iterable[Word]) -> Words:
    """The record with these words in it."""
    before = known or Words(pod_id=pod_id)
    return before.model_copy(update={"words": remember(before.words, new)})


def unread(protectors: Iterable[Protector], now: datetime, detail: str) -> tuple[Word, ...]:
    """The answers where asking failed."""
    return tuple(Word(protector=protector, at=now, finding=Finding.UNKNOWN, detail=detail) for protector in protectors)
