"""Who may agree to a price, to what exactly they agree, and whether that still holds when it is acted upon. Pure.

The same questions are asked three times: when a start or create is asked for, when a second person decides, and right
before RunPod is called. Only the last one lets money be spent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.access import Holders
from pods.budgets import Budget, Period, Reason, Ruling, Scope, Verdict
from pods.forecast import Quote
from pods.ledger.amounts import ZERO
from pods.ledger.usd import is_sum
from pods.model import Value
from pods.money import dollars
from pods.roles import Role
from pods.times import Instant

#: An approval is good for so long; what has not begun by then is asked for again.
GOOD_FOR: Final = timedelta(hours=24)


class Priced(Value):
    """One pod's compute in USD per hour, as quoted; None: not known."""

    pod_id: str
    per_hour: Decimal | None


class Appeal(Value):
    """What somebody wants to spend and a second person is asked: these pods at these prices, for these reasons."""

    at: Instant
    priced: tuple[Priced, ...]
    quote: Quote
    reasons: tuple[Reason, ...] = ()
    #: The budgets that would pay, as they stood then.
    pots: tuple[Budget, ...] = ()

    def price_of(self, pod_id: str) -> Priced | None:
        return next((each for each in self.priced if each.pod_id == pod_id), None)


class Hindrance(StrEnum):
    """Why money is not spent after all."""

    #: A spent budget refuses it.
    REFUSED = "refused"
    #: It needs a second person, and none agreed.
    NOT_APPROVED = "not approved"
    #: The one who agreed may no longer do so.
    APPROVER = "approver"
    #: It was agreed to too long ago.
    STALE = "stale"
    #: It would cost more than was agreed to, or nobody can say any more.
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An approval as it stands: to what, by whom, when, and whether that person may still give it."""

    appeal: Appeal
    by: str | None
    at: datetime | None
    may: bool


def approvers(holders: Holders, role: Role, asker: str) -> tuple[str, ...]:
    """Everybody who holds the role by name, but for who asks."""
    return tuple(user for user in dict.fromkeys(holders.of(role)) if user != asker)


def dearer(quoted: Decimal | None, now: Decimal | None) -> bool:
    """Whether the price is no longer what was quoted or less. What was quoted as not known was agreed to as such."""
    if quoted is None:
        return False
    return now is None or not is_sum(now) or now > quoted


def any_dearer(appeal: Appeal, now: Iterable[Priced]) -> bool:
    """Whether one of these would cost more than its quote, or has none."""
    quotes = {each.pod_id: each.per_hour for each in appeal.priced}
    return any(each.pod_id not in quotes or dearer(quotes[each.pod_id], each.per_hour) for each in now)


def hindrance(ruling: Ruling, agreed: Agreed | None, priced: Priced, asker: str, now: datetime) -> Hindrance | None:
    """What stands between an order and RunPod at this moment; None: nothing, let it cost what it does."""
    if ruling.verdict is Verdict.REFUSE:
        return Hindrance.REFUSED
    if agreed is None:
        return Hindrance.NOT_APPROVED if ruling.verdict is Verdict.REQUIRE_APPROVAL else None
    if agreed.by is None or agreed.at is None or agreed.by == asker:
        return Hindrance.NOT_APPROVED
    if not agreed.may:
        return Hindrance.APPROVER
    if now - agreed.at > GOOD_FOR:
        return Hindrance.STALE
    return Hindrance.PRICE if any_dearer(agreed.appeal, [priced]) else None


def sentence(hindrance: Hindrance, ruling: Ruling, agreed: Agreed | None, priced: Priced) -> str:
    """Why nothing was spent, after "was not started: ". Plain words: it stands in the record."""
    match hindrance:
        case Hindrance.REFUSED:
            return "; ".join(reason_words(each) for each in ruling.reasons if each.verdict is Verdict.REFUSE)
        case Hindrance.NOT_APPROVED:
            asked = [reason_words(each) for each in ruling.reasons if each.verdict is Verdict.REQUIRE_APPROVAL]
            return f"by now a second person must approve it: {'; '.join(asked)}"
        case Hindrance.APPROVER:
            return "who approved it may no longer approve"
        case Hindrance.STALE:
            return f"it was approved more than {GOOD_FOR // timedelta(hours=1)} h ago"
        case Hindrance.PRICE:
            return _price_words(agreed, priced)


def _price_words(agreed: Agreed | None, priced: Priced) -> str:
    was = agreed.appeal.price_of(priced.pod_id) if agreed else None
    then = "nobody was asked about it"
    if was is not None and was.per_hour is not None:
        then = f"{dollars(was.per_hour)}/h was asked about"
    if priced.per_hour is None:
        return f"what it would cost is not known any more, and {then}"
    return f"it would now cost {dollars(priced.per_hour)}/h, and {then}"


def reason_words(reason: Reason) -> str:
    """One rule's say."""
    pot = reason.budget
    if pot is None:
        limit = dollars(reason.limit or ZERO)
        if reason.per_hour is None:
            return f"what it costs an hour is not known, and above {limit}/h a second person decides"
        return f"{dollars(reason.per_hour)}/h is above the {limit}/h that one person may decide on"
    if pot.spent is None:
        return f"what {pot_words(pot)} has spent is not known, and then it counts as spent"
    return f"{pot_words(pot)} is spent: {dollars(pot.spent)} of {dollars(pot.rule.amount)}"


def pot_words(pot: Budget) -> str:
    """The account's budget for this month."""
    when = {Period.DAY: "for today", Period.MONTH: "for this month"}[pot.rule.period]
    whose = {
        Scope.ACCOUNT: "the account's budget",
        Scope.TEAM: f"team {pot.holder}'s budget",
        Scope.OWNER: "the personal budget behind it",
        Scope.PRESET: f"preset {pot.holder}'s budget",
    }[pot.rule.scope]
    return f"{whose} {when}"
