"""Looking by itself never uses up what people need, and never runs into a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.model import Quota
from pods.pace import SLOWEST, apart, may_poll
from tests.unit.pods.builders import NOON, at

EVERY = timedelta(seconds=30)


def minute(remaining: int, reset_s: int = 60) -> Quota:
    return Quota(window="minute", remaining=remaining, reset_s=reset_s, limit=100)


@pytest.mark.parametrize(
    ("quotas", "seconds"),
    [
        ([], 30),
        ([minute(90)], 30),
        ([minute(27)], 30),
        ([minute(26)], 60),
        ([minute(25)], 60),
        ([minute(0, reset_s=12)], 30),
        ([Quota(window="day", remaining=30_000, reset_s=80_000, limit=100_000)], 30),
        ([Quota(window="hour", remaining=35, reset_s=1200, limit=100)], 120),
        ([Quota(window="day", remaining=0, reset_s=80_000, limit=100)], SLOWEST.total_seconds()),
        ([Quota(window="minute", remaining=0, reset_s=60)], 30),
    ],
)
def test_passes_are_as_far_apart_as_what_is_left_allows(quotas: list[Quota], seconds: float) -> None:
    assert apart(EVERY, quotas) == timedelta(seconds=seconds)


def test_a_pass_of_several_calls_counts_as_several() -> None:
    quota = Quota(window="hour", remaining=85, reset_s=1200, limit=100)
    assert apart(EVERY, [quota], calls=3) == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("tried_s", "now_s", "quotas", "may"),
    [
        (None, 0, [minute(0)], True),
        (0, 20, [], True),
        (0, 30, [minute(0)], False),
        (0, 60, [minute(0)], True),
        # A clock that was set back must not stop the watch.
        (900, 0, [minute(0)], True),
    ],
)
def test_a_pass_is_left_out_only_where_the_quota_asks_for_it(
    tried_s: float | None, now_s: float, quotas: list[Quota], may: bool
) -> None:
    tried = None if tried_s is None else at(tried_s)
    assert may_poll(tried, NOON + timedelta(seconds=now_s), EVERY, quotas) is may
