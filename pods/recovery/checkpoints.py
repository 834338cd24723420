"""When a pod last saved its work, as far as can be seen from outside. Pure.

What was not seen is not known: no checkpoint in a log that could not be read is no statement about the work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from pods.model import LogLine, Record
from pods.ports import WebAnswer
from pods.recovery.rules import CHECKPOINT_LINE, CheckpointRule, Shows
from pods.times import Instant

#: So many times are kept, for how far apart they come.
KEPT: Final = 12
#: How long a reading may be old before the age it gives is doubtful.
FRESH: Final = timedelta(minutes=5)
_HTTP_OK: Final = 200
_AGE_KEYS: Final = ("age_s", "age")
_AT_KEYS: Final = ("checkpoint_at", "at", "time")
_NUMBER: Final = re.compile(r"\d{1,12}(\.\d{1,9})?")
_LONGEST_LINE: Final = 2_000
#: A number above this is a time since 1970, below it an age in seconds.
_EPOCH_FROM: Final = 10**9


class Checkpoints(Record):
    """Of one pod; its id is the pod's. What an earlier pod of the lineage saved comes along."""

    pod_id: str
    #: Checkpoints seen, oldest first.
    times: tuple[Instant, ...] = ()
    #: Since when somebody looks.
    since: Instant
    #: The newest good reading.
    read_at: Instant | None = None
    tried_at: Instant | None = None
    #: Why the last reading failed; empty when it did not.
    trouble: str = ""

    @property
    def last_at(self) -> datetime | None:
        return self.times[-1] if self.times else None


def in_log(lines: Iterable[LogLine], rule: CheckpointRule) -> tuple[datetime, ...]:
    """When lines that show a checkpoint were written. One without its time says nothing of when."""
    shape = re.compile(rule.pattern) if rule.shows is Shows.LOG else re.compile(re.escape(CHECKPOINT_LINE))
    return tuple(line.ts for line in lines if line.ts is not None and shape.search(line.line[:_LONGEST_LINE]))


def in_answer(answer: WebAnswer, now: datetime) -> datetime | str | None:
    """The checkpoint an HTTP port tells of; None: it says that there is none. A sentence: it could not be read."""
    if answer.status is None:
        return answer.trouble or "Its port does not answer."
    if answer.status != _HTTP_OK:
        return f"Its port answers {answer.status} instead of 200."
    told = _told(answer.body.strip())
    if told is None:
        return None
    at = _moment(told, now)
    return at or "Its port answers 200, but with neither an age in seconds nor a time."


def _told(body: str) -> object:
    """The one thing in the body that is an age or a time."""
    try:
        parsed: object = json.loads(body)
    except ValueError:
        return body
    if not isinstance(parsed, dict):
        return parsed
    for key in (*_AGE_KEYS, *_AT_KEYS):
        if key in parsed:
            return parsed[key]
    return body


def _moment(told: object, now: datetime) -> datetime | None:
    if isinstance(told, str) and _NUMBER.fullmatch(told):
        told = float(told)
    if isinstance(told, int | float) and not isinstance(told, bool):
        at = _at(told, now)
    elif isinstance(told, str):
        at = _iso(told)
    else:
        return None
    return at if at is not None and at <= now + timedelta(minutes=1) else None


def _at(number: float, now: datetime) -> datetime | None:
    if number < 0:
        return None
    try:
        return datetime.fromtimestamp(number, tz=UTC) if number >= _EPOCH_FROM else now - timedelta(seconds=number)
    except (OverflowError, ValueError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def seen(record: Checkpoints | None, pod_id: str, times: Iterable[datetime], now: datetime) -> Checkpoints:
    """After a good reading, with the checkpoints it showed, if any."""
    known = record or Checkpoints(pod_id=pod_id, since=now)
    every = tuple(sorted({*known.times, *(at for at in times if at <= now + timedelta(minutes=1))}))
    return known.model_copy(update={"times": every[-KEPT:], "read_at": now, "tried_at": now, "trouble": ""})


def unseen(record: Checkpoints | None, pod_id: str, trouble: str, now: datetime) -> Checkpoints:
    """After a reading that failed: what was known stays."""
    known = record or Checkpoints(pod_id=pod_id, since=now)
    return known.model_copy(update={"tried_at": now, "trouble": trouble})


def moved_to(record: Checkpoints, pod_id: str) -> Checkpoints:
    """Of the pod that took this one's place."""
    return record.model_copy(update={"pod_id": pod_id, "trouble": "", "read_at": None, "tried_at": None})


def read_from(record: Checkpoints | None, now: datetime) -> datetime:
    """From when on log lines have not been read yet."""
    if record is None or record.read_at is None:
        return now - timedelta(hours=2)
    return record.read_at - timedelta(seconds=5)


def saved_between(record: Checkpoints | None, start: datetime, end: datetime) -> bool:
    return record is not None and any(start <= at <= end for at in record.times)


def apart(record: Checkpoints | None, rule: CheckpointRule) -> timedelta:
    """How far apart they come: as seen, else as the rule says."""
    times = record.times if record else ()
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    return timedelta(seconds=median(gaps)) if len(gaps) > 1 else rule.every
