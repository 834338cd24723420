"""RunPod's storage prices: one dated file with its source, and what a policy says otherwise."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from pods.ledger.amounts import ZERO, Amounts
from pods.ledger.usd import Usd

HIGH_PERFORMANCE: Final = "HIGH_PERFORMANCE"


class Rates(BaseModel):
    """USD per GB and month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    source: str = Field(min_length=1)
    hours_per_month: int = Field(ge=672, le=744)
    container_disk: Usd
    volume_disk_running: Usd
    volume_disk_stopped: Usd
    network_volume: Usd
    network_volume_above: Usd
    network_volume_high_performance: Usd
    network_volume_step_gb: int = Field(ge=0)

    def running(self, *, disk_gb: int, volume_gb: int, compute: Decimal) -> Amounts:
        """What a pod that holds compute costs an hour."""
        return Amounts(
            compute=compute,
            container_disk=self._hourly(disk_gb * self.container_disk),
            volume_disk=self._hourly(volume_gb * self.volume_disk_running),
        )

    def stopped(self, *, volume_gb: int) -> Amounts:
        """RunPod's `cost` says 0 of a stopped pod. Its container disk is wiped, its volume disk costs double."""
        return Amounts(stopped_disk=self._hourly(volume_gb * self.volume_disk_stopped))

    def network(self, *, size_gb: int, tier: str | None) -> Amounts:
        return Amounts(network_volume=self._hourly(self.network_per_month(size_gb=size_gb, tier=tier)))

    def network_per_month(self, *, size_gb: int, tier: str | None) -> Decimal:
        if tier == HIGH_PERFORMANCE:
            return size_gb * self.network_volume_high_performance
        first = min(size_gb, self.network_volume_step_gb) * self.network_volume
        return first + max(size_gb - self.network_volume_step_gb, 0) * self.network_volume_above

    def _hourly(self, per_month: Decimal) -> Decimal:
        return per_month / self.hours_per_month if per_month else ZERO


class RateOverrides(BaseModel):
    """A policy's own storage prices; what it leaves out stays as published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Where these figures come from, for whoever asks.
    source: str = "policy"
    container_disk: Usd | None = None
    volume_disk_running: Usd | None = None
    volume_disk_stopped: Usd | None = None
    network_volume: Usd | None = None
    network_volume_above: Usd | None = None
    network_volume_high_performance: Usd | None = None


@cache
def published() -> Rates:
    """The data file that comes with Podkeeper."""
    return parse((resources.files("pods.ledger") / "rates.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Rates:
    return Rates.model_validate(tomllib.loads(text))


def rates(overrides: RateOverrides | None = None) -> Rates:
    if overrides is None:
        return published()
    changes = overrides.model_dump(exclude_none=True, exclude={"source"})
    if not changes:
        return published()
    source = f"{published().source}; {', '.join(sorted(changes))}: {overrides.source}"
    return published().model_copy(update={**changes, "source": source})
