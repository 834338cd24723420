"""When a schedule stops and starts its pod. Each occurrence is acted upon once, at its time, or skipped and told. Pure.

It does not fight people: a stop that somebody's start has just preceded is let go, a keep or a lease that lasts longer
lets it pass, and nothing is repeated later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pods.holds import Hold, Passed, PassedBy, Schedule
from pods.hours import instant_of
from pods.model import BILLED, STARTABLE, Pod, PodStatus, Verb
from pods.times import MINUTE

#: An occurrence that could not be acted upon within this is skipped and told.
LATE: Final = 15 * MINUTE
#: A stop is announced this long before, and never comes sooner after its delivered announcement.
LEAD: Final = 15 * MINUTE
_WEEK: Final = 8
_REMEMBERED: Final = 6


class ScheduleAct(StrEnum):
    WARN = "warn"
    STOP = "stop"
    START = "start"
    #: The occurrence is over without an act of ours, and people are told how.
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Occurrence:
    verb: Verb
    #: The local date it belongs to: what makes it one, however often a clock shows its hour.
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person last did with the pod, as far as known."""

    at: datetime
    #: Empty where it is not known who.
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything but the schedule that a step looks at."""

    pod: Pod
    now: datetime
    #: RunPod answers, and what it said is of now.
    healthy: bool
    #: The word that the pod runs, a keep or a lease.
    runs: Hold | None = None
    started: ByHand | None = None
    stopped: ByHand | None = None


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


def next_two(schedule: Schedule, now: datetime, runs: Hold | None = None) -> tuple[Occurrence, ...]:
    """The next stop and the next start, in order of time; without the stops that a keep or lease lets pass."""
    after = max(now, runs.until - timedelta(microseconds=1)) if runs is not None else now
    coming = (upcoming(schedule, Verb.STOP, after), upcoming(schedule, Verb.START, now))
    return tuple(sorted((each for each in coming if each), key=lambda each: each.at))


def schedule_step(schedule: Schedule, scene: Scene) -> ScheduleStep:
    """One act at most; ask again after it."""
    now = scene.now
    due = next((each for each in occurrences(schedule, now) if now >= each.at - _ahead(each.verb)), None)
    if due is None or (not scene.healthy and now <= due.at + LATE):
        return ScheduleStep(schedule)
    return _start(schedule, due, scene) if due.verb is Verb.START else _stop(schedule, due, scene)


def schedule_warned(schedule: Schedule, at: datetime) -> Schedule:
    """The announcement of the next stop reached a target that people can read. The first delivery counts."""
    if schedule.warned_on is None or schedule.delivered_at is not None:
        return schedule
    return schedule.model_copy(update={"delivered_at": at})


def skip_next(schedule: Schedule, verb: Verb, now: datetime, *, by: str = "") -> Schedule:
    """A person lets the next occurrence pass."""
    coming = next((each for each in occurrences(schedule, now) if each.verb is verb and each.at + LATE > now), None)
    return _passed(schedule, coming, PassedBy.SKIPPED, now, by) if coming else schedule


def what_became(schedule: Schedule, verb: Verb, day: date) -> Passed | None:
    return next((each for each in reversed(schedule.passed) if (each.verb, each.day) == (verb, day)), None)


def imminent(schedule: Schedule, now: datetime) -> bool:
    """Whether an occurrence is due, or near enough to be announced."""
    return any(now >= each.at - LEAD for each in occurrences(schedule, now))


def schedule_veto(ordered: Passed | None, scene: Scene) -> str | None:
    """The last look before what a schedule ordered: why it is not done, as a sentence; None: it is done.

    `ordered` as the record has it now: None when the schedule is not the same any more.
    """
    if ordered is None or ordered.how is not PassedBy.ORDERED:
        return "The schedule was changed or switched off in the last moment."
    if scene.now > ordered.due_at + 2 * LATE:
        return "Its hour is long past."
    if ordered.verb is Verb.STOP and _lasts(scene.runs, ordered.due_at):
        return "Somebody said in the last moment that it is to run longer."
    hand = scene.started if ordered.verb is Verb.STOP else scene.stopped
    if _just_now(hand, ordered.due_at):
        return "Somebody had just done the opposite by hand."
    return None


def _ahead(verb: Verb) -> timedelta:
    return LEAD if verb is Verb.STOP else timedelta(0)


def _start(schedule: Schedule, due: Occurrence, scene: Scene) -> ScheduleStep:
    pod, now = scene.pod, scene.now
    if pod.status in BILLED:
        return ScheduleStep(_passed(schedule, due, PassedBy.ALREADY, now))
    if now > due.at + LATE:
        return _told(schedule, due, PassedBy.LATE, now)
    if _just_now(scene.stopped, due.at):
        return _told(schedule, due, PassedBy.MANUAL, now, by=scene.stopped.by if scene.stopped else "")
    if pod.locked or pod.cluster_id or pod.status is PodStatus.TERMINATED:
        return _told(schedule, due, PassedBy.CANNOT, now)
    if pod.status not in STARTABLE:
        return ScheduleStep(schedule)
    return ScheduleStep(_passed(schedule, due, PassedBy.ORDERED, now), ScheduleAct.START, due)


def _stop(schedule: Schedule, due: Occurrence, scene: Scene) -> ScheduleStep:
    pod, now = scene.pod, scene.now
    if pod.status not in BILLED and pod.status is not PodStatus.UNKNOWN:
        # Already as wanted; but a start in the last minutes before the hour is still looked at.
        if now < due.at:
            return ScheduleStep(schedule)
        announced = schedule.warned_on == due.day
        return ScheduleStep(_passed(schedule, due, PassedBy.ALREADY, now), ScheduleAct.TELL if announced else None, due)
    if (reason := _let_pass(due, scene)) is not None:
        return _told(schedule, due, reason[0], now, by=reason[1])
    if pod.locked or pod.cluster_id:
        return _told(schedule, due, PassedBy.CANNOT, now) if now >= due.at else ScheduleStep(schedule)
    return _announced_stop(schedule, due, scene)


def _let_pass(due: Occurrence, scene: Scene) -> tuple[PassedBy, str] | None:
    """Why a stop is let pass, and who is behind it."""
    if scene.started is not None and _just_now(scene.started, due.at):
        return PassedBy.MANUAL, scene.started.by
    if scene.now > due.at + LATE:
        return PassedBy.LATE, ""
    if scene.runs is not None and _lasts(scene.runs, due.at):
        return PassedBy.KEPT, scene.runs.by
    return None


def _announced_stop(schedule: Schedule, due: Occurrence, scene: Scene) -> ScheduleStep:
    if schedule.warned_on != due.day:
        warned = schedule.model_copy(update={"warned_on": due.day, "delivered_at": None})
        return ScheduleStep(warned, ScheduleAct.WARN, due)
    ready = stops_at(schedule, due)
    if ready is None or scene.now < ready or scene.pod.status is PodStatus.UNKNOWN:
        return ScheduleStep(schedule)
    return ScheduleStep(_passed(schedule, due, PassedBy.ORDERED, scene.now), ScheduleAct.STOP, due)


def stops_at(schedule: Schedule, due: Occurrence) -> datetime | None:
    """One full window after the announcement was delivered; None until it was."""
    return max(due.at, schedule.delivered_at + LEAD) if schedule.delivered_at else None


def _just_now(hand: ByHand | None, due_at: datetime) -> bool:
    return hand is not None and hand.at >= due_at - LEAD


def _lasts(runs: Hold | None, due_at: datetime) -> bool:
    return runs is not None and runs.until > due_at


def _told(schedule: Schedule, due: Occurrence, how: PassedBy, now: datetime, *, by: str = "") -> ScheduleStep:
    return ScheduleStep(_passed(schedule, due, how, now, by), ScheduleAct.TELL, due)


def _passed(schedule: Schedule, due: Occurrence, how: PassedBy, now: datetime, by: str = "") -> Schedule:
    field = "stopped_on" if due.verb is Verb.STOP else "started_on"
    told = Passed(verb=due.verb, day=due.day, due_at=due.at, how=how, at=now, by=by)
    changes = {field: due.day, "delivered_at": None, "passed": (*schedule.passed, told)[-_REMEMBERED:]}
    return schedule.model_copy(update=changes)
