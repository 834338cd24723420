"""The questions before an operation, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views import approvals, buttons, prices, selections
from bot.views.figures import at, burn, per_hour, per_month, span
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.questions import question, takes
from bot.views.text import code, counted, people, person, pod_ref
from bot.views.verbs import FORMS, STATES
from pods.fleet import PodFacts
from pods.gates import Gate, GateKind, GateRefusal, GateState
from pods.messages import Content
from pods.model import BILLED, Pod, PodStatus, Verb
from pods.money import stopped_storage_per_month
from pods.operations import Code, Operation
from pods.policy import Role
from pods.requests import Request

_ROOM: Final = 700


def dialog(
    request: Request,
    operations: Sequence[Operation],
    pods: Sequence[Pod],
    gate: Gate,
    *,
    facts: Mapping[str, PodFacts],
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """The requester's own dialog as it stands now."""
    match gate.state:
        case GateState.OPEN:
            return confirm(request, operations, pods, gate, facts=facts, now=now, tz=tz)
        case GateState.PASSED:
            return confirmed(request, operations)
        case GateState.DECLINED:
            return declined(request, operations)
        case GateState.EXPIRED:
            return expired(request, operations)


def confirm(
    request: Request,
    operations: Sequence[Operation],
    pods: Sequence[Pod],
    gate: Gate,
    *,
    facts: Mapping[str, PodFacts],
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """Asked of the requester alone: which pods, what is lost for good, until when."""
    known = {pod.id: pod for pod in pods}
    head, entries = question(request, operations, known, facts, now)
    until = f"Only you can answer, until {at(gate.expires_at, now, tz)}; without an answer nothing is done."
    consent = next((each for each in request.gates if each.kind is GateKind.CONSENT), None)
    then = f"After that {people(consent.who, joint='or')} is asked, as the owner." if consent else ""
    foot = " ".join(each for each in (then, approvals.then_approval(request), until) if each)
    without, cost = selections.without(request.selection), prices.spend_lines(request.appeal)
    return page(
        [head, "\n".join(fitting(entries, BLOCKS_MAX - 2 * _ROOM)), without, cost, small(foot)],
        key=_key(request),
        buttons=buttons.gate(
            request,
            GateKind.CONFIRM,
            yes=_yes(request.verb, len(operations)),
            no="Cancel",
            danger=request.verb not in {Verb.START, Verb.CREATE},
        ),
        text="\n".join(
            (head, *fitting(entries, TEXT_MAX - 2 * _ROOM), *(each for each in (without, cost) if each), foot)
        ),
    )


def _yes(verb: Verb, number: int) -> str:
    word = verb.value.capitalize()
    return word if number == 1 else f"{word} all {number}"


def confirmed(request: Request, operations: Sequence[Operation]) -> Content:
    """The dialog once answered: it keeps no button."""
    consent = next((each for each in request.gates if each.kind is GateKind.CONSENT), None)
    if consent is not None and consent.state is GateState.OPEN:
        then = f"Now {people(consent.who, joint='or')} is asked, as the owner, in the channel."
    elif (gate := request.open_gate) is not None and gate.kind is GateKind.APPROVAL:
        then = f"Now {people(gate.who, joint='or')} must approve its price, in the channel."
    else:
        then = f"The result appears in the {'thread' if request.place.thread_ts else 'channel'}."
    return page([f"Confirmed: {_order(request, operations)}. {then}"], key=_key(request))


def declined(request: Request, operations: Sequence[Operation]) -> Content:
    order = _order(request, operations)
    if any(each.outcome and each.outcome.code is Code.NOT_ALLOWED for each in operations):
        return page([f"You may no longer do this here: {order}. Nothing was done."], key=_key(request))
    return page([f"Cancelled: {order}. Nothing was done."], key=_key(request))


def expired(request: Request, operations: Sequence[Operation]) -> Content:
    gate = next((each for each in request.gates if each.kind is GateKind.CONFIRM), None)
    within = f" within {span(gate.expires_at - request.created_at)}" if gate else ""
    order = _order(request, operations)
    return page([f"Not confirmed{within}: {order}. Nothing was done; ask again if you want it."], key=_key(request))


def consent(
    request: Request,
    operations: Sequence[Operation],
    pods: Sequence[Pod],
    owner: str,
    *,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """The public question to the owner. Until it is answered nothing is done."""
    known = {pod.id: pod for pod in pods}
    asked = f"{request.verb.value} {_names(operations)}{_to(operations)}"
    head = f"{person(owner)}: may {person(request.by)} {asked}?"
    if len(operations) == 1:
        only = operations[0]
        pod = known.get(only.pod_id)
        entries = [_means(request.verb, only, pod)]
    else:
        entries = [
            f"• {pod_ref(each.pod_name, each.pod_id)}: {_means(request.verb, each, known.get(each.pod_id))}"
            for each in operations
        ]
    gate = next((each for each in request.gates if each.kind is GateKind.CONSENT), None)
    until = f", until {at(gate.expires_at, now, tz)}" if gate else ""
    answered = f"Only {person(owner)} can answer{until}; without an answer nothing is done."
    foot = " ".join(each for each in (answered, approvals.then_approval(request)) if each)
    cost = prices.spend_lines(request.appeal)
    return page(
        [head, "\n".join(fitting(entries, BLOCKS_MAX - 2 * _ROOM)), cost, small(foot)],
        key=_key(request),
        buttons=buttons.gate(
            request, GateKind.CONSENT, yes="Allow", no="Decline", danger=request.verb is Verb.TERMINATE
        ),
        text="\n".join((head, *fitting(entries, TEXT_MAX - 2 * _ROOM), *([cost] if cost else []), foot)),
    )


def _means(verb: Verb, operation: Operation, pod: Pod | None) -> str:
    """In money and data, as far as the snapshot or the question's own record says."""
    sentences = [_money(verb, operation, pod)]
    if verb is not Verb.START:
        sentences.append(takes(verb, pod))
    return " ".join(each for each in sentences if each)


def _money(verb: Verb, operation: Operation, pod: Pod | None) -> str:
    bound = operation.bound
    status = pod.status if pod else bound.status if bound else PodStatus.UNKNOWN
    rate = burn(pod) if pod else bound.cost_per_hour if bound else None
    if status in BILLED:
        return f"It is {STATES[status]}" + (", cost not known." if rate is None else f" at {per_hour(rate)}.")
    month = stopped_storage_per_month(pod) if pod else None
    disk = f", its disk costs {per_month(month)}" if month else ""
    bills = " Started, it bills by the hour." if verb is Verb.START else ""
    return f"It is {STATES[status]}{disk}.{bills}"


def refused(refusal: GateRefusal, gate: Gate, *, now: datetime, tz: ZoneInfo) -> Content:
    """A click at a gate that decides nothing."""
    match refusal:
        case GateRefusal.NOT_YOURS:
            whose = people(gate.who, joint="or")
            words = f"Only {whose} can answer this, until {at(gate.expires_at, now, tz)}. Your click changed nothing."
        case GateRefusal.EXPIRED:
            words = f"Too late: the time to answer ran out at {at(gate.expires_at, now, tz)}. Nothing was done."
        case GateRefusal.CLOSED:
            words = f"{_closed(gate, now, tz)} Your click changed nothing."
    return page([words], key="gate")


def may_not_approve(role: Role) -> Content:
    """Asked in their time as an approver, and no longer one; or who asked for it."""
    words = f"Only an {role.word} may approve a price, and nobody their own. Your click changed nothing."
    return page([words], key="gate")


def _closed(gate: Gate, now: datetime, tz: ZoneInfo) -> str:
    if gate.decided_by is None or gate.decided_at is None:
        return "This question is closed."
    answer = "said yes" if gate.state is GateState.PASSED else "said no"
    return f"This was already answered: {person(gate.decided_by)} {answer} at {at(gate.decided_at, now, tz)}."


def _order(request: Request, operations: Sequence[Operation]) -> str:
    return f"{FORMS[request.verb].plain} {_names(operations)}{_to(operations)}"


def _to(operations: Sequence[Operation]) -> str:
    """A rename's new name."""
    change = operations[0].change if len(operations) == 1 else None
    return f" to {code(change.name)}" if change is not None and change.name is not None else ""


def _names(operations: Sequence[Operation]) -> str:
    if len(operations) == 1:
        return pod_ref(operations[0].name, operations[0].pod_id)
    return counted(len(operations), "pod")


def _key(request: Request) -> str:
    return f"{request.id}.{request.version}"
