"""USD by what it went on; as a rate, per hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

ZERO: Final = Decimal(0)
#: What is recorded of an hour is exact to this: sums over records are then exact, in whatever order.
GRAIN: Final = Decimal("0.000000001")
MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    compute: Decimal = ZERO
    container_disk: Decimal = ZERO
    #: The volume disk of a pod that holds compute.
    volume_disk: Decimal = ZERO
    #: The volume disk of a stopped pod, at its double rate.
    stopped_disk: Decimal = ZERO
    network_volume: Decimal = ZERO

    @property
    def parts(self) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
        return (self.compute, self.container_disk, self.volume_disk, self.stopped_disk, self.network_volume)

    @property
    def storage(self) -> Decimal:
        return self.container_disk + self.volume_disk + self.stopped_disk + self.network_volume

    @property
    def total(self) -> Decimal:
        return self.compute + self.storage

    def __add__(self, other: Amounts) -> Amounts:
        # Written out: a month of a large account adds up millions of these.
        return Amounts(
            compute=self.compute + other.compute,
            container_disk=self.container_disk + other.container_disk,
            volume_disk=self.volume_disk + other.volume_disk,
            stopped_disk=self.stopped_disk + other.stopped_disk,
            network_volume=self.network_volume + other.network_volume,
        )

    def times(self, factor: Decimal) -> Amounts:
        return _amounts(part * factor for part in self.parts)

    def over(self, ms: int) -> Amounts:
        """This rate per hour, kept up for so long."""
        return _amounts(part * ms / MS_PER_HOUR if part else ZERO for part in self.parts)

    def recorded(self) -> Amounts:
        return _amounts(recorded(part) for part in self.parts)


NOTHING: Final = Amounts()


def recorded(amount: Decimal) -> Decimal:
    return amount.quantize(GRAIN, rounding=ROUND_HALF_EVEN)


def added(amounts: Iterable[Amounts]) -> Amounts:
    return sum(amounts, NOTHING)


def _amounts(parts: Iterable[Decimal]) -> Amounts:
    compute, container_disk, volume_disk, stopped_disk, network_volume = parts
    return Amounts(
        compute=compute,
        container_disk=container_disk,
        volume_disk=volume_disk,
        stopped_disk=stopped_disk,
        network_volume=network_volume,
    )
