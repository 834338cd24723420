"""An operation on its way, in words. Only what was read is said to be so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.views import creation
from bot.views.cases import Case, Told
from bot.views.figures import burn, per_hour, span
from bot.views.text import counted, prose
from pods.model import Verb
from pods.operations import KEEP_TRYING_EVERY, OperationState


def under_way(case: Case) -> Told:
    if case.verb is Verb.CREATE:
        return _CREATING.get(case.operation.state, _waiting)(case)
    if case.operation.state is OperationState.RUNNING and case.operation.rounds:
        return _keeps_trying(case)
    return _BY_STATE[case.operation.state](case)


def _waiting(case: Case) -> Told:
    return Told(
        word="waiting",
        headline=f"The {case.forms.noun} of {case.ref} waits for an answer. Nothing was done yet.",
        short=f"{case.forms.noun} waits for an answer",
    )


def _queued(case: Case) -> Told:
    return Told(
        word="queued",
        headline=f"The {case.forms.noun} of {case.ref} is next in line. Nothing was done yet.",
        short=f"{case.forms.noun} is next in line",
    )


def _reading(case: Case) -> Told:
    """Read once at least, not called; or not even read, for trouble."""
    if case.pod is None:
        return Told(
            word="reading",
            headline=f"About to {case.forms.plain} {case.ref}: asking RunPod how it stands. Nothing was done yet.",
            more=(_trouble(case),),
            short="asking RunPod how it stands",
        )
    return Told(
        word="reading",
        headline=f"About to {case.forms.plain} {case.ref}: RunPod says {case.state}{_rate(case)}. "
        "Nothing was done yet.",
        more=(_trouble(case),),
        short=f"RunPod says {case.state}{_rate(case)}",
    )


def _keeps_trying(case: Case) -> Told:
    """A start on a full host, for somebody who waits."""
    operation = case.operation
    tried = f"tried {counted(operation.rounds, 'time')}"
    next_ = f"; next try at {case.at(operation.next_at)}" if operation.next_at else ""
    until = f", until {case.at(operation.keep_until)}" if operation.keep_until else ""
    return Told(
        word="waiting for a GPU",
        headline=f"{case.ref} waits for a free GPU: its host has none now. Its data is kept there.",
        more=(f"I try every {span(KEEP_TRYING_EVERY)} and tell you here{until}: {tried}{next_}.",),
        short=f"its host has no GPU free, {tried}",
    )


def _calling(case: Case) -> Told:
    return Told(
        word=case.forms.ing,
        headline=f"{case.forms.ing.capitalize()} {case.ref}: the order goes to RunPod now.",
        more=(_trouble(case),),
        short="the order goes to RunPod now",
    )


def _confirming(case: Case) -> Told:
    """RunPod was told; whether it took it, and what it says since."""
    if case.operation.absent_since is not None:
        says = "RunPod no longer answers for it; I make sure that it is gone"
    elif case.operation.answered and case.operation.looks <= 1:
        says = "RunPod took the order; I have not read the pod since"
    elif case.operation.answered:
        says = f"RunPod took the order and says {case.state}{_rate(case)}"
    else:
        says = f"RunPod has not said that it took the order; it last said {case.state}{_rate(case)}"
    return Told(
        word=case.forms.ing,
        headline=f"{case.forms.ing.capitalize()} {case.ref}: {says}.",
        more=(
            _trouble(case),
            f"I look every few seconds and say so if it is not {_reached(case)} by {case.at(case.operation.deadline)}.",
        ),
        short=says,
    )


def _reached(case: Case) -> str:
    reached = {Verb.START: "running", Verb.RESTART: "back", Verb.TERMINATE: "gone"}
    return reached.get(case.verb, case.forms.past)


def _rate(case: Case) -> str:
    rate = burn(case.pod)
    return f" at {per_hour(rate)}" if rate else ""


def _trouble(case: Case) -> str:
    return f"Trouble so far: {prose(case.operation.trouble)}" if case.operation.trouble else ""


_BY_STATE: Final[dict[OperationState, Callable[[Case], Told]]] = {
    OperationState.WAITING: _waiting,
    OperationState.ACCEPTED: _queued,
    OperationState.RUNNING: _reading,
    OperationState.CALLING: _calling,
    OperationState.CONFIRMING: _confirming,
}
_CREATING: Final[dict[OperationState, Callable[[Case], Told]]] = {
    OperationState.ACCEPTED: creation.waits,
    OperationState.RUNNING: creation.waits,
    OperationState.CALLING: creation.calling,
    OperationState.CONFIRMING: creation.unclear,
}
