"""The question to a second person, and what an approval looks like in other messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views import buttons, prices
from bot.views.figures import at, per_hour
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import counted, people, person, pod_ref
from pods.approvals import Appeal
from pods.budgets import Verdict
from pods.gates import Gate, GateKind, GateState
from pods.messages import Content
from pods.operations import Operation
from pods.requests import Request

#: More people than this in one mention would wake half the company.
MENTIONED = 10
_ROOM = 900


def approval(request: Request, operations: Sequence[Operation], gate: Gate, *, now: datetime, tz: ZoneInfo) -> Content:
    """The public question. Until one of them answers nothing is done."""
    appeal = request.appeal
    who = people(gate.who, MENTIONED, joint="or")
    price = prices.price(appeal) if appeal else "at a price that is not known"
    head = f"{who}: may {person(request.by)} {request.verb.value} {_names(operations)} {price}?"
    lines = _lines(operations, appeal) if len(operations) > 1 else []
    only = "they" if len(gate.who) > 1 else people(gate.who)
    first = "the first answer counts, and without one" if len(gate.who) > 1 else "without an answer"
    until = f"Only {only} can answer, until {at(gate.expires_at, now, tz)}; {first} nothing is done."
    foot = f"{until} If it costs more by then, it is not started."
    paragraphs = [_why(appeal), _cost(appeal)]
    return page(
        [head, "\n".join(fitting(lines, BLOCKS_MAX - 2 * _ROOM)), *paragraphs, small(foot)],
        key=f"{request.id}.{request.version}",
        buttons=buttons.gate(request, GateKind.APPROVAL, yes="Approve", no="Decline", danger=False),
        text="\n".join((head, *fitting(lines, TEXT_MAX - 2 * _ROOM), *filter(None, paragraphs), foot)),
    )


def _lines(operations: Sequence[Operation], appeal: Appeal | None) -> list[str]:
    return [f"• {pod_ref(each.name, each.pod_id)}: {_price_of(each, appeal)}" for each in operations]


def _price_of(operation: Operation, appeal: Appeal | None) -> str:
    priced = appeal.price_of(operation.pod_id) if appeal else None
    if priced is None:
        return "runs already, as last listed"
    return "price not known" if priced.per_hour is None else per_hour(priced.per_hour)


def _cost(appeal: Appeal | None) -> str:
    if appeal is None:
        return ""
    words = prices.quote_words(appeal.quote, several=len(appeal.priced) > 1)
    told = {reason.budget.key for reason in appeal.reasons if reason.budget is not None}
    others = [pot for pot in appeal.pots if pot.key not in told]
    return " ".join(each for each in (words, prices.against(others)) if each)


def _why(appeal: Appeal | None) -> str:
    words = prices.reasons_words(appeal.reasons, Verdict.REQUIRE_APPROVAL) if appeal else ""
    return f"Why I ask: {words}" if words else ""


def then_approval(request: Request) -> str:
    """In the dialog of an earlier gate: what comes after it."""
    gate = next((each for each in request.gates if each.kind is GateKind.APPROVAL), None)
    return f"Then {people(gate.who, joint='or')} must approve the price." if gate else ""


def approved_by(request: Request) -> str:
    """After "asked by", where somebody approved the price."""
    gate = next((each for each in request.gates if each.kind is GateKind.APPROVAL), None)
    if gate is None or gate.state is not GateState.PASSED or gate.decided_by is None:
        return ""
    price = prices.price(request.appeal).removeprefix("at ") if request.appeal else ""
    return f"approved by {person(gate.decided_by)}" + (f" for {price}" if price else "")


def nudge(request: Request, gate: Gate, *, now: datetime, tz: ZoneInfo) -> Content:
    """Into the thread of a message that was only edited into the question: an edit notifies nobody."""
    who = people(gate.who, MENTIONED, joint="or")
    words = f"{who}: the {request.verb.value} above waits for one of you to approve its price, until"
    return page([f"{words} {at(gate.expires_at, now, tz)}."], key=f"{request.id}.approval")


def _names(operations: Sequence[Operation]) -> str:
    if len(operations) == 1:
        return pod_ref(operations[0].name, operations[0].pod_id)
    return counted(len(operations), "pod")
