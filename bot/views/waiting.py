"""What is offered where no GPU is free: to wait, to stop waiting, to look elsewhere."""

from __future__ import annotations

from typing import Final

from slackblocks import Button

from bot.views import buttons
from bot.views.cases import Case
from pods.arrivals import Phase
from pods.model import Verb
from pods.operations import Code, Operation

KEEP: Final = "free.keep"
GIVE_UP: Final = "free.stop"
OPTIONS: Final = "free.options"


def offers(case: Case) -> list[Button]:
    """While it waits between two tries."""
    if case.operation.keep_until is None or not case.operation.rounds:
        return []
    return [_button("Stop trying", GIVE_UP, case.operation)]


def uncreated(case: Case) -> list[Button]:
    """After a create that made nothing, or of which nobody can say."""
    if case.unconfirmed:
        return [buttons.look(case.operation), buttons.console()]
    if case.code is Code.NO_CAPACITY:
        return [_button("Show options", OPTIONS, case.operation), _button("Keep trying", KEEP, case.operation)]
    return []


def instead(case: Case) -> list[Button]:
    """After a start that found no GPU on its host."""
    if case.verb is not Verb.START or case.code not in {Code.HOST_FULL, Code.ZERO_GPU, Code.GIVEN_UP}:
        return []
    keep = [] if case.code is Code.ZERO_GPU else [_button("Keep trying", KEEP, case.operation)]
    return [*keep, _button("Show options", OPTIONS, case.operation)]


def old_one(case: Case) -> list[Button]:
    """Once a copy of a pod is ready, the pod it took the place of only costs."""
    operation, arrival = case.operation, case.operation.arrival
    of = operation.order.copy_of if operation.order else None
    if of is None or arrival is None or arrival.phase is not Phase.READY:
        return []
    label = f"Terminate {of}, the old one…"
    return [buttons.verb(Verb.TERMINATE, of, buttons.nonce(operation), label=label, nth=1)]


def _button(label: str, action: str, operation: Operation) -> Button:
    return Button(label, action_id=action, value=f"{operation.id}:{operation.version}")
