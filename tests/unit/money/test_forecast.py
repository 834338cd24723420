"""What is usual, what is not, and where the month is heading."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.forecast import anomalies, anomaly, day_sums, month_end, quoted, usual
from pods.ledger.entries import Labels
from pods.ledger.totals import Dimension, Window
from tests.unit.money.books import BERLIN, MONDAY, UTC_ZONE, entry, weeks

#: Ten weeks of work days at 100 and week-ends at 10.
HABIT = {
    MONDAY.date() - timedelta(days=back): Decimal(10 if (MONDAY - timedelta(days=back)).weekday() > 4 else 100)
    for back in range(1, 71)
}


def test_usual_is_the_median_of_the_same_weekday_of_eight_weeks() -> None:
    monday = usual(HABIT, MONDAY.date())
    sunday = usual(HABIT, MONDAY.date() - timedelta(days=1))
    assert monday is not None
    assert sunday is not None
    assert (monday.usd, sunday.usd) == (Decimal(100), Decimal(10))
    assert monday.days == 8
    assert monday.same_weekday


def test_one_wild_day_moves_the_usual_not_at_all() -> None:
    wild = HABIT | {MONDAY.date() - timedelta(days=7): Decimal(9000)}
    assert usual(wild, MONDAY.date()) == usual(HABIT, MONDAY.date())


def test_with_few_weeks_any_day_counts_and_with_few_days_nothing_is_usual() -> None:
    days = {MONDAY.date() - timedelta(days=back): Decimal(back) for back in range(1, 6)}
    some = usual(days, MONDAY.date())
    assert some is not None
    assert (some.usd, some.same_weekday) == (Decimal(3), False)
    assert usual(dict(list(days.items())[:4]), MONDAY.date()) is None


@pytest.mark.parametrize(("usd", "odd"), [("100", False), ("117", False), ("118", True), ("83", False), ("82", True)])
def test_an_anomaly_is_three_and_a_half_spreads_off_either_way(usd: str, odd: bool) -> None:
    """Days that never varied are taken to vary by 5 %."""
    assert (anomaly(Decimal(usd), usual(HABIT, MONDAY.date())) is not None) is odd


def test_nothing_is_odd_while_nothing_is_usual() -> None:
    assert anomaly(Decimal(1000), None) is None


def test_anomalies_name_whose_they_are() -> None:
    calm = weeks(["50"] * 60)
    wild = weeks(["10"] * 59 + ["500"], labels=Labels(owner="U2", gpu="NVIDIA H100"))
    found = anomalies([*calm, *wild], MONDAY.date() - timedelta(days=1), UTC_ZONE)
    assert {(odd.dimension, odd.key) for odd in found} == {
        (None, None),
        (Dimension.OWNER, "U2"),
        (Dimension.GPU, "NVIDIA H100"),
    }
    assert all(odd.score > 3 for odd in found)


def test_somebody_new_is_out_of_the_usual_because_days_without_them_cost_nothing() -> None:
    calm = weeks(["50"] * 60)
    yesterday = MONDAY - timedelta(days=1)
    found = anomalies([*calm, entry(yesterday, "30", labels=Labels(owner="new"))], yesterday.date(), UTC_ZONE)
    assert (Dimension.OWNER, "new") in {(odd.dimension, odd.key) for odd in found}


def test_a_day_without_a_price_is_no_day_to_compare_with() -> None:
    books = [entry(MONDAY, "5"), entry(MONDAY + timedelta(days=1), "0", unknown_ms=1)]
    window = Window(start=MONDAY, end=MONDAY + timedelta(days=3))
    assert day_sums(books, window, UTC_ZONE) == {MONDAY.date(): Decimal(5)}


def test_the_month_ends_at_what_such_days_usually_cost() -> None:
    """Monday 23 November, midnight: six work days and two of a week-end are left."""
    foreseen = month_end(HABIT, Decimal(1000), MONDAY, UTC_ZONE)
    assert foreseen is not None
    assert foreseen.usd == 1000 + 6 * 100 + 2 * 10
    assert foreseen.low < foreseen.usd < foreseen.high


def test_of_today_only_the_rest_is_to_come() -> None:
    noon = month_end(HABIT, Decimal(1000), MONDAY + timedelta(hours=12), UTC_ZONE)
    assert noon is not None
    assert noon.usd == 1000 + 5 * 100 + 50 + 2 * 10


def test_without_history_the_burn_is_carried_on_with_a_wide_band() -> None:
    foreseen = month_end({}, Decimal(100), MONDAY, UTC_ZONE, burn=Decimal(1))
    assert foreseen is not None
    assert foreseen.usd == 100 + 8 * 24
    assert foreseen.days == 0
    assert foreseen.high - foreseen.usd > 30
    assert month_end({}, Decimal(100), MONDAY, UTC_ZONE) is None


@given(st.lists(st.decimals(0, 1000, places=2), min_size=5, max_size=70), st.integers(0, 7 * 24))
def test_the_band_holds_the_forecast_and_never_less_than_was_spent(figures: list[Decimal], hours: int) -> None:
    days = {MONDAY.date() - timedelta(days=back + 1): usd for back, usd in enumerate(figures)}
    foreseen = month_end(days, Decimal(77), MONDAY + timedelta(hours=hours), BERLIN)
    if foreseen is not None:
        assert 77 <= foreseen.low <= foreseen.usd <= foreseen.high


def test_a_price_is_quoted_to_tonight_and_to_friday_in_local_time() -> None:
    told = quoted(Decimal(2), MONDAY + timedelta(hours=12), BERLIN, stopped_per_month=Decimal(10))
    assert (told.tonight, told.friday) == (Decimal(22), Decimal(22 + 4 * 48))
    friday = quoted(Decimal(2), MONDAY + timedelta(days=4, hours=12), BERLIN)
    assert friday.tonight == friday.friday == 22
    assert date(2026, 11, 27).weekday() == 4
    unknown = quoted(None, MONDAY, BERLIN)
    assert (unknown.tonight, unknown.friday) == (None, None)
