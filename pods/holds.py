"""What people said a pod may do: keep, snooze, "it's busy", a lease, schedules. The record of one pod. Pure.

While a hold is in force nobody is asked about the pod and no idleness stops it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pods.hours import next_local
from pods.model import Record, Value
from pods.times import Instant


class HoldKind(StrEnum):
    KEEP = "keep"
    SNOOZE = "snooze"
    #: Somebody said that it works, whatever the figures say.
    BUSY = "busy"
    LEASE = "lease"


class Hold(Value):
    kind: HoldKind
    until: Instant
    #: A Slack user id.
    by: str
    at: Instant
    reason: str = ""


class Lease(Value):
    """The pod runs until then, and is stopped then, after a warning. An extension is a new lease."""

    until: Instant
    by: str
    at: Instant
    #: When the warning was asked to be told, and when its delivery was read back.
    warned_at: Instant | None = None
    delivered_at: Instant | None = None
    #: It has had its effect, or never will: the pod stopped otherwise.
    ended_at: Instant | None = None

    def in_force(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until


class Schedule(Value):
    """Local times at which a pod stops and starts on some days. Each occurrence is acted upon at most once."""

    stop: time | None = None
    start: time | None = None
    #: Monday is 0; empty: every day.
    days: tuple[int, ...] = ()
    #: IANA.
    zone: str
    by: str
    at: Instant
    #: The local dates of the last occurrences that were acted upon, skipped or told.
    stopped_on: date | None = None
    started_on: date | None = None
    #: The next stop's warning: of which local date, asked to be told when, and delivered when.
    warned_on: date | None = None
    delivered_at: Instant | None = None


class Holds(Record):
    v: int = 1
    #: Grows at each change.
    version: int = 0
    pod_id: str
    holds: tuple[Hold, ...] = ()
    lease: Lease | None = None
    schedule: Schedule | None = None


def in_force(holds: Holds, now: datetime) -> Hold | None:
    """The hold that lasts longest, None if nothing holds."""
    current = [hold for hold in holds.holds if now < hold.until]
    lease = holds.lease
    if lease is not None and lease.in_force(now):
        current.append(Hold(kind=HoldKind.LEASE, until=lease.until, by=lease.by, at=lease.at))
    return max(current, key=lambda hold: hold.until, default=None)


def hold(holds: Holds, new: Hold) -> Holds:
    """The newest word of a kind replaces the older one, whoever said it: it is said of the pod."""
    kept = tuple(old for old in holds.holds if old.kind is not new.kind and old.until > new.at)
    return _changed(holds, holds=(*kept, new))


def release(holds: Holds, now: datetime) -> Holds:
    """Nothing holds any more; a schedule stays."""
    lease = holds.lease.model_copy(update={"ended_at": holds.lease.ended_at or now}) if holds.lease else None
    return _changed(holds, holds=(), lease=lease)


def lease(holds: Holds, *, until: datetime, by: str, now: datetime) -> Holds:
    """A new lease, or the old one extended: either way its end is announced anew."""
    return _changed(holds, lease=Lease(until=until, by=by, at=now))


def schedule(holds: Holds, new: Schedule | None) -> Holds:
    return _changed(holds, schedule=new)


class SnoozeFor(StrEnum):
    """The choices of the button."""

    HOUR = "1h"
    FOUR_HOURS = "4h"
    MORNING = "morning"


def snooze_until(choice: SnoozeFor, *, morning: time, zone: ZoneInfo, now: datetime) -> datetime:
    if choice is SnoozeFor.MORNING:
        return next_local(morning, zone, now)
    return now + timedelta(hours=1 if choice is SnoozeFor.HOUR else 4)


def _changed(record: Holds, **changes: object) -> Holds:
    return record.model_copy(update={"version": record.version + 1, **changes})
