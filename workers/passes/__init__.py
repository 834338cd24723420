"""What looks at every list pass: one function per area, each at an edge of its own.

Several watchers may run at once and die anywhere, so a pass finds what it already did and does it once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workers.context import Context
from workers.losses.detect import losses
from workers.passes.aftermath import look_after
from workers.passes.budgets import budgets
from workers.passes.doubles import doubles
from workers.passes.early_signs import early_signs
from workers.passes.holds import hold_times
from workers.passes.ladder import climb_fleet
from workers.passes.ledger import ledger
from workers.passes.leftovers import tell_of_leftovers
from workers.passes.look import Look
from workers.passes.outages import outages
from workers.passes.recovery import plan_recoveries
from workers.passes.samples import keep_samples
from workers.passes.strays import ask_whose
from workers.passes.sweep import sweeps
from workers.passes.verdicts import judge_fleet

Pass = Callable[[Context, Look], None]

#: In this order after every poll, whether RunPod answered or not.
PASSES: Final[tuple[Pass, ...]] = (
    outages,
    doubles,
    keep_samples,
    judge_fleet,
    ledger,
    budgets,
    sweeps,
    losses,
    plan_recoveries,
    early_signs,
    hold_times,
    climb_fleet,
    look_after,
    ask_whose,
    tell_of_leftovers,
)
