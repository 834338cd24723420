"""The sums that budgets are held against: fresh or not known, and every holder a rule for each could mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from pods.budgets import ApprovalRule, BudgetRule, Then, Verdict, ruling
from pods.ledger.entries import Labels
from pods.spending import FRESH, Spending, pots, reckoned
from tests.unit.money.books import BERLIN, MONDAY, UTC_ZONE, entry

HOUR = timedelta(hours=1)
NOW = MONDAY + 12 * HOUR
MINE = Labels(owner="U0ALICE", team="nlp", preset="train")


def rule(amount: object, /, **changes: object) -> BudgetRule:
    return BudgetRule.model_validate({"amount": amount, **changes})


def known(now: datetime = NOW) -> Spending:
    return reckoned([entry(MONDAY, "10"), entry(MONDAY - 24 * HOUR, "5")], now, UTC_ZONE)


def spent(of: BudgetRule, spending: Spending | None, now: datetime) -> list[Decimal | None]:
    return [pot.spent for pot in pots([of], spending, now, UTC_ZONE)]


def test_day_and_month_are_each_their_own_sum() -> None:
    assert spent(rule(1, period="day"), known(), NOW) == [Decimal(10)]
    assert spent(rule(1), known(), NOW) == [Decimal(15)]


@pytest.mark.parametrize(
    ("spending", "now", "day", "month"),
    [
        (None, NOW, None, None),
        (known(), NOW + FRESH, Decimal(10), Decimal(15)),
        (known(), NOW + FRESH + timedelta(seconds=1), None, None),
        # Reckoned just before midnight: the day that began since is not known, the month still is.
        (known(MONDAY + 24 * HOUR - HOUR / 60), MONDAY + 24 * HOUR, None, Decimal(15)),
        (known().model_copy(update={"zone": BERLIN.key}), NOW, None, None),
    ],
    ids=["never reckoned", "just fresh", "stale", "a new day", "another zone"],
)
def test_sums_of_another_time_are_not_known(
    spending: Spending | None, now: datetime, day: Decimal | None, month: Decimal | None
) -> None:
    assert spent(rule(1, period="day"), spending, now) == [day]
    assert spent(rule(1), spending, now) == [month]


def test_a_new_policy_holds_at_once() -> None:
    """The sums are of everybody, whatever the rules were when they were reckoned."""
    assert spent(rule(1, scope="team", name="nlp"), known(), NOW) == [Decimal(15)]
    assert spent(rule(1, scope="team", name="vision"), known(), NOW) == [Decimal(0)]


def test_a_budget_of_nothing_holds_who_spent_nothing_too() -> None:
    refusing = rule(0, scope="owner", name="*", then="refuse")
    newcomer = MINE.model_copy(update={"owner": "U0DAVE"})
    of_all = pots([refusing], known(), NOW, UTC_ZONE)
    assert [pot.holder for pot in of_all] == ["U1"]
    found = pots([refusing], known(), NOW, UTC_ZONE, of=newcomer)
    assert ruling(found, ApprovalRule(), newcomer, Decimal(1)).verdict is Verdict.REFUSE


@pytest.mark.parametrize("then", list(Then))
def test_what_is_not_known_is_spent(then: Then) -> None:
    of = rule(10**6, scope="owner", name="*", then=then)
    found = pots([of], None, NOW, UTC_ZONE, of=MINE)
    assert ruling(found, ApprovalRule(), MINE, Decimal(1)).verdict is Verdict(then.value)
