"""The morning's figures: each there, labelled, and adding up."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

from pods.budgets import BudgetRule
from pods.ledger.amounts import Amounts
from pods.ledger.entries import Basis, Entry, Labels
from pods.ledger.runway import runway
from pods.ledger.savings import Deed, Saving, StopByBot
from pods.ledger.sightings import SubjectKind
from pods.money import cents
from pods.spending import budgets
from pods.summary import COLUMNS, Edition, Figures, Summary, books_from, summary, table, window_for
from tests.unit.money.books import BERLIN, MONDAY, UTC_ZONE, entry, weeks

DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY
#: Tuesday morning: the summary is of Monday.
NOW = TUESDAY + timedelta(hours=8)
THEIRS = Labels(owner="U2", team="vision", gpu="NVIDIA H100", cloud="SECURE")


def figures(**changes: object) -> Figures:
    usual: dict[str, object] = {"now": NOW, "zone": UTC_ZONE}
    return Figures(**{**usual, **changes})  # type: ignore[arg-type]


def books() -> list[Entry]:
    """Eight weeks at 100 a day, and a Monday of 160: 100 of mine, 40 of theirs, 20 of disks and volumes."""
    monday = [
        entry(MONDAY + timedelta(hours=1), "100", idle_estimate=Decimal(30), billed=Amounts(compute=Decimal(101))),
        entry(MONDAY + timedelta(hours=2), "39", id="def456", labels=THEIRS, doubt=Decimal(1)),
        entry(MONDAY, id="s1", labels=THEIRS, estimate=Amounts(stopped_disk=Decimal(15))),
        entry(
            MONDAY,
            id="vol1",
            kind=SubjectKind.VOLUME,
            labels=Labels(),
            estimate=Amounts(network_volume=Decimal(5)),
        ),
    ]
    return [*weeks(["100"] * 56), *monday, entry(TUESDAY, "7")]


def morning(entries: list[Entry] | None = None, **changes: object) -> Summary:
    return summary(Edition.DAILY, MONDAY.date(), books() if entries is None else entries, figures(**changes))


def test_the_day_its_change_and_its_waste() -> None:
    told = morning()
    assert told.total.usd == 160
    assert told.change is not None
    assert (told.change.usual, told.change.difference, told.change.percent) == (Decimal(100), Decimal(60), Decimal(60))
    assert told.change.same_weekday
    assert told.idle == Decimal("30.3")
    assert told.stopped_storage == 15
    assert told.total.basis is Basis.PARTLY_BILLED
    assert told.total.gaps == 1


def test_who_and_what_and_they_add_up_to_the_cent() -> None:
    told = morning()
    assert [(row.key, int(row.usd)) for row in told.by_owner.rows] == [("U1", 101), ("U2", 54), (None, 5)]
    assert [row.key for row in told.by_gpu.rows] == ["NVIDIA A40", "NVIDIA H100", None]
    for each in (told.by_owner, told.by_gpu, told.by_subject, told.by_day):
        assert sum(each.in_cents, Decimal(0)) == cents(told.total.usd)


def test_at_500_pods_the_top_50_and_the_others_are_the_whole() -> None:
    many = [entry(MONDAY, f"0.{number + 100}", id=f"p{number}") for number in range(500)]
    told = morning(many)
    assert len(told.by_subject.rows) == 50
    assert told.by_subject.others is not None
    assert told.by_subject.others.rows == 450
    assert sum(told.by_subject.in_cents, Decimal(0)) == cents(told.total.usd)


def test_the_month_its_forecast_and_its_budget() -> None:
    pots = budgets([BudgetRule(amount=Decimal(5000))], books(), TUESDAY.date(), UTC_ZONE)
    told = morning(budgets=pots)
    assert told.month_to_date.usd == 22 * 100 + 160 + 7
    assert told.forecast is not None
    assert told.forecast.spent == told.month_to_date.usd
    # Sixteen hours of Tuesday, and six days, of about 100 each.
    assert abs(told.forecast.usd - (2367 + 600 + Decimal(1600) / 24)) < 1
    assert [pot.percent for pot in told.budgets] == [47]


def test_a_month_that_is_over_is_not_forecast() -> None:
    first = MONDAY.replace(month=12, day=1)
    told = summary(Edition.DAILY, (first - DAY).date(), weeks(["1"] * 30, end=first), figures(now=first))
    assert told.forecast is None
    assert told.month_to_date.usd == 30


def test_what_was_estimated_of_what_is_billed_is_told() -> None:
    told = morning().reconciliation
    assert (told.estimated, told.billed, told.hours, told.not_on_bill) == (Decimal(100), Decimal(101), 1, 0)


def test_an_unusual_day_is_an_anomaly_with_its_owner() -> None:
    keys = {odd.key for odd in morning().anomalies}
    assert {None, "U2", "NVIDIA H100"} <= keys


def test_runway_savings_and_actions_are_in_it() -> None:
    seen = runway(Decimal(100), Decimal(4), NOW)
    stop = StopByBot(pod_id="abc123", at=MONDAY + timedelta(hours=20), per_hour=Decimal(3))
    act = Saving(deed=Deed.STOP_IDLE, kind=SubjectKind.POD, id="abc123", name="a", owner="U1", per_month=Decimal(540))
    told = morning(runway=seen, stops=[stop], actions=[act])
    assert told.runway == seen
    assert told.saved == 12
    assert told.would_save == 540


def test_a_personal_edition_is_of_ones_own_alone() -> None:
    act = Saving(deed=Deed.STOP_IDLE, kind=SubjectKind.POD, id="abc123", name="a", owner="U1", per_month=Decimal(540))
    theirs = StopByBot(pod_id="def456", at=MONDAY, per_hour=Decimal(1))
    told = summary(
        Edition.DAILY,
        MONDAY.date(),
        books(),
        figures(actions=[act], stops=[theirs], runway=runway(Decimal(1), Decimal(1), NOW)),
        owner="U2",
    )
    assert told.total.usd == 54
    assert [row.key for row in told.by_owner.rows] == ["U2"]
    assert told.actions == ()
    assert told.runway is None
    assert told.saved == 24
    assert told.change is not None
    assert told.change.usual == 0
    assert told.change.percent is None


def test_a_week_is_compared_day_by_day() -> None:
    last_week = MONDAY - timedelta(days=5)
    told = summary(Edition.WEEKLY, last_week.date(), weeks(["100"] * 70), figures())
    assert told.day == (MONDAY - timedelta(days=7)).date()
    assert told.total.usd == 700
    assert told.change is not None
    assert (told.change.usual, told.change.difference) == (Decimal(700), Decimal(0))
    assert len(told.by_day.rows) == 7


def test_with_empty_books_nothing_is_claimed() -> None:
    told = morning([])
    assert told.total.usd == 0
    assert (told.change, told.forecast, told.anomalies) == (None, None, ())


def test_a_day_with_a_price_not_said_is_not_compared() -> None:
    told = morning([*books(), entry(MONDAY, "0", id="dark", unknown_ms=60_000)])
    assert told.change is None
    assert told.total.unpriced == 1


def test_the_window_is_the_local_day_and_the_books_reach_back_eight_weeks() -> None:
    window = window_for(Edition.DAILY, MONDAY.date(), BERLIN)
    assert window.start == MONDAY - timedelta(hours=1)
    assert books_from(MONDAY.date(), UTC_ZONE) == MONDAY - timedelta(weeks=8)


def test_it_survives_its_record() -> None:
    told = morning(budgets=budgets([BudgetRule(amount=Decimal(5))], books(), MONDAY.date(), UTC_ZONE))
    assert Summary.model_validate_json(told.model_dump_json()) == told


def test_the_csv_holds_everything_and_no_formula() -> None:
    evil = entry(MONDAY, "1", id="evil", name='=HYPERLINK("x")')
    rows = list(csv.DictReader(io.StringIO(table([*books(), evil], UTC_ZONE))))
    assert tuple(rows[0]) == COLUMNS
    whole = sum((each.amounts.total for each in [*books(), evil]), Decimal(0))
    assert sum((Decimal(row["total_usd"]) for row in rows), Decimal(0)) == whole
    assert {row["name"] for row in rows if row["id"] == "evil"} == {'\'=HYPERLINK("x")'}
    assert {row["basis"] for row in rows} == {"estimate", "billed"}


def test_only_hours_that_were_watched_throughout_are_held_against_the_bill() -> None:
    bill = Amounts(compute=Decimal(3))
    half = entry(MONDAY, "1", billed=bill, running_ms=1_800_000)
    whole = entry(MONDAY + timedelta(hours=1), "2", billed=bill)
    unseen = entry(MONDAY + timedelta(hours=2), billed=bill, estimate=Amounts(), running_ms=0)
    told = morning([half, whole, unseen]).reconciliation
    assert (told.estimated, told.billed, told.hours, told.unwatched) == (Decimal(2), Decimal(3), 1, Decimal(3))


def test_a_day_on_which_nothing_ran_is_nothing_spent_and_one_nobody_watched_is_not_known() -> None:
    assert not morning([]).known
    watched = morning([], known=(MONDAY.date(),))
    assert watched.known
    assert watched.total.usd == 0
    assert [row.key for row in watched.recent] == ["2026-11-23"]
    assert watched.month_unknown_days == 23
