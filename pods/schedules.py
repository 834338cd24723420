"""When a schedule stops and starts its pod. Each occurrence is acted upon once, at its time, or skipped and told. Pure.

It does not fight people: a stop that somebody's start has just preceded is let go, and nothing is repeated later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pods.holds import Schedule
from pods.hours import instant_of
from pods.model import BILLED, STARTABLE, Pod, PodStatus, Verb
from pods.times import MINUTE

#: An occurrence that could not be acted upon within this is skipped and told.
LATE: Final = 15 * MINUTE
#: A stop is announced this long before, and never comes sooner after its delivered announcement.
LEAD: Final = 15 * MINUTE
_WEEK: Final = 8


class ScheduleAct(StrEnum):
    WARN = "warn"
    STOP = "stop"
    START = "start"
    #: Too late: nothing was done, and that is told.
    SKIPPED = "skipped"
    #: It cannot be done by automation, and that is told.
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Occurrence:
    verb: Verb
    #: The local date it belongs to: what makes it one, however often a clock shows its hour.
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleStep:
    schedule: Schedule
    act: ScheduleAct | None = None
    occurrence: Occurrence | None = None


def occurrences(schedule: Schedule, now: datetime) -> tuple[Occurrence, ...]:
    """Those that are not dealt with yet, from yesterday to a week ahead, in order of time."""
    zone = ZoneInfo(schedule.zone)
    today = now.astimezone(zone).date()
    times = ((Verb.STOP, schedule.stop, schedule.stopped_on), (Verb.START, schedule.start, schedule.started_on))
    found = [
        Occurrence(verb, day, instant_of(day, at, zone))
        for verb, at, last in times
        if at is not None
        for day in (today + timedelta(days=offset) for offset in range(-1, _WEEK))
        if (not schedule.days or day.weekday() in schedule.days) and (last is None or day > last)
    ]
    return tuple(sorted((each for each in found if each.at >= schedule.at), key=lambda each: each.at))


def upcoming(schedule: Schedule, verb: Verb, now: datetime) -> Occurrence | None:
    return next((each for each in occurrences(schedule, now) if each.verb is verb and each.at > now), None)


def schedule_step(
    schedule: Schedule, pod: Pod, now: datetime, *, healthy: bool, manual_start: datetime | None = None
) -> ScheduleStep:
    """`manual_start`: when a person last started the pod, as far as known. One act at most; ask again after it."""
    due = next((each for each in occurrences(schedule, now) if now >= each.at - _ahead(each.verb)), None)
    if due is None or (not healthy and now <= due.at + LATE):
        return ScheduleStep(schedule)
    if due.verb is Verb.START:
        return _start(schedule, due, pod, now)
    return _stop(schedule, due, pod, now, manual_start)


def schedule_warned(schedule: Schedule, at: datetime) -> Schedule:
    """The announcement of the next stop reached a target that people can read. The first delivery counts."""
    if schedule.warned_on is None or schedule.delivered_at is not None:
        return schedule
    return schedule.model_copy(update={"delivered_at": at})


def skip_next(schedule: Schedule, verb: Verb, now: datetime) -> Schedule:
    """A person lets the next occurrence pass."""
    coming = next((each for each in occurrences(schedule, now) if each.verb is verb and each.at + LATE > now), None)
    return _dealt_with(schedule, coming) if coming else schedule


def _ahead(verb: Verb) -> timedelta:
    return LEAD if verb is Verb.STOP else timedelta(0)


def _start(schedule: Schedule, due: Occurrence, pod: Pod, now: datetime) -> ScheduleStep:
    done = _dealt_with(schedule, due)
    if pod.status in BILLED:
        return ScheduleStep(done)
    if now > due.at + LATE:
        return ScheduleStep(done, ScheduleAct.SKIPPED, due)
    if pod.locked or pod.cluster_id or pod.status is PodStatus.TERMINATED:
        return ScheduleStep(done, ScheduleAct.CANNOT, due)
    if pod.status not in STARTABLE:
        return ScheduleStep(schedule)
    return ScheduleStep(done, ScheduleAct.START, due)


def _stop(schedule: Schedule, due: Occurrence, pod: Pod, now: datetime, manual_start: datetime | None) -> ScheduleStep:
    done = _dealt_with(schedule, due)
    if pod.status not in BILLED and pod.status is not PodStatus.UNKNOWN:
        # Already as wanted; but a start in the last minutes before the hour is still looked at.
        return ScheduleStep(done if now >= due.at else schedule)
    if manual_start is not None and manual_start >= due.at - LEAD:
        return ScheduleStep(done)
    if now > due.at + LATE:
        return ScheduleStep(done, ScheduleAct.SKIPPED, due)
    if pod.locked or pod.cluster_id:
        return ScheduleStep(done, ScheduleAct.CANNOT, due) if now >= due.at else ScheduleStep(schedule)
    return _announced_stop(schedule, due, pod, now)


def _announced_stop(schedule: Schedule, due: Occurrence, pod: Pod, now: datetime) -> ScheduleStep:
    if schedule.warned_on != due.day:
        warned = schedule.model_copy(update={"warned_on": due.day, "delivered_at": None})
        return ScheduleStep(warned, ScheduleAct.WARN, due)
    ready = max(due.at, schedule.delivered_at + LEAD) if schedule.delivered_at else None
    if ready is None or now < ready or pod.status is PodStatus.UNKNOWN:
        return ScheduleStep(schedule)
    return ScheduleStep(_dealt_with(schedule, due), ScheduleAct.STOP, due)


def _dealt_with(schedule: Schedule, due: Occurrence) -> Schedule:
    field = "stopped_on" if due.verb is Verb.STOP else "started_on"
    return schedule.model_copy(update={field: due.day, "delivered_at": None})
