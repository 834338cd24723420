"""The days people mean."""

from __future__ import annotations

import pytest

from bot.weekdays import days_of, read, write
from tests.unit.bot.every_kind import misunderstood, understood


@pytest.mark.parametrize(
    ("text", "days", "written"),
    [
        ("weekdays", (0, 1, 2, 3, 4), "weekdays"),
        ("Workdays", (0, 1, 2, 3, 4), "weekdays"),
        ("mon-fri", (0, 1, 2, 3, 4), "weekdays"),
        ("daily", (0, 1, 2, 3, 4, 5, 6), "daily"),
        ("weekend", (5, 6), "weekends"),
        ("Friday", (4,), "fri"),
        ("fridays", (4,), "fri"),
        ("thurs", (3,), "thu"),
        ("tue-thu", (1, 2, 3), "tue-thu"),
        ("fri-mon", (0, 4, 5, 6), "mon+fri+sat+sun"),
        ("mon+wed", (0, 2), "mon+wed"),
    ],
)
def test_days_are_read_and_written_in_the_form_to_learn(text: str, days: tuple[int, ...], written: str) -> None:
    found = read(text)
    assert found == written
    assert days_of([found]) == days
    assert read(write(days)) == write(days)


@pytest.mark.parametrize("text", ["", "mo", "mon-", "-fri", "mon-fry", "yesterday", "mondayish", "mon+", "4h"])
def test_other_words_are_no_days(text: str) -> None:
    assert read(text) is None


def test_several_words_are_all_their_days() -> None:
    said = understood("plan abc123 mon, wed fri start 9am").each("days", str)
    assert days_of(said) == (0, 2, 4)


def test_a_duration_next_to_pods_is_one_word_unless_it_is_named() -> None:
    assert understood("plan abc123 4h def456").canonical == "plan abc123 def456 4h"
    assert understood("plan abc123 for 4 hours").canonical == "plan abc123 4h"
    assert understood("plan abc123 4 hours").pods == ("abc123", "4", "hours")
    assert understood('plan "4h" 2h').pods == ("4h",)


@pytest.mark.parametrize("text", ["plan abc123 start 25:00", "plan abc123 start tomorrow 9:00", "plan abc123 start 9"])
def test_a_time_of_day_is_no_date(text: str) -> None:
    assert "a time of day: `19:00`" in misunderstood(text).sentence
