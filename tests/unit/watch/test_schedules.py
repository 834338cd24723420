"""What a schedule does, once, at its time, and what it lets go."""

from __future__ import annotations

from datetime import date, time

import pytest

from pods.holds import Hold, HoldKind, Passed, PassedBy, Schedule
from pods.model import Pod, PodStatus, Verb
from pods.schedules import (
    ByHand,
    Scene,
    ScheduleAct,
    ScheduleStep,
    imminent,
    next_two,
    occurrences,
    schedule_step,
    schedule_veto,
    schedule_warned,
    skip_next,
    upcoming,
    what_became,
)
from tests.unit.pods.builders import pod
from tests.unit.watch.scenes import utc

WEEKDAYS = (0, 1, 2, 3, 4)
#: Tuesday to come first; stops at 19:00 and starts at 09:00 in Berlin, 18:00 and 08:00 UTC.
PLAN = Schedule(stop=time(19), start=time(9), days=WEEKDAYS, zone="Europe/Berlin", by="U1", at=utc("2026-11-24T12:00"))
RUNS, RESTS = pod(), pod(PodStatus.EXITED)
A, S, P = ScheduleAct, PodStatus, PassedBy


def scene(now: str, seen: Pod, **more: object) -> Scene:
    return Scene(**{"pod": seen, "now": utc(now), "healthy": True, **more})  # type: ignore[arg-type]


def tick(plan: Schedule, now: str, seen: Pod, **more: object) -> ScheduleStep:
    return schedule_step(plan, scene(now, seen, **more))


def how(step: ScheduleStep) -> PassedBy | None:
    assert step.occurrence is not None
    passed = what_became(step.schedule, step.occurrence.verb, step.occurrence.day)
    return passed.how if passed else None


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
        ("2026-11-24T18:16", RUNS, A.TELL),
        ("2026-11-24T18:16", RESTS, None),
        ("2026-11-25T00:30", RUNS, A.TELL),
    ],
)
def test_a_stop_that_comes_too_late_is_skipped_and_told_once(now: str, seen: Pod, act: ScheduleAct | None) -> None:
    step = tick(PLAN, now, seen)
    assert step.act is act
    assert act is not A.TELL or how(step) is P.LATE
    assert tick(step.schedule, now, seen).act is None


@pytest.mark.parametrize(("now", "act"), [("2026-11-25T08:15", A.START), ("2026-11-25T08:16", A.TELL)])
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
    assert how(tick(plan, "2026-11-24T18:16", RUNS)) is P.LATE


@pytest.mark.parametrize(
    ("started", "act"), [("2026-11-24T17:44", A.STOP), ("2026-11-24T17:45", A.TELL), ("2026-11-24T17:58", A.TELL)]
)
def test_a_person_who_just_started_it_is_not_fought(started: str, act: ScheduleAct) -> None:
    step = tick(heard("2026-11-24T17:45"), "2026-11-24T18:00", RUNS, started=ByHand(utc(started), "U2"))
    assert step.act is act
    assert how(step) is (P.ORDERED if act is A.STOP else P.MANUAL)
    assert tick(step.schedule, "2026-11-24T18:10", RUNS).act is None


@pytest.mark.parametrize(("stopped", "result"), [("2026-11-25T07:44", P.ORDERED), ("2026-11-25T07:50", P.MANUAL)])
def test_a_person_who_just_stopped_it_is_not_fought_either(stopped: str, result: PassedBy) -> None:
    rested = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    step = tick(rested, "2026-11-25T08:00", RESTS, stopped=ByHand(utc(stopped), "U2"))
    assert how(step) is result
    assert step.schedule.passed[-1].by == ("U2" if result is P.MANUAL else "")


@pytest.mark.parametrize(("until", "result"), [("2026-11-24T18:00", None), ("2026-11-24T20:00", P.KEPT)])
def test_a_keep_or_lease_that_lasts_longer_lets_a_stop_pass_and_that_is_told(
    until: str, result: PassedBy | None
) -> None:
    runs = Hold(kind=HoldKind.KEEP, until=utc(until), by="U3", at=utc("2026-11-24T12:00"))
    step = tick(PLAN, "2026-11-24T17:50", RUNS, runs=runs)
    assert step.act is (A.TELL if result else A.WARN)
    assert how(step) is result
    assert tick(step.schedule, "2026-11-24T18:00", RUNS, runs=runs).act is None


def test_an_announced_stop_of_a_pod_that_stopped_by_itself_is_told_as_such() -> None:
    step = tick(heard("2026-11-24T17:45"), "2026-11-24T18:00", RESTS)
    assert (step.act, how(step)) == (A.TELL, P.ALREADY)


def test_only_the_last_few_occurrences_are_remembered() -> None:
    plan = PLAN
    for day in range(24, 30):
        plan = skip_next(
            skip_next(plan, Verb.STOP, utc(f"2026-11-{day}T12:00")), Verb.START, utc(f"2026-11-{day}T12:00")
        )
    assert len(plan.passed) == 6


ORDERED = tick(heard("2026-11-24T17:45"), "2026-11-24T18:00", RUNS).schedule


LATER = Hold(kind=HoldKind.LEASE, until=utc("2026-11-24T22:00"), by="U2", at=utc("2026-11-24T18:00"))


@pytest.mark.parametrize(
    ("ordered", "more", "now", "reason"),
    [
        (ORDERED.passed[-1], {}, "2026-11-24T18:01", None),
        (None, {}, "2026-11-24T18:01", "changed or switched off"),
        (ORDERED.passed[-1].model_copy(update={"how": P.SKIPPED}), {}, "2026-11-24T18:01", "changed or switched off"),
        (ORDERED.passed[-1], {}, "2026-11-24T18:31", "long past"),
        (ORDERED.passed[-1], {"started": ByHand(utc("2026-11-24T17:59"))}, "2026-11-24T18:01", "by hand"),
        (ORDERED.passed[-1], {"stopped": ByHand(utc("2026-11-24T17:59"))}, "2026-11-24T18:01", None),
        (ORDERED.passed[-1], {"runs": LATER}, "2026-11-24T18:01", "run longer"),
    ],
)
def test_the_last_look_finds_what_came_between_order_and_call(
    ordered: Passed | None, more: dict[str, object], now: str, reason: str | None
) -> None:
    said = schedule_veto(ordered, scene(now, RUNS, **more))
    assert (said is None) is (reason is None)
    assert reason is None or reason in (said or "")


def test_what_is_near_is_looked_at_closely() -> None:
    assert not imminent(PLAN, utc("2026-11-24T17:44"))
    assert imminent(PLAN, utc("2026-11-24T17:45"))
    assert not imminent(ORDERED, utc("2026-11-24T18:01"))


def test_the_next_two_are_the_next_stop_and_the_next_start() -> None:
    coming = next_two(PLAN, utc("2026-11-24T12:00"))
    assert [(each.verb, each.at) for each in coming] == [
        (Verb.STOP, utc("2026-11-24T18:00")),
        (Verb.START, utc("2026-11-25T08:00")),
    ]


@pytest.mark.parametrize("changes", [{"locked": True}, {"cluster_id": "cl1"}])
def test_what_cannot_be_done_is_told_at_its_time_and_not_tried(changes: dict[str, object]) -> None:
    seen = pod(**changes)
    assert tick(PLAN, "2026-11-24T17:50", seen).act is None
    step = tick(PLAN, "2026-11-24T18:00", seen)
    assert (step.act, how(step)) == (A.TELL, P.CANNOT)
    assert tick(step.schedule, "2026-11-24T18:01", seen).act is None
    resting = pod(PodStatus.EXITED, **changes)
    plan = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    assert how(tick(plan, "2026-11-25T08:00", resting)) is P.CANNOT


def test_an_outage_waits_and_then_skips() -> None:
    plan = heard("2026-11-24T17:45")
    assert tick(plan, "2026-11-24T18:00", RUNS, healthy=False) == ScheduleStep(plan)
    assert tick(plan, "2026-11-24T18:10", RUNS).act is A.STOP
    assert how(tick(plan, "2026-11-24T18:16", RUNS, healthy=False)) is P.LATE


def test_a_status_nobody_knows_is_waited_for() -> None:
    plan = heard("2026-11-24T17:45")
    assert tick(plan, "2026-11-24T18:00", pod(S.UNKNOWN)).act is None
    rested = PLAN.model_copy(update={"stopped_on": date(2026, 11, 24)})
    assert tick(rested, "2026-11-25T08:00", pod(S.UNKNOWN)) == ScheduleStep(rested)
    assert tick(rested, "2026-11-25T08:00", pod(S.TERMINATED)).act is A.TELL


def test_a_person_may_let_the_next_one_pass() -> None:
    skipped = skip_next(PLAN, Verb.STOP, utc("2026-11-24T17:50"))
    assert tick(skipped, "2026-11-24T18:00", RUNS).act is None
    assert upcoming(skipped, Verb.STOP, utc("2026-11-24T18:01")) is not None
    no_start = PLAN.model_copy(update={"start": None})
    assert skip_next(no_start, Verb.START, utc("2026-11-24T17:50")) is no_start


def test_a_skipped_hour_fires_at_the_change_and_a_doubled_one_once() -> None:
    night = Schedule(start=time(2, 30), zone="Europe/Berlin", by="U1", at=utc("2026-03-28T12:00"))
    assert tick(night, "2026-03-29T00:59", RESTS).act is None
    fired = tick(night, "2026-03-29T01:00", RESTS)
    assert fired.act is A.START
    autumn = night.model_copy(update={"at": utc("2026-10-24T12:00")})
    first = tick(autumn, "2026-10-25T00:30", RESTS)
    assert first.act is A.START
    assert tick(first.schedule, "2026-10-25T01:30", RESTS).act is None
    assert tick(first.schedule, "2026-10-26T01:30", RESTS).act is A.START


def test_what_lay_before_the_schedule_was_made_is_none_of_its_business() -> None:
    fresh = PLAN.model_copy(update={"at": utc("2026-11-24T18:30")})
    assert tick(fresh, "2026-11-24T18:31", RUNS).act is None
