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
from pods.budgets import Reason, Ruling, Verdict
from pods.forecast import Quote
from pods.ledger.usd import is_sum
from pods.model import Value
from pods.roles import Role
from pods.times import Instant

#: An approval is good for so long; what has not begun by then is asked for again.
GOOD_FOR: Final = timedelta(hours=24)


class Priced(Value):
    """One pod's compute in USD per hour, as quoted; None: not known."""

    pod_id: str
    per_hour: Decimal | None


class Appeal(Value):
    """What the second person is asked: these pods at these prices, for these reasons."""

    at: Instant
    priced: tuple[Priced, ...]
    quote: Quote
    reasons: tuple[Reason, ...] = ()

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
