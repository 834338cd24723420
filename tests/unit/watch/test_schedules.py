"""What a schedule does, once, at its time, and what it lets go."""

from __future__ import annotations

from datetime import date, time

import pytest

from pods.holds import (
    Schedule,
)
from pods.model import Pod, PodStatus, Verb
from pods.schedules import (
    ScheduleAct,
    ScheduleStep,
    occurrences,
    schedule_step,
    schedule_warned,
    skip_next,
    upcoming,
)
from tests.unit.pods.builders import pod
from tests.unit.watch.scenes import utc

WEEKDAYS = (0, 1, 2, 3, 4)
#: Tuesday to come first; stops at 19:00 and starts at 09:00 in Berlin, 18:00 and 08:00 UTC.
PLAN = Schedule(stop=time(19), start=time(9), days=WEEKDAYS, zone="Europe/Berlin", by="U1", at=utc("2026-11-24T12:00"))
RUNS, RESTS = pod(), pod(PodStatus.EXITED)
A, S = ScheduleAct, PodStatus


def tick(plan: Schedule, now: str, seen: Pod, **more: object) -> ScheduleStep:
    return schedule_step(plan, seen, utc(now), healthy=True, **more)  # type: ignore[arg-type]


def heard(now: str) -> Schedule:
    return schedule_warned(tick(PLAN, now, RUNS).schedule, utc(now))


def test_a_schedule_warns_stops_and_starts_once_each() -> None:
    assert tick(PLAN, "2026-11-24T17:44", RUNS).act is None
    warned = tick(PLAN, "2026-11-24T17:45", RUNS)
    assert warned.act is A.WARN
    assert tick(warned.schedule, "2026-11-24T17:46", RUNS).act is None
    plan = schedule_warned(warned.schedule, utc("2026-11-24T17:45"))
    assert tick(plan, "2026-11-24T17:59", RUNS).act is None
    stopped = tick(plan, "2026-11-24T18:00", RUNS)
    assert stopped.act is A.STOP
    assert stopped.occurrence is not None
    assert (stopped.occurrence.day, stopped.occurrence.at) == (date(2026, 11, 24), utc("2026-11-24T18:00"))
    assert tick(stopped.schedule, "2026-11-24T18:05", RUNS).act is None
    started = tick(stopped.schedule, "2026-11-25T08:00", RESTS)
    assert started.act is A.START
    assert tick(started.schedule, "2026-11-25T08:01", RESTS).act is None


def test_the_weekend_is_left_alone() -> None:
    friday = tick(
        heard("2026-11-27T17:45").model_copy(update={"started_on": date(2026, 11, 27)}), "2026-11-27T18:00", RUNS
    )
    coming = upcoming(friday.schedule, Verb.STOP, utc("2026-11-27T18:00"))
    assert coming is not None
    assert coming.at == utc("2026-11-30T18:00")
    every_day = PLAN.model_copy(update={"days": ()})
    assert {each.day.weekday() for each in occurrences(every_day, utc("2026-11-24T12:00"))} == set(range(7))


@pytest.mark.parametrize(
    ("now", "seen", "act"),
    [
        ("2026-11-24T18:15", RUNS, A.WARN),
        ("2026-11-24T18:16", RUNS, A.SKIPPED),
        ("2026-11-24T18:16", RESTS, None),
        ("2026-11-25T00:30", RUNS, A.SKIPPED),
    ],
)
def test_a_stop_that_comes_too_late_is_skipped_and_told_once(now: str, seen: Pod, act: ScheduleAct | None) -> None:
    step = tick(PLAN, now, seen)
    assert step.act is act
    assert tick(step.schedule, now, seen).act is None


@pytest.mark.parametrize(("now", "act"), [("2026-11-25T08:15", A.START), ("2026-11-25T08:16", A.SKIPPED)])
def test_a_start_that_comes_too_late_is_skipped_and_told(now: str, act: ScheduleAct) -> None:
    plan = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    assert tick(plan, now, RESTS).act is act
    assert tick(plan, now, RUNS).act is None


def test_an_announcement_that_arrives_late_moves_the_stop_or_skips_it() -> None:
    plan = tick(PLAN, "2026-11-24T17:45", RUNS).schedule
    late = schedule_warned(plan, utc("2026-11-24T17:50"))
    assert tick(late, "2026-11-24T18:04", RUNS).act is None
    assert tick(late, "2026-11-24T18:05", RUNS).act is A.STOP
    assert schedule_warned(late, utc("2026-11-24T17:59")) is late
    assert schedule_warned(PLAN, utc("2026-11-24T17:59")) is PLAN
    assert tick(plan, "2026-11-24T18:15", RUNS).act is None
    assert tick(plan, "2026-11-24T18:16", RUNS).act is A.SKIPPED


@pytest.mark.parametrize(
    ("started", "act"), [("2026-11-24T17:44", A.STOP), ("2026-11-24T17:45", None), ("2026-11-24T17:58", None)]
)
def test_a_person_who_just_started_it_is_not_fought(started: str, act: ScheduleAct | None) -> None:
    step = tick(heard("2026-11-24T17:45"), "2026-11-24T18:00", RUNS, manual_start=utc(started))
    assert step.act is act
    assert tick(step.schedule, "2026-11-24T18:10", RUNS).act is None


@pytest.mark.parametrize("changes", [{"locked": True}, {"cluster_id": "cl1"}])
def test_what_cannot_be_done_is_told_at_its_time_and_not_tried(changes: dict[str, object]) -> None:
    seen = pod(**changes)
    assert tick(PLAN, "2026-11-24T17:50", seen).act is None
    step = tick(PLAN, "2026-11-24T18:00", seen)
    assert step.act is A.CANNOT
    assert tick(step.schedule, "2026-11-24T18:01", seen).act is None
    resting = pod(PodStatus.EXITED, **changes)
    plan = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    assert tick(plan, "2026-11-25T08:00", resting).act is A.CANNOT


def test_an_outage_waits_and_then_skips() -> None:
    plan = heard("2026-11-24T17:45")
    assert schedule_step(plan, RUNS, utc("2026-11-24T18:00"), healthy=False) == ScheduleStep(plan)
    assert schedule_step(plan, RUNS, utc("2026-11-24T18:10"), healthy=True).act is A.STOP
    assert schedule_step(plan, RUNS, utc("2026-11-24T18:16"), healthy=False).act is A.SKIPPED


def test_a_status_nobody_knows_is_waited_for() -> None:
    plan = heard("2026-11-24T17:45")
    assert tick(plan, "2026-11-24T18:00", pod(S.UNKNOWN)).act is None
    rested = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    assert tick(rested, "2026-11-25T08:00", pod(S.UNKNOWN)) == ScheduleStep(rested)
    assert tick(rested, "2026-11-25T08:00", pod(S.TERMINATED)).act is A.CANNOT


def test_a_person_may_let_the_next_one_pass() -> None:
    skipped = skip_next(PLAN, Verb.STOP, utc("2026-11-24T17:50"))
    assert tick(skipped, "2026-11-24T18:00", RUNS).act is None
    assert upcoming(skipped, Verb.STOP, utc("2026-11-24T18:01")) is not None
    no_start = PLAN.model_copy(update={"start": None})
    assert skip_next(no_start, Verb.START, utc("2026-11-24T17:50")) is no_start


def test_a_skipped_hour_fires_at_the_change_and_a_doubled_one_once() -> None:
    night = Schedule(start=time(2, 30), zone="Europe/Berlin", by="U1", at=utc("2026-03-28T12:00"))
    assert schedule_step(night, RESTS, utc("2026-03-29T00:59"), healthy=True).act is None
    fired = schedule_step(night, RESTS, utc("2026-03-29T01:00"), healthy=True)
    assert fired.act is A.START
    autumn = night.model_copy(update={"at": utc("2026-10-24T12:00")})
    first = schedule_step(autumn, RESTS, utc("2026-10-25T00:30"), healthy=True)
    assert first.act is A.START
    assert schedule_step(first.schedule, RESTS, utc("2026-10-25T01:30"), healthy=True).act is None
    assert schedule_step(first.schedule, RESTS, utc("2026-10-26T01:30"), healthy=True).act is A.START


def test_what_lay_before_the_schedule_was_made_is_none_of_its_business() -> None:
    fresh = PLAN.model_copy(update={"at": utc("2026-11-24T18:30")})
    assert tick(fresh, "2026-11-24T18:31", RUNS).act is None
