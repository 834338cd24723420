"""An approval lets through exactly what was agreed to, by somebody who may, in time; and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods.access import Holders
from pods.approvals import GOOD_FOR, Agreed, Appeal, Hindrance, Priced, any_dearer, approvers, dearer, hindrance
from pods.budgets import Ruling, Verdict
from pods.forecast import quoted
from pods.roles import Role
from tests.unit.money.books import MONDAY, UTC_ZONE

NOW = MONDAY
ALLOW, ASK, NO = (Ruling(verdict=each) for each in (Verdict.TELL, Verdict.REQUIRE_APPROVAL, Verdict.REFUSE))


def priced(usd: str | None) -> Priced:
    return Priced(pod_id="p", per_hour=None if usd is None else Decimal(usd))


def appeal(usd: str | None = "3") -> Appeal:
    return Appeal(at=NOW, priced=(priced(usd),), quote=quoted(priced(usd).per_hour, NOW, UTC_ZONE))


def agreed(**changes: Any) -> Agreed:
    return Agreed(**{"appeal": appeal(), "by": "U0ADMIN", "at": NOW, "may": True, **changes})


@pytest.mark.parametrize(
    ("ruling", "given_", "price", "after", "stands_between"),
    [
        (ALLOW, None, "99", timedelta(0), None),
        (ASK, None, "3", timedelta(0), Hindrance.NOT_APPROVED),
        (ASK, agreed(), "3", timedelta(0), None),
        (ASK, agreed(), "2.50", GOOD_FOR, None),
        (ASK, agreed(), "3", GOOD_FOR + timedelta(seconds=1), Hindrance.STALE),
        (ASK, agreed(), "3.01", timedelta(0), Hindrance.PRICE),
        # What was agreed to at a price is not agreed to at one that nobody knows any more.
        (ASK, agreed(), None, timedelta(0), Hindrance.PRICE),
        (ASK, agreed(appeal=appeal(None)), None, timedelta(0), None),
        (ASK, agreed(may=False), "3", timedelta(0), Hindrance.APPROVER),
        (ASK, agreed(by=None), "3", timedelta(0), Hindrance.NOT_APPROVED),
        (ASK, agreed(by="U0BOB"), "3", timedelta(0), Hindrance.NOT_APPROVED),
        # Agreed to while only asked for; a budget that refuses meanwhile refuses.
        (NO, agreed(), "3", timedelta(0), Hindrance.REFUSED),
        (NO, None, "3", timedelta(0), Hindrance.REFUSED),
        # No rule asks for it any more, but it was asked and agreed to at a price.
        (ALLOW, agreed(), "3.01", timedelta(0), Hindrance.PRICE),
    ],
)
def test_what_stands_between_an_order_and_money(
    ruling: Ruling, given_: Agreed | None, price: str | None, after: timedelta, stands_between: Hindrance | None
) -> None:
    assert hindrance(ruling, given_, priced(price), "U0BOB", NOW + after) is stands_between


def test_a_pod_that_was_not_asked_about_is_not_agreed_to() -> None:
    other = Priced(pod_id="other", per_hour=Decimal(1))
    assert hindrance(ASK, agreed(), other, "U0BOB", NOW) is Hindrance.PRICE
    assert any_dearer(appeal(), [priced("3"), other])
    assert not any_dearer(appeal(), [priced("3")])


def test_nobody_is_asked_to_approve_their_own() -> None:
    holders = Holders(admins=("U0ALICE", "U0BOB"), operators=("U0BOB", "U0DAVE"))
    assert approvers(holders, Role.ADMIN, "U0BOB") == ("U0ALICE",)
    assert approvers(holders, Role.OPERATOR, "U0CARA") == ("U0ALICE", "U0BOB", "U0DAVE")
    assert approvers(Holders(admins=("U0BOB",)), Role.ADMIN, "U0BOB") == ()


prices = st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True, places=2))


@given(
    verdict=st.sampled_from(Verdict),
    by=st.sampled_from([None, "U0BOB", "U0ADMIN"]),
    at=st.one_of(st.none(), st.datetimes(min_value=datetime(2026, 11, 1), max_value=datetime(2026, 11, 30))),  # noqa: DTZ001
    may=st.booleans(),
    quote=prices,
    price=prices,
)
def test_only_what_somebody_else_agreed_to_at_that_price_or_more_goes_through(
    *, verdict: Verdict, by: str | None, at: datetime | None, may: bool, quote: Decimal | None, price: Decimal | None
) -> None:
    when = at.replace(tzinfo=NOW.tzinfo) if at else None
    asked = Appeal.model_construct(
        at=NOW, priced=(Priced.model_construct(pod_id="p", per_hour=quote),), quote=appeal().quote
    )
    given_ = Agreed(appeal=asked, by=by, at=when, may=may)
    now_priced = Priced.model_construct(pod_id="p", per_hour=price)
    if hindrance(Ruling(verdict=verdict), given_, now_priced, "U0BOB", NOW) is None:
        assert verdict is not Verdict.REFUSE
        assert by == "U0ADMIN"
        assert may
        assert when is not None
        assert NOW - when <= GOOD_FOR
        assert not dearer(quote, price)
        assert quote is None or (price is not None and price.is_finite() and price <= quote)
