"""What the clock begins, and how its periods are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pods.jobs import Job
from pods.periods import PERIODS, every
from pods.policy import Policy, Poll

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_period_lasts_as_long_as_it_is_said_to() -> None:
    hourly = every(Job.ROLES, timedelta(hours=1))
    numbers = [hourly.number(Policy(), NOON + timedelta(minutes=minute)) for minute in (0, 59, 60)]
    assert numbers[0] == numbers[1] == numbers[2] - 1


def test_another_length_is_another_count() -> None:
    poll = next(each for each in PERIODS if each.job is Job.POLL)
    slow = Policy(poll=Poll(every_s=600))
    assert poll.schedule(Policy()) != poll.schedule(slow)
    assert poll.every(slow) == timedelta(minutes=10)


def test_no_two_rows_count_as_one() -> None:
    schedules = [each.schedule(Policy()) for each in PERIODS]
    assert len(set(schedules)) == len(schedules)
