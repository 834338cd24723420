"""What people said a pod may do: keep, snooze, "it's busy", a lease, schedules. The record of one pod. Pure.

While a hold is in force nobody is asked about the pod and no idleness stops it. A keep says more: until then nothing of
automation's own stops the pod, so a lease that would end before it ends with it, and a schedule's stop passes. A lease
in force lets a schedule's stop pass as well.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pods.hours import next_local
from pods.model import Record, Value, Verb
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


class LeaseEnd(StrEnum):
    #: Its stop was ordered; what came of that stands in the operation.
    STOP = "stop"
    RELEASED = "released"
    #: The pod had stopped by then, or was started anew after it.
    OVER = "over"
    GONE = "gone"
    #: Automation may not stop the pod: it is locked, or part of a cluster.
    CANNOT = "cannot"


class Lease(Value):
    """The pod runs until then, and is stopped then, after a warning. An extension is a new lease."""

    until: Instant
    by: str
    at: Instant
    #: Where it was said, which is where its end is announced; empty: to `by` directly.
    channel: str = ""
    #: Counts the warnings; each is a message of its own.
    warnings: int = 0
    #: When the newest warning was asked to be told, and when its delivery was read back.
    warned_at: Instant | None = None
    delivered_at: Instant | None = None
    ended_at: Instant | None = None
    end: LeaseEnd | None = None
    ended_by: str | None = None

    def in_force(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until


class PassedBy(StrEnum):
    """What became of one occurrence of a schedule."""

    #: Ordered; what came of that stands in the operation.
    ORDERED = "ordered"
    #: The pod already was as the schedule wants it.
    ALREADY = "already"
    #: Too late: not done.
    LATE = "late"
    #: Automation may not: locked, in a cluster, or gone.
    CANNOT = "cannot"
    #: Somebody had just started it, or stopped it, by hand.
    MANUAL = "manual"
    #: A keep or a lease lasts longer.
    KEPT = "kept"
    #: A person let it pass.
    SKIPPED = "skipped"


class Passed(Value):
    verb: Verb
    #: The local date it belongs to.
    day: date
    due_at: Instant
    how: PassedBy
    at: Instant
    #: Who kept, started, stopped or skipped, where a person did.
    by: str = ""


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
    #: Where it was said, which is where it is announced; empty: to `by` directly.
    channel: str = ""
    #: The local dates of the last occurrences that were acted upon, skipped or told.
    stopped_on: date | None = None
    started_on: date | None = None
    #: The next stop's announcement: of which local date, asked to be told when, and delivered when.
    warned_on: date | None = None
    delivered_at: Instant | None = None
    #: The last occurrences, oldest first.
    passed: tuple[Passed, ...] = ()


class Holds(Record):
    pod_id: str
    holds: tuple[Hold, ...] = ()
    lease: Lease | None = None
    schedule: Schedule | None = None


def in_force(holds: Holds, now: datetime) -> Hold | None:
    """The hold that lasts longest, None if nothing holds."""
    return max(all_in_force(holds, now), key=lambda hold: hold.until, default=None)


def all_in_force(holds: Holds, now: datetime) -> tuple[Hold, ...]:
    current = tuple(hold for hold in holds.holds if now < hold.until)
    lease = holds.lease
    if lease is None or not lease.in_force(now):
        return current
    return (*current, Hold(kind=HoldKind.LEASE, until=lease.until, by=lease.by, at=lease.at))


def keeping(holds: Holds, now: datetime) -> Hold | None:
    """The keep in force: until its end automation stops the pod for no reason at all."""
    return next((hold for hold in holds.holds if hold.kind is HoldKind.KEEP and now < hold.until), None)


def running_until(holds: Holds, now: datetime) -> Hold | None:
    """The longest word that the pod runs, a keep or a lease: schedules let their stops pass until then."""
    words = [hold for hold in all_in_force(holds, now) if hold.kind in {HoldKind.KEEP, HoldKind.LEASE}]
    return max(words, key=lambda hold: hold.until, default=None)


def hold(holds: Holds, new: Hold) -> Holds:
    """The newest word of a kind replaces the older one, whoever said it: it is said of the pod."""
    kept = tuple(old for old in holds.holds if old.kind is not new.kind and old.until > new.at)
    return _changed(holds, holds=(*kept, new))


def release(holds: Holds, now: datetime, *, by: str = "") -> Holds:
    """Nothing holds any more; a schedule stays. The same record where nothing held."""
    over = holds.lease
    if over is not None and over.ended_at is None:
        over = over.model_copy(update={"ended_at": now, "end": LeaseEnd.RELEASED, "ended_by": by})
    if not holds.holds and over is holds.lease:
        return holds
    return _changed(holds, holds=(), lease=over)


def lease(holds: Holds, *, until: datetime, by: str, now: datetime, channel: str = "") -> Holds:
    """A new lease, or the old one extended: either way its end is announced anew."""
    return _changed(holds, lease=Lease(until=until, by=by, at=now, channel=channel))


def schedule(holds: Holds, new: Schedule | None) -> Holds:
    return holds if new is None and holds.schedule is None else _changed(holds, schedule=new)


def moved_to(holds: Holds, pod_id: str) -> Holds:
    """The words about a pod, for the one that took its place; what was announced spoke of the old one."""
    lease, plan = holds.lease, holds.schedule
    if lease is not None:
        unwarned = {"warnings": 0, "warned_at": None, "delivered_at": None}
        lease = None if lease.ended_at is not None else lease.model_copy(update=unwarned)
    if plan is not None:
        plan = plan.model_copy(update={"warned_on": None, "delivered_at": None, "passed": ()})
    return _changed(holds, pod_id=pod_id, lease=lease, schedule=plan)


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
    return record.model_copy(update=changes)
