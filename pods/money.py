"""What pods cost per hour and their disks per month, in USD as Decimal. Rates: RunPod's price page of 2026-08."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from pods.model import Pod

CENT: Final = Decimal("0.01")
#: USD per GB and month.
VOLUME_DISK_RUNNING: Final = Decimal("0.10")
VOLUME_DISK_STOPPED: Final = Decimal("0.20")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    return f"${cents(amount):,}"


def stopped_storage_per_month(pod: Pod) -> Decimal | None:
    """What the volume disk of a stopped pod costs (RunPod's `cost` says 0 then). None: not known."""
    if not pod.mounts_known:
        return None
    if pod.persistent is None:
        return Decimal(0)
    return pod.persistent.size_gb * VOLUME_DISK_STOPPED
