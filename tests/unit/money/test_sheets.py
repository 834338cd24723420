"""Hours written together say what they said apart."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pods.ledger.amounts import Amounts
from pods.ledger.entries import HOUR, Entry, Labels
from pods.ledger.sheets import condensed, hours, joined, pieces, read, written
from pods.ledger.totals import Dimension, total, totals
from tests.unit.money.books import BERLIN, MONDAY, UTC_ZONE, entry

KOLKATA = ZoneInfo("Asia/Kolkata")


@st.composite
def days(draw: st.DrawFn) -> list[Entry]:
    """Some hours of one day of a pod; many alike."""
    kinds: list[dict[str, object]] = [
        {},
        {"estimate": Amounts(compute=Decimal("2.690000001"), stopped_disk=Decimal("0.000000007"))},
        {"billed": Amounts(compute=Decimal("1.01"))},
        {"doubt": Decimal("0.3"), "open_ms": 200_000},
        {"open_ms": 130_000},
        {"unknown_ms": 5},
        {"labels": Labels(owner="U2")},
        {"idle_estimate": Decimal("0.5"), "idle_ms": 1_800_000},
        {"not_on_bill": True},
    ]
    chosen = draw(st.lists(st.tuples(st.integers(0, 23), st.sampled_from(kinds)), min_size=1, max_size=24))
    return [entry(MONDAY + timedelta(hours=hour), **kind) for hour, kind in sorted(dict(chosen).items())]


few = settings(max_examples=80, deadline=None)


@few
@given(days())
def test_hours_joined_and_taken_apart_are_the_same_hours(day: list[Entry]) -> None:
    lines = joined(day)
    assert [each for line in lines for each in hours(line)] == day
    assert joined(lines) == lines
    assert total(lines) == total(day)


@few
@given(days())
def test_a_sheet_reads_as_it_was_written(day: list[Entry]) -> None:
    lines = joined(day)
    assert read(lines[0].kind, lines[0].id, written(lines)) == lines


@few
@given(days(), st.sampled_from([UTC_ZONE, BERLIN, KOLKATA]), st.integers(-3, 30), st.integers(0, 30))
def test_a_line_divides_at_midnight_and_at_the_windows_edges(
    day: list[Entry], zone: ZoneInfo, first: int, length: int
) -> None:
    start = MONDAY + timedelta(hours=first)
    end = start + timedelta(hours=length)
    found = [piece for line in joined(day) for piece in pieces(line, start, end, zone)]
    wanted = [each for each in day if start <= each.hour < end]
    assert [each for piece in found for each in hours(piece)] == wanted
    assert totals(found, Dimension.DAY, zone) == totals(wanted, Dimension.DAY, zone)


@few
@given(days())
def test_a_day_without_its_hours_keeps_every_sum_and_mark(day: list[Entry]) -> None:
    whole, before = total(condensed(joined(day))), total(day)
    assert whole.model_copy(update={"idle": before.idle}) == before
    assert condensed(condensed(joined(day))) == condensed(joined(day))


def test_a_pods_equal_hours_are_one_line_and_a_price_change_is_two() -> None:
    day = [entry(MONDAY + hour * HOUR, "2" if hour < 9 else "3") for hour in range(24)]
    assert [(line.hours, line.estimate.compute) for line in joined(day)] == [(9, Decimal(18)), (15, Decimal(45))]
    assert len(written(joined(day))) < 400


@pytest.mark.parametrize("day", [datetime(2026, 10, 25, tzinfo=BERLIN), datetime(2026, 3, 29, tzinfo=BERLIN)])
def test_days_of_23_and_25_hours_hold_theirs(day: datetime) -> None:
    start = day.astimezone(UTC_ZONE) - 3 * HOUR
    lines = joined(entry(start + hour * HOUR) for hour in range(72))
    local = [
        row
        for row in totals(
            [p for line in lines for p in pieces(line, start, start + 72 * HOUR, BERLIN)], Dimension.DAY, BERLIN
        )
        if row.key == day.date().isoformat()
    ]
    assert [row.hours for row in local] == [25 if day.month == 10 else 23]
