from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sim.clock import SimClock

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_time_passes_as_fast_as_the_speed_says() -> None:
    watch = Stopwatch()
    clock = SimClock(START, speed=60, monotonic=watch)
    watch.seconds += 2
    assert clock.now() == START + timedelta(minutes=2)


def test_a_change_of_speed_keeps_the_time_that_has_passed() -> None:
    watch = Stopwatch()
    clock = SimClock(START, monotonic=watch)
    watch.seconds += 10
    clock.set_speed(60)
    watch.seconds += 1
    assert clock.now() == START + timedelta(seconds=70)


def test_a_paused_clock_stands_still_but_can_be_advanced() -> None:
    watch = Stopwatch()
    clock = SimClock(START, monotonic=watch)
    clock.pause()
    watch.seconds += 1000
    clock.advance(30)
    assert clock.now() == START + timedelta(seconds=30)
    clock.resume()
    watch.seconds += 1
    assert clock.now() == START + timedelta(seconds=31)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SimClock(datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize("backwards", [lambda clock: clock.advance(-1), lambda clock: clock.set_speed(-1)])
def test_time_never_runs_backwards(backwards: object) -> None:
    assert callable(backwards)
    with pytest.raises(ValueError, match="backwards"):
        backwards(SimClock(START))
