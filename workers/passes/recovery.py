"""After a list pass: plans for losses of protected pods, and what is to be kept of those that run."""

from __future__ import annotations

from typing import Final

from pods.losses import Loss, LossKind
from pods.recovery.record import recovery_id
from pods.recovery.rules import DEFAULT_RULE, rule_named
from workers import recovering
from workers.context import Context
from workers.passes.look import Look
from workers.protecting import keep_specs

#: What a plan can do something about. A container that ended under a running pod is for people to look at.
BROUGHT_BACK: Final = frozenset({LossKind.EXITED, LossKind.ERROR, LossKind.GONE, LossKind.ZERO_GPU})


def plan_recoveries(context: Context, look: Look) -> None:
    """A plan for each loss that has none; several watchers make the same one."""
    if not look.healthy:
        return
    keep_specs(context, look)
    for loss in context.store.losses.all().values():
        if _wants_plan(loss) and context.store.recoveries.get(recovery_id(loss.id)) is None:
            _begin(context, loss, look)


def _wants_plan(loss: Loss) -> bool:
    """Whoever had just started it is at it."""
    return loss.end is None and loss.kind in BROUGHT_BACK and not loss.started_by and bool(loss.incident_id)


def _begin(context: Context, loss: Loss, look: Look) -> None:
    protection = context.store.protections.get(loss.pod_id)
    if protection is None or protection.rule is None:
        return
    rule = rule_named(context.store.people.policy().recovery, protection.rule) or DEFAULT_RULE
    recovering.begin(context, loss, rule, f"rule:{protection.rule}", look.now)
