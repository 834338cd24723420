"""What pods cost per hour and their disks per month, in USD as Decimal; and how sums are rounded, at the edge only."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from pods.ledger.rates import Rates, published
from pods.model import Pod

CENT: Final = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    sign = "-" if cents(amount) < 0 else ""
    return f"{sign}${abs(cents(amount)):,}"


def in_cents(parts: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Each rounded to a cent so that together they are their sum rounded to a cent: what was cut most is made up."""
    floors = [part.quantize(CENT, rounding=ROUND_FLOOR) for part in parts]
    short = int((cents(sum(parts, Decimal(0))) - sum(floors, Decimal(0))) / CENT)
    by_loss = sorted(range(len(floors)), key=lambda place: floors[place] - parts[place])
    for place in by_loss[:short]:
        floors[place] += CENT
    return tuple(floors)


def stopped_storage_per_month(pod: Pod, rates: Rates | None = None) -> Decimal | None:
    """What the volume disk of a stopped pod costs (RunPod's `cost` says 0 then). None: not known."""
    if not pod.mounts_known:
        return None
    if pod.persistent is None:
        return Decimal(0)
    return pod.persistent.size_gb * (rates or published()).volume_disk_stopped
