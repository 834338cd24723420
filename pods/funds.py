"""The balance as a person set it, where RunPod's API does not say it: what was there, less what was counted since.

Pure. Everything here is an estimate: it knows nothing of top-ups and of what other users of the account spend.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from pods.model import BILLED, Pod, Record
from pods.money import stopped_storage_per_month
from pods.times import Instant

_HOURS_PER_MONTH: Final = Decimal(730)
_HOUR_S: Final = Decimal(3600)


class Funds(Record):
    """USD."""

    amount: Decimal
    at: Instant
    by: str
    #: Counted since, and up to when.
    spent: Decimal = Decimal(0)
    counted_at: Instant

    @property
    def left(self) -> Decimal:
        return self.amount - self.spent


def set_by(by: str, amount: Decimal, now: datetime) -> Funds:
    return Funds(amount=amount, at=now, by=by, counted_at=now)


def burn_of(pods: Iterable[Pod]) -> Decimal:
    """USD per hour of everything listed, as far as RunPod says what it costs; network volumes are not in it."""
    return sum((_rate(pod) for pod in pods), Decimal(0))


def _rate(pod: Pod) -> Decimal:
    if pod.status in BILLED:
        return pod.cost_per_hour if pod.cost_known else Decimal(0)
    return (stopped_storage_per_month(pod) or Decimal(0)) / _HOURS_PER_MONTH


def counted(funds: Funds, burn: Decimal, now: datetime) -> Funds:
    """With what was burnt since it was last counted, at the burn of now."""
    if now <= funds.counted_at:
        return funds
    lasted = Decimal(int((now - funds.counted_at).total_seconds())) / _HOUR_S
    return funds.model_copy(update={"spent": funds.spent + burn * lasted, "counted_at": now})
