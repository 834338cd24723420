"""Budgets: figures that are none are refused, each mark is told once, and what is not known opens nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pods.budgets import (
    ApprovalRule,
    Budget,
    BudgetRule,
    Period,
    Scope,
    Then,
    Told,
    Verdict,
    noticed,
    ruling,
)
from pods.ledger.entries import Labels
from pods.ledger.usd import Usd
from pods.spending import budgets
from tests.unit.money.books import MONDAY, UTC_ZONE, entry

MINE = Labels(owner="U0ALICE", team="nlp", preset="train")
NO_PRICE = ApprovalRule()
usd: TypeAdapter[Decimal] = TypeAdapter(Usd)


def rule(amount: object = 100, /, **changes: object) -> BudgetRule:
    return BudgetRule.model_validate({"amount": amount, **changes})


def pot(spent: str | None, /, **changes: object) -> Budget:
    made = rule(**changes)
    window = made.window(MONDAY.date(), UTC_ZONE)
    empty = Budget(rule=made, window=window, holder=made.name)
    # As no record could hold it: what cannot be validated must not open anything either.
    return empty.model_copy(update={"spent": None if spent is None else Decimal(spent)})


@pytest.mark.parametrize(
    "bad",
    ["", "  ", "nan", "inf", "-inf", "-1", "1_000", "ten", "1e30", None, True, [], float("nan"), float("inf"), -0.01],
)
def test_a_figure_that_is_none_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError, match="amount"):
        rule(bad)
    with pytest.raises(ValidationError):
        usd.validate_python(bad)
    with pytest.raises(ValidationError):
        ApprovalRule.model_validate({"above_per_hour": bad} if bad is not None else {"above_per_hour": "none"})


@pytest.mark.parametrize(("text", "read"), [("250", 250), (" $12.50 ", 12.5), (12.5, 12.5), (0, 0), ("1e3", 1000)])
def test_a_plain_sum_is_read(text: object, read: float) -> None:
    assert usd.validate_python(text) == Decimal(str(read))


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "owner"},
        {"scope": "account", "name": "nlp"},
        {"scope": "team", "name": " "},
        {"then": "explode"},
        {"then": 3},
        {"tell_at": [0]},
        {"tell_at": [-50]},
        {"limit": 5},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(**wrong)


@pytest.mark.parametrize("word", ["require_approval", "require approval", "Require_Approval", Then.REQUIRE_APPROVAL])
def test_what_then_happens_is_named(word: object) -> None:
    assert rule(then=word).then is Then.REQUIRE_APPROVAL


def test_each_pot_holds_what_is_its_own_in_its_period() -> None:
    books = [
        entry(MONDAY, "10"),
        entry(MONDAY - timedelta(days=1), "5"),
        entry(MONDAY, "7", labels=Labels(owner="U2", team="vision")),
        entry(MONDAY - timedelta(days=40), "1000"),
    ]
    rules = [
        rule(),
        rule(period="day"),
        rule(scope="owner", name="*"),
        rule(scope="team", name="nlp"),
        rule(scope="team", name="empty"),
        rule(scope="preset", name="train", period="day"),
    ]
    found = budgets(rules, books, MONDAY.date(), UTC_ZONE)
    assert [(each.key, int(each.spent or 0)) for each in found] == [
        ("account//month", 22),
        ("account//day", 17),
        ("owner/U1/month", 15),
        ("owner/U2/month", 7),
        ("team/nlp/month", 15),
        ("team/empty/month", 0),
        ("preset/train/day", 10),
    ]


def test_an_hour_without_a_price_makes_its_pot_unknown_until_it_is_billed() -> None:
    unpriced = entry(MONDAY, "0", unknown_ms=1)
    (open_pot,) = budgets([rule()], [unpriced], MONDAY.date(), UTC_ZONE)
    assert open_pot.spent is None
    assert open_pot.exhausted
    settled = unpriced.model_copy(update={"billed": unpriced.estimate})
    (known,) = budgets([rule()], [settled], MONDAY.date(), UTC_ZONE)
    assert known.spent == 0
    assert known.left == 100


def test_books_that_cannot_be_read_exhaust_every_pot() -> None:
    rules = [rule(then="refuse"), rule(scope="owner", name="*", then="refuse")]
    found = budgets(rules, None, MONDAY.date(), UTC_ZONE)
    assert all(each.exhausted for each in found)
    assert ruling(found[1:], NO_PRICE, MINE, Decimal(1)).verdict is Verdict.REFUSE


def test_each_mark_is_told_once() -> None:
    told: Told | None = None
    heard = []
    for spent in ("0", "49.99", "50", "60", "79", "80", "81", "80", "100", "170", "99", "120"):
        told, notice = noticed(told, pot(spent))
        heard.append(notice.percent if notice else None)
    assert [percent for percent in heard if percent] == [50, 80, 100]
    assert heard[2] == 50


def test_several_marks_at_once_are_told_as_the_highest() -> None:
    told, notice = noticed(None, pot("95"))
    assert notice is not None
    assert notice.percent == 80
    assert told.percents == (50, 80)
    assert noticed(told, pot("95")) == (told, None)


def test_a_new_period_begins_anew() -> None:
    told, _ = noticed(None, pot("60", period="day"))
    tomorrow = rule(period="day").window(MONDAY.date() + timedelta(days=1), UTC_ZONE)
    _, notice = noticed(told, pot("60", period="day").model_copy(update={"window": tomorrow}))
    assert notice is not None


def test_a_raised_amount_is_told_anew_where_it_is_not_reached() -> None:
    told, _ = noticed(None, pot("85"))
    raised = pot("85").model_copy(update={"rule": rule(150)})
    told, notice = noticed(told, raised)
    assert notice is None
    told, notice = noticed(told, raised.model_copy(update={"spent": Decimal(125)}))
    assert notice is not None
    assert notice.percent == 80


def test_an_unknown_sum_is_told_once_too() -> None:
    told, notice = noticed(None, pot(None))
    assert notice is not None
    assert notice.percent is None
    assert noticed(told, pot(None))[1] is None


@given(st.lists(st.decimals(0, 300, places=2), max_size=30))
def test_no_mark_is_told_twice_however_the_sum_moves(path: list[Decimal]) -> None:
    told: Told | None = None
    heard = []
    for spent in path:
        told, notice = noticed(told, pot(str(spent)))
        heard += [notice.percent] if notice else []
    assert len(heard) == len(set(heard))
    assert heard == sorted(heard, key=lambda percent: percent or 0)
    if path and max(path) >= 100:
        assert heard[-1] == 100


@pytest.mark.parametrize(
    ("then", "spent", "verdict"),
    [
        ("tell", "99.99", Verdict.ALLOW),
        ("tell", "100", Verdict.TELL),
        ("require_approval", "100", Verdict.REQUIRE_APPROVAL),
        ("refuse", "100", Verdict.REFUSE),
        ("refuse", "99", Verdict.ALLOW),
        ("refuse", None, Verdict.REFUSE),
        ("refuse", "NaN", Verdict.REFUSE),
        ("require_approval", "-5", Verdict.REQUIRE_APPROVAL),
        ("refuse", "Infinity", Verdict.REFUSE),
    ],
)
def test_a_spent_budget_asks_what_its_rule_says(then: str, spent: str | None, verdict: Verdict) -> None:
    assert ruling([pot(spent, then=then)], NO_PRICE, MINE, Decimal(1)).verdict is verdict


def test_a_budget_of_nothing_is_spent() -> None:
    nothing = pot("0").model_copy(update={"rule": rule(0, then="refuse")})
    assert ruling([nothing], NO_PRICE, MINE, Decimal(1)).verdict is Verdict.REFUSE


def test_the_strictest_word_counts_and_only_of_budgets_that_would_pay() -> None:
    pots = [
        pot("100", then="tell"),
        pot("100", scope="team", name="vision", then="refuse"),
        pot("100", scope="owner", name="U0ALICE", then="require_approval"),
    ]
    told = ruling(pots, NO_PRICE, MINE, Decimal(1))
    assert told.verdict is Verdict.REQUIRE_APPROVAL
    assert [reason.verdict for reason in told.reasons] == [Verdict.REQUIRE_APPROVAL, Verdict.TELL]
    assert ruling(pots[1:], NO_PRICE, Labels(), Decimal(1)).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("per_hour", "verdict"),
    [
        ("5", Verdict.ALLOW),
        ("5.01", Verdict.REQUIRE_APPROVAL),
        (None, Verdict.REQUIRE_APPROVAL),
        ("NaN", Verdict.REQUIRE_APPROVAL),
    ],
)
def test_a_price_above_the_rule_or_not_known_needs_a_second_person(per_hour: str | None, verdict: Verdict) -> None:
    price = None if per_hour is None else Decimal(per_hour)
    assert ruling([], ApprovalRule(above_per_hour=Decimal(5)), MINE, price).verdict is verdict


def test_the_defaults_tell_only() -> None:
    made = rule()
    assert (made.scope, made.period, made.tell_at, made.then) == (Scope.ACCOUNT, Period.MONTH, (50, 80, 100), Then.TELL)
    assert Told.model_validate_json(noticed(None, pot("60"))[0].model_dump_json()).percents == (50,)
