"""Which guard speaks for which rule. Whatever acts imports this, so that no order of automation goes unguarded."""

from __future__ import annotations

from pods.recovery.orders import Deed
from workers import doubled, recovery_orders, stop_waits
from workers.guards import CREATION_GUARDS, GUARDS

GUARDS.update(
    {
        recovery_orders.RULES[Deed.START]: recovery_orders.may_try,
        recovery_orders.RULES[Deed.STOP]: recovery_orders.may_undo,
        recovery_orders.RULES[Deed.CLEAR]: recovery_orders.may_clear,
        stop_waits.RULE: stop_waits.may_stop,
        doubled.RULE: doubled.may_end,
    }
)
CREATION_GUARDS[recovery_orders.RULES[Deed.CREATE]] = recovery_orders.may_create
