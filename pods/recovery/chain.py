"""What a plan inherits of those before it: runs that brought nothing, and what they cost. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from pods.model import Value
from pods.recovery.attempts import HOUR_S
from pods.recovery.rules import RecoveryRule
from pods.times import Instant

#: So many runs in a row that brought nothing, and nothing more is tried.
BREAKER_RUNS: Final = 2


class Run(Value):
    """The work as it ran after a plan brought it back, until it was lost again."""

    up_at: Instant
    lost_at: Instant
    price: Decimal
    saved: bool

    @property
    def lasted(self) -> timedelta:
        return self.lost_at - self.up_at

    @property
    def cost(self) -> Decimal:
        return self.price * max(0, int(self.lasted.total_seconds())) / HOUR_S


class Chain(Value):
    """What the plans before this one spent without useful work since: budget, hourly tries and the breaker see it."""

    runs: tuple[Run, ...] = ()
    spent: Decimal = Decimal(0)
    tried_at: tuple[Instant, ...] = ()


def breaker_open(chain: Chain, rule: RecoveryRule) -> bool:
    """The last runs each ended before they had saved anything: another would only cost."""
    runs = chain.runs[-BREAKER_RUNS:]
    return len(runs) >= BREAKER_RUNS and all(not run.saved and run.lasted < rule.useful for run in runs)
