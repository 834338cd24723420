"""Holds, leases, local hours and schedules: what people said, at the times they meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.holds import (
    Hold,
    HoldKind,
    Holds,
    Lease,
    LeaseEnd,
    Schedule,
    SnoozeFor,
    hold,
    in_force,
    keeping,
    lease,
    moved_to,
    release,
    running_until,
    schedule,
    snooze_until,
)
from pods.hours import awake_at, instant_of, is_quiet, next_local
from pods.leases import LeaseAct, lease_step, lease_veto, lease_warned, stop_at, stop_deferred
from pods.model import Pod, PodStatus
from pods.watch_rules import QuietHours
from tests.unit.pods.builders import NOON, at, pod
from tests.unit.watch.scenes import POD_ID, utc

BERLIN = ZoneInfo("Europe/Berlin")
EMPTY = Holds(pod_id=POD_ID)
HOUR = 3600


def word(kind: HoldKind, seconds: float, *, said: float = 0, by: str = "U1") -> Hold:
    return Hold(kind=kind, until=at(seconds), by=by, at=at(said))


def test_the_longest_hold_in_force_counts_and_ends_at_its_time() -> None:
    holds = hold(hold(EMPTY, word(HoldKind.KEEP, 100)), word(HoldKind.SNOOZE, 50))
    assert in_force(holds, at(0)) == word(HoldKind.KEEP, 100)
    assert in_force(holds, at(99)) == word(HoldKind.KEEP, 100)
    assert in_force(holds, at(100)) is None
    leased = lease(holds, until=at(200), by="U2", now=at(0))
    found = in_force(leased, at(60))
    assert found is not None
    assert (found.kind, found.until, found.by) == (HoldKind.LEASE, at(200), "U2")


def test_the_newest_word_of_a_kind_replaces_the_older_even_to_shorten_it() -> None:
    holds = hold(hold(EMPTY, word(HoldKind.KEEP, 1000)), word(HoldKind.KEEP, 60, said=5, by="U2"))
    assert holds.holds == (word(HoldKind.KEEP, 60, said=5, by="U2"),)
    later = hold(holds, word(HoldKind.SNOOZE, 90, said=61))
    assert later.holds == (word(HoldKind.SNOOZE, 90, said=61),)


def test_releasing_ends_every_hold_but_keeps_the_schedule() -> None:
    plan = Schedule(stop=time(19), zone="UTC", by="U1", at=NOON)
    holds = schedule(lease(hold(EMPTY, word(HoldKind.KEEP, 900)), until=at(900), by="U1", now=NOON), plan)
    free = release(holds, at(10))
    assert in_force(free, at(10)) is None
    assert free.schedule == plan
    assert free.lease is not None
    assert lease_step(free.lease, pod(), at(900), healthy=True).act is None
    assert Holds.model_validate_json(holds.model_dump_json()) == holds


@pytest.mark.parametrize(
    ("choice", "now", "until"),
    [
        (SnoozeFor.HOUR, "2026-11-24T12:00", "2026-11-24T13:00"),
        (SnoozeFor.FOUR_HOURS, "2026-11-24T12:00", "2026-11-24T16:00"),
        (SnoozeFor.MORNING, "2026-11-24T22:00", "2026-11-25T08:00"),
        (SnoozeFor.MORNING, "2026-11-25T03:00", "2026-11-25T08:00"),
        (SnoozeFor.MORNING, "2026-11-25T08:00", "2026-11-26T08:00"),
        (SnoozeFor.MORNING, "2026-03-28T22:00", "2026-03-29T07:00"),
    ],
)
def test_a_snooze_lasts_an_hour_four_or_to_the_local_morning(choice: SnoozeFor, now: str, until: str) -> None:
    assert snooze_until(choice, morning=time(9), zone=BERLIN, now=utc(now)) == utc(until)


@pytest.mark.parametrize(
    ("day", "local", "expected"),
    [
        ("2026-11-24", time(19), "2026-11-24T18:00"),
        ("2026-07-01", time(19), "2026-07-01T17:00"),
        # Clocks go from 02:00 to 03:00: what is skipped happens at the change.
        ("2026-03-29", time(1, 59), "2026-03-29T00:59"),
        ("2026-03-29", time(2), "2026-03-29T01:00"),
        ("2026-03-29", time(2, 30), "2026-03-29T01:00"),
        ("2026-03-29", time(3), "2026-03-29T01:00"),
        ("2026-03-29", time(3, 1), "2026-03-29T01:01"),
        # Clocks go from 03:00 back to 02:00: what is doubled happens first.
        ("2026-10-25", time(2, 30), "2026-10-25T00:30"),
        ("2026-10-25", time(3), "2026-10-25T02:00"),
    ],
)
def test_a_local_time_is_one_instant_on_every_day(day: str, local: time, expected: str) -> None:
    assert instant_of(date.fromisoformat(day), local, BERLIN) == utc(expected)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.times(timezones=st.none()).map(lambda each: each.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_the_next_local_time_is_at_most_a_day_and_a_clock_change_ahead(now: datetime, local: time, name: str) -> None:
    zone = ZoneInfo(name)
    coming = next_local(local, zone, now)
    assert now < coming <= now + timedelta(hours=25)
    shown = coming.astimezone(zone).time().replace(fold=0)
    assert (
        shown == local
        or coming.astimezone(zone).utcoffset() != (coming - timedelta(hours=2)).astimezone(zone).utcoffset()
    )


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        (None, "2026-11-24T03:00", False),
        (QuietHours(), "2026-11-24T20:59", False),
        (QuietHours(), "2026-11-24T21:00", True),
        (QuietHours(), "2026-11-24T05:59", True),
        (QuietHours(), "2026-11-24T06:00", False),
        (QuietHours(start=time(12), end=time(13)), "2026-11-24T11:00", True),
        (QuietHours(start=time(12), end=time(13)), "2026-11-24T12:00", False),
    ],
)
def test_quiet_hours_are_local_and_may_span_midnight(quiet: QuietHours | None, now: str, expected: bool) -> None:
    assert is_quiet(quiet, BERLIN, utc(now)) is expected
    awake = awake_at(quiet, BERLIN, utc(now))
    assert (awake > utc(now)) is expected
    assert not is_quiet(quiet, BERLIN, awake)


LEASE = Lease(until=at(4 * HOUR), by="U1", at=NOON)
SAID = LEASE.model_copy(update={"warned_at": at(3.5 * HOUR)})
HEARD = lease_warned(SAID, at(3.5 * HOUR))


@pytest.mark.parametrize(
    ("lease_now", "hours", "changes", "act", "over"),
    [
        (LEASE, 3.49, {}, None, False),
        (LEASE, 3.5, {}, LeaseAct.WARN, False),
        (SAID, 3.6, {}, None, False),
        (SAID, 9, {}, None, False),
        (HEARD, 3.99, {}, None, False),
        (HEARD, 4, {}, LeaseAct.STOP, True),
        (lease_warned(SAID, at(3.75 * HOUR)), 4.24, {}, None, False),
        (lease_warned(SAID, at(3.75 * HOUR)), 4.25, {}, LeaseAct.STOP, True),
        (HEARD, 4, {"locked": True}, LeaseAct.CANNOT, True),
        (HEARD, 3.9, {"locked": True}, None, False),
        (HEARD, 4, {"cluster_id": "cl1"}, LeaseAct.CANNOT, True),
        (HEARD, 4, {"status": PodStatus.EXITED}, LeaseAct.OVER, True),
        (LEASE, 4, {"status": PodStatus.EXITED}, None, True),
        (HEARD, 4, {"status": PodStatus.TERMINATED}, LeaseAct.OVER, True),
        (HEARD, 3.9, {"status": PodStatus.EXITED}, None, False),
        (HEARD, 4, {"status": PodStatus.UNKNOWN}, None, False),
        (HEARD, 4.4, {"started_at": at(4.2 * HOUR)}, LeaseAct.OVER, True),
        (HEARD, 5, {}, LeaseAct.POSTPONED, False),
        (HEARD.model_copy(update={"ended_at": at(HOUR)}), 5, {}, None, True),
    ],
)
def test_a_lease_warns_then_stops_once(
    lease_now: Lease, hours: float, changes: dict[str, object], act: LeaseAct | None, over: bool
) -> None:
    step = lease_step(lease_now, pod(**changes), at(hours * HOUR), healthy=True)
    assert (step.act, step.lease.ended_at is not None) == (act, over)
    again = lease_step(step.lease, pod(**changes), at(hours * HOUR), healthy=True)
    assert again.act is (LeaseAct.WARN if act is LeaseAct.POSTPONED else None)
    frozen = lease_step(lease_now, pod(**changes), at(hours * HOUR), healthy=False)
    assert (frozen.act, frozen.lease) == (None, lease_now)


def test_a_keep_that_lasts_longer_takes_the_end_of_a_lease_with_it() -> None:
    kept = at(6 * HOUR)
    assert lease_step(LEASE, pod(), at(4 * HOUR), healthy=True, kept_until=kept).act is None
    postponed = lease_step(HEARD, pod(), at(4 * HOUR), healthy=True, kept_until=kept)
    assert (postponed.act, postponed.lease.delivered_at, postponed.lease.ended_at) == (LeaseAct.POSTPONED, None, None)
    warned = lease_step(postponed.lease, pod(), at(5.5 * HOUR), healthy=True, kept_until=kept)
    assert (warned.act, warned.lease.warnings) == (LeaseAct.WARN, 1)
    heard = lease_warned(warned.lease, at(5.5 * HOUR))
    assert lease_step(heard, pod(), at(5.99 * HOUR), healthy=True, kept_until=kept).act is None
    assert lease_step(heard, pod(), at(6 * HOUR), healthy=True).act is LeaseAct.STOP


STOPPED = lease_step(HEARD, pod(), at(4 * HOUR), healthy=True).lease


@pytest.mark.parametrize(
    ("held", "seen", "hours", "reason"),
    [
        (EMPTY.model_copy(update={"lease": STOPPED}), pod(), 4, None),
        (None, pod(), 4, "extended or released"),
        (EMPTY, pod(), 4, "extended or released"),
        (lease(EMPTY, until=at(9 * HOUR), by="U2", now=at(4 * HOUR)), pod(), 4, "extended or released"),
        (hold(EMPTY.model_copy(update={"lease": STOPPED}), word(HoldKind.KEEP, 9 * HOUR)), pod(), 4, "is kept"),
        (hold(EMPTY.model_copy(update={"lease": STOPPED}), word(HoldKind.SNOOZE, 9 * HOUR)), pod(), 4, None),
        (
            EMPTY.model_copy(update={"lease": STOPPED.model_copy(update={"delivered_at": None})}),
            pod(),
            4,
            "Its warning",
        ),
        (EMPTY.model_copy(update={"lease": STOPPED}), pod(started_at=at(4.1 * HOUR)), 4.2, "after the lease had ended"),
    ],
)
def test_the_last_look_finds_what_came_between_order_and_call(
    held: Holds | None, seen: Pod, hours: float, reason: str | None
) -> None:
    said = lease_veto(held, STOPPED.at, seen, at(hours * HOUR))
    assert (said is None) is (reason is None)
    assert reason is None or reason in (said or "")


def test_a_stop_that_runpod_could_not_be_asked_for_needs_a_new_warning() -> None:
    deferred = stop_deferred(STOPPED)
    assert (deferred.end, deferred.warned_at, deferred.delivered_at) == (None, None, None)
    warned = lease_step(deferred, pod(), at(7 * HOUR), healthy=True)
    assert (warned.act, warned.lease.warnings) == (LeaseAct.WARN, 1)
    late = lease_warned(warned.lease, at(7 * HOUR))
    assert lease_step(late, pod(), at(7.49 * HOUR), healthy=True).act is None
    assert lease_step(late, pod(), at(7.5 * HOUR), healthy=True).act is LeaseAct.STOP
    assert stop_deferred(HEARD) is HEARD


def test_a_keep_or_a_lease_is_the_word_that_it_runs() -> None:
    snoozed = hold(EMPTY, word(HoldKind.SNOOZE, 900))
    assert running_until(snoozed, NOON) is None
    assert keeping(snoozed, NOON) is None
    leased = lease(hold(snoozed, word(HoldKind.KEEP, 100)), until=at(200), by="U2", now=NOON)
    longest = running_until(leased, NOON)
    assert longest is not None
    assert (longest.kind, longest.by) == (HoldKind.LEASE, "U2")
    assert keeping(leased, NOON) == word(HoldKind.KEEP, 100)
    assert keeping(leased, at(100)) is None


def test_releasing_says_who_and_changes_nothing_where_nothing_holds() -> None:
    assert release(EMPTY, NOON, by="U2") is EMPTY
    free = release(lease(EMPTY, until=at(200), by="U1", now=NOON), at(5), by="U2")
    assert free.lease is not None
    assert (free.lease.end, free.lease.ended_by, free.lease.ended_at) == (LeaseEnd.RELEASED, "U2", at(5))
    assert release(free, at(6), by="U3") is free


def test_words_about_a_lost_pod_hold_for_its_replacement_and_are_announced_anew() -> None:
    plan = Schedule(stop=time(19), zone="UTC", by="U1", at=NOON, warned_on=NOON.date(), delivered_at=NOON)
    keep = word(HoldKind.KEEP, 900)
    held = schedule(hold(EMPTY.model_copy(update={"lease": HEARD}), keep), plan)
    moved = moved_to(held, "new456")
    assert (moved.pod_id, moved.holds) == ("new456", (keep,))
    assert moved.lease is not None
    assert (moved.lease.until, moved.lease.warned_at, moved.lease.delivered_at) == (HEARD.until, None, None)
    assert moved.schedule is not None
    assert (moved.schedule.stop, moved.schedule.warned_on, moved.schedule.delivered_at) == (time(19), None, None)
    over = moved_to(EMPTY.model_copy(update={"lease": STOPPED}), "new456")
    assert over.lease is None


def test_a_short_lease_warns_at_half_and_an_extended_one_anew() -> None:
    short = Lease(until=at(1200), by="U1", at=NOON)
    assert lease_step(short, pod(), at(599), healthy=True).act is None
    warned = lease_step(short, pod(), at(600), healthy=True)
    assert warned.act is LeaseAct.WARN
    assert stop_at(warned.lease) is None
    assert stop_at(lease_warned(warned.lease, at(700))) == at(1300)
    assert lease_warned(short, at(1)) is short
    twice = lease_warned(lease_warned(warned.lease, at(700)), at(900))
    assert twice.delivered_at == at(700)
    extended = lease(EMPTY.model_copy(update={"lease": twice}), until=at(9000), by="U1", now=at(800)).lease
    assert extended is not None
    assert lease_step(extended, pod(), at(1300), healthy=True).act is None
