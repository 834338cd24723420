"""The bill replaces estimates and keeps the differences; sums add up whichever way they are taken."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.ledger.amounts import Amounts
from pods.ledger.bill import Bill, BillRecord, reconciled
from pods.ledger.entries import Basis, Entry, Labels
from pods.ledger.sightings import SubjectKind
from pods.ledger.story import story
from pods.ledger.totals import Dimension, day_window, month_window, top, total, totals, week_window
from pods.money import cents, dollars, in_cents
from tests.unit.money.books import BERLIN, MONDAY, UTC_ZONE, entry

HOUR = timedelta(hours=1)


def bill(*records: BillRecord, asked: timedelta = timedelta(hours=5), hours: int = 3) -> Bill:
    return Bill(kind=SubjectKind.POD, start=MONDAY, end=MONDAY + hours * HOUR, asked_at=MONDAY + asked, records=records)


def record(compute: str, storage: str = "0", hour: int = 0, subject: str = "abc123") -> BillRecord:
    start = MONDAY + hour * HOUR
    return BillRecord(id=subject, start=start, end=start + HOUR, compute=Decimal(compute), storage=Decimal(storage))


def test_billed_replaces_estimate_and_the_difference_stays() -> None:
    done = reconciled([entry(MONDAY, "2")], bill(record("2.10")), {})
    (settled,) = done.entries
    assert settled.amounts.total == Decimal("2.10")
    assert settled.basis is Basis.BILLED
    assert settled.difference == done.difference == Decimal("0.10")
    assert settled.estimate.total == 2


def test_disks_are_billed_as_one_and_shared_as_estimated() -> None:
    parts = Amounts(compute=Decimal(2), container_disk=Decimal(1), volume_disk=Decimal(2))
    (settled,) = reconciled([entry(MONDAY, estimate=parts)], bill(record("2", "0.01")), {}).entries
    assert settled.billed is not None
    assert settled.billed.storage == Decimal("0.01")
    assert settled.billed.volume_disk - 2 * settled.billed.container_disk < Decimal("0.00000001")


def test_idle_dollars_follow_the_bill() -> None:
    half_idle = entry(MONDAY, "2", idle_estimate=Decimal(1))
    (settled,) = reconciled([half_idle], bill(record("3")), {}).entries
    assert settled.idle == Decimal("1.5")


@pytest.mark.parametrize("asked", [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=1, minutes=59)])
def test_an_hour_that_may_still_change_is_not_replaced(asked: timedelta) -> None:
    done = reconciled([entry(MONDAY, "2")], bill(record("1"), asked=asked), {})
    assert done.changed == ()
    assert done.entries[0].basis is Basis.ESTIMATE


def test_a_bill_that_lacks_what_certainly_cost_is_late_and_not_zero() -> None:
    (kept,) = reconciled([entry(MONDAY, "2")], bill(), {}).entries
    assert kept.basis is Basis.ESTIMATE
    assert kept.not_on_bill
    (settled,) = reconciled([kept], bill(record("2")), {}).entries
    assert not settled.not_on_bill


def test_a_bill_that_lacks_what_may_have_been_gone_says_it_was() -> None:
    (settled,) = reconciled([entry(MONDAY, "1", doubt=Decimal(1))], bill(), {}).entries
    assert settled.amounts.total == 0
    assert settled.basis is Basis.BILLED


def test_a_bill_that_lacks_what_had_no_price_is_late_too() -> None:
    (kept,) = reconciled([entry(MONDAY, "0", unknown_ms=1)], bill(), {}).entries
    assert kept.not_on_bill


def test_what_only_the_bill_knows_comes_into_the_books_with_its_owner() -> None:
    theirs = Labels(owner="U9")
    done = reconciled([], bill(record("4", subject="unseen")), {"unseen": theirs})
    (found,) = done.entries
    assert found.amounts.compute == found.difference == 4
    assert found.labels == theirs


def test_a_bill_by_days_is_refused() -> None:
    day = BillRecord(id="a", start=MONDAY, end=MONDAY + timedelta(days=1))
    with pytest.raises(ValueError, match="hour"):
        reconciled([], bill(day), {})


def test_several_records_of_an_hour_count_together_and_volumes_are_left_alone() -> None:
    volume = entry(MONDAY, "1", kind=SubjectKind.VOLUME, id="v")
    done = reconciled([entry(MONDAY, "2"), volume], bill(record("1"), record("2")), {})
    assert [each.amounts.total for each in done.entries] == [3, 1]
    assert done.entries[1].billed is None


amounts = st.decimals(0, 100, places=9)
booked = st.builds(
    lambda hour, parts, labels, subject, billed: entry(
        MONDAY + hour * HOUR,
        id=subject,
        estimate=Amounts(compute=parts[0], container_disk=parts[1], stopped_disk=parts[2]),
        labels=Labels(owner=labels[0], team=labels[1], gpu=labels[2], preset=labels[3], cloud=labels[4]),
        billed=Amounts(compute=billed) if billed is not None else None,
    ),
    st.integers(0, 100),
    st.tuples(amounts, amounts, amounts),
    st.tuples(*[st.sampled_from([None, "a", "b", "c"])] * 5),
    st.sampled_from(["p", "q", "r"]),
    st.none() | amounts,
)


@given(st.lists(booked, max_size=40), st.integers(0, 4))
def test_every_direction_adds_up_to_the_same_total(books: list[Entry], most: int) -> None:
    whole = total(books)
    for by in Dimension:
        rows = totals(books, by, BERLIN)
        shown, others = top(rows, most)
        every = [*shown, others] if others else list(shown)
        assert sum((row.usd for row in every), Decimal(0)) == whole.usd
        assert sum((row.billed for row in every), Decimal(0)) == whole.billed
        assert sum((row.difference for row in every), Decimal(0)) == whole.difference
        assert sum(row.hours for row in every) == whole.hours
        assert sum(row.rows for row in every) == len(rows)
        assert sum(in_cents([row.usd for row in every]), Decimal(0)) == cents(whole.usd)


@given(st.lists(booked, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_books_does_not_matter(books: list[Entry], chance: random.Random) -> None:
    shuffled = chance.sample(books, len(books))
    assert total(shuffled).usd == total(books).usd
    for by in (Dimension.OWNER, Dimension.DAY):
        assert [row.usd for row in totals(shuffled, by, BERLIN)] == [row.usd for row in totals(books, by, BERLIN)]


@given(st.lists(st.decimals(-1000, 1000, places=9), max_size=30))
def test_rounded_parts_are_within_a_cent_and_add_up(parts: list[Decimal]) -> None:
    shown = in_cents(parts)
    assert sum(shown, Decimal(0)) == cents(sum(parts, Decimal(0)))
    assert all(abs(cent - part) < Decimal("0.01") for cent, part in zip(shown, parts, strict=True))


def test_a_sum_says_what_it_is_made_of() -> None:
    estimate, billed = entry(MONDAY), entry(MONDAY, billed=Amounts(compute=Decimal(3)))
    assert total([estimate]).basis is Basis.ESTIMATE
    assert total([billed]).basis is Basis.BILLED
    assert total([estimate, billed]).basis is Basis.PARTLY_BILLED
    assert total([]).basis is Basis.ESTIMATE


def test_a_sum_counts_its_gaps_until_they_are_billed() -> None:
    gap = entry(MONDAY, doubt=Decimal(1))
    unpriced = entry(MONDAY + HOUR, unknown_ms=60_000)
    whole = total([gap, unpriced, entry(MONDAY)])
    assert (whole.gaps, whole.unpriced, whole.complete) == (2, 1, False)
    assert whole.doubt == 1
    assert total([gap.model_copy(update={"billed": Amounts()})]).complete


def test_days_are_local_days_of_23_24_or_25_hours() -> None:
    late = entry(MONDAY + 23 * HOUR)
    assert [row.key for row in totals([late], Dimension.DAY, BERLIN)] == ["2026-11-24"]
    assert [row.key for row in totals([late], Dimension.DAY, UTC_ZONE)] == ["2026-11-23"]
    assert day_window(MONDAY.date().replace(month=10, day=25), BERLIN).hours == 25
    assert day_window(MONDAY.date().replace(month=3, day=29), BERLIN).hours == 23
    assert week_window(MONDAY.date(), BERLIN).hours == 168
    assert month_window(MONDAY.date(), BERLIN).hours == 720


def test_a_pods_life_fits_on_one_line() -> None:
    running = entry(MONDAY, "2", idle_estimate=Decimal("0.5"), idle_ms=900_000)
    parts = Amounts(stopped_disk=Decimal("0.2"))
    stopped = entry(MONDAY + HOUR, estimate=parts, running_ms=0, stopped_ms=3_600_000)
    told = story([running, stopped])
    assert told is not None
    assert (told.running, told.idle, told.stopped) == (Decimal(2), Decimal("0.5"), Decimal("0.2"))
    assert (told.running_ms, told.stopped_ms, told.since) == (3_600_000, 3_600_000, MONDAY)
    assert story([]) is None


def test_a_negative_sum_wears_its_sign_in_front() -> None:
    assert dollars(Decimal("-1234.5")) == "-$1,234.50"
    assert dollars(Decimal("-0.001")) == "$0.00"
