"""What is told before a loss: once per spell, and never for want of data."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pods.early_signs import Port, Sign, SignKind, Signs, maintenance, memory, of_container, port
from pods.model import Maintenance
from tests.unit.losses.scenes import RULES
from tests.unit.pods.builders import at

MINUTE = 60


def told_memory(*readings: tuple[float, int | None]) -> list[float]:
    """At which minutes it was told."""
    signs, told = Signs(pod_id="p"), []
    for minute, percent in readings:
        signs, sign = memory(signs, percent, at(minute * MINUTE), RULES)
        if sign is not None:
            told.append(minute)
    return told


def every_minute(percent: int, first: int, last: int) -> list[tuple[float, int | None]]:
    return [(minute, percent) for minute in range(first, last + 1)]


@pytest.mark.parametrize(
    ("readings", "told"),
    [
        (every_minute(96, 0, 9), []),
        (every_minute(96, 0, 30), [10]),
        (every_minute(94, 0, 30), []),
        ([*every_minute(96, 0, 9), (10, 80), *every_minute(96, 11, 20)], []),
        # Just below the limit is no relief once it was told.
        ([*every_minute(96, 0, 12), *every_minute(93, 13, 14), *every_minute(96, 15, 40)], [10]),
        ([*every_minute(96, 0, 12), (13, 60), *every_minute(96, 14, 40)], [10, 24]),
        # A hole begins the spell anew; a missing figure is no hole until it lasts.
        ([*every_minute(96, 0, 8), *every_minute(96, 13, 22)], []),
        ([*every_minute(96, 0, 8), (9, None), *every_minute(96, 10, 12)], [10]),
        ([(minute, None) for minute in range(30)], []),
    ],
)
def test_memory_that_stays_full_is_told_once_per_spell(
    readings: list[tuple[float, int | None]], told: list[float]
) -> None:
    assert told_memory(*readings) == told


def test_an_older_reading_changes_nothing() -> None:
    signs, _ = memory(Signs(pod_id="p"), 96, at(60), RULES)
    assert memory(signs, 10, at(30), RULES) == (signs, None)


def told_port(*answers: bool) -> list[int]:
    """At which of the looks, two minutes apart, it was told."""
    signs, told = Signs(pod_id="p"), []
    for look, answered in enumerate(answers):
        signs, sign = port(signs, 8888, answers=answered, at=at(look * 2 * MINUTE), rules=RULES)
        if sign is not None:
            told.append(look)
    return told


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([False] * 10, []),
        ([True] * 10, []),
        ([True, False, False], []),
        ([True, *[False] * 10], [4]),
        ([True, False, True, *[False] * 10], [6]),
        ([True, *[False] * 6, True, *[False] * 6], [4, 11]),
    ],
)
def test_a_port_is_missed_only_if_it_had_answered_and_once_per_spell(answers: list[bool], told: list[int]) -> None:
    assert told_port(*answers) == told


def test_another_container_owes_nothing_to_what_the_old_one_served() -> None:
    signs = of_container(Signs(pod_id="p", ports={8888: Port()}, container=at(0)), at(600))
    assert signs.ports == {}
    assert of_container(signs, at(600)) is signs
    assert of_container(signs, None) is signs


def test_a_window_that_is_to_come_is_told_once_and_a_new_one_again() -> None:
    signs, told = Signs(pod_id="p"), []
    for starts, now in pairwise([3600, 0, 3600, 60, 7200, 120, 3600, 4000]):
        if starts > now or starts == 3600:
            window = Maintenance(pod_id="p", starts_at=at(starts))
            signs, sign = maintenance(signs, window, at(now))
            told.append(sign.since if sign else None)
    assert [each for each in told if each] == [at(3600), at(7200)]


def test_a_sign_has_the_same_name_whoever_finds_it() -> None:
    one = Sign(kind=SignKind.PORT, since=at(0), port=8888)
    assert one.name == Sign(kind=SignKind.PORT, since=at(0), port=8888).name
    assert one.name != Sign(kind=SignKind.PORT, since=at(0), port=6006).name
