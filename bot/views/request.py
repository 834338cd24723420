"""The one message of a request, from accepted to told, whatever its operations do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import approvals, buttons, gates, selections, waiting
from bot.views.arrival import timeline
from bot.views.cases import Case, Told
from bot.views.figures import per_hour
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.outcomes import told
from bot.views.progress import under_way
from bot.views.text import asked_by, counted, listed
from bot.views.verbs import FORMS
from pods.arrivals import Phase
from pods.gates import GateKind
from pods.messages import Content
from pods.model import Pod, Verb
from pods.operations import Code, Operation, OperationState
from pods.requests import Request

#: After these RunPod has no such pod, so what it could do before is no offer.
_VANISHED: Final = frozenset({Code.GONE})
#: What a person looks at first in a list: what may cost money unseen, what did not happen, what still runs.
_RANK: Final = {
    OperationState.UNKNOWN: 0,
    OperationState.FAILED: 1,
    OperationState.CANCELLED: 2,
    OperationState.DONE: 4,
}
_UNDER_WAY: Final = 3
_SUMMARY_ROOM: Final = 600
_LOOKS_OFFERED: Final = 5


def message(
    request: Request,
    operations: Sequence[Operation],
    *,
    others: Mapping[str, Operation],
    now: datetime,
    tz: ZoneInfo,
    pods: Sequence[Pod] = (),
) -> Content:
    """`pods`, as the snapshot has them, let a question to an owner say what would be lost."""
    gate = request.open_gate
    if gate is not None and gate.kind is GateKind.CONSENT and gate.who:
        return gates.consent(request, operations, pods, gate.who[0], now=now, tz=tz)
    if gate is not None and gate.kind is GateKind.APPROVAL and gate.who:
        return approvals.approval(request, operations, gate, now=now, tz=tz)
    cases = [Case(request=request, operation=each, other=_other(each, others), now=now, tz=tz) for each in operations]
    if len(cases) == 1:
        return _single(cases[0])
    return _several(request, cases)


def _other(operation: Operation, others: Mapping[str, Operation]) -> Operation | None:
    return others.get(operation.outcome.other or "") if operation.outcome else None


def _told(case: Case) -> Told:
    outcome = case.operation.outcome
    return told(case, outcome.code) if outcome is not None else under_way(case)


def _key(request: Request, operations: Sequence[Operation]) -> str:
    """Grows with every change of the request, so an edited message has new block ids."""
    return f"{request.id}.{request.version + sum(each.version for each in operations)}"


def _single(case: Case) -> Content:
    said, without = _told(case), selections.without(case.request.selection)
    return page(
        [said.headline, " ".join(each for each in said.more if each), without, small(f"{_way(case)}{_by(case)}")],
        key=_key(case.request, [case.operation]),
        buttons=_offers(case),
    )


def _way(case: Case) -> str:
    """When it came to where it is, for a pod that was made or started."""
    arrival = case.operation.arrival
    return f"{timeline(case, arrival)} " if arrival is not None else ""


def _by(case: Case) -> str:
    """Who, and how long it took or has been going on."""
    who = asked_by(case.request.by)
    agreed = next((gate for gate in case.request.gates if gate.kind is GateKind.CONSENT and gate.decided_by), None)
    if agreed is not None and case.operation.accepted_at > case.operation.created_at and agreed.decided_by:
        who = f"{who}, allowed by <@{agreed.decided_by}>"
    who = ", ".join(each for each in (who, approvals.approved_by(case.request)) if each)
    if case.code in {Code.DONE, Code.ZERO_GPU}:
        return f"{who}." if case.operation.arrival is not None else f"{who}, took {case.took}."
    return f"{who} at {case.at(case.request.created_at)}."


def _offers(case: Case) -> list[Button]:
    if not case.operation.ended:
        return waiting.offers(case)
    if case.verb is Verb.CREATE and not case.operation.pod_id:
        return waiting.uncreated(case)
    if case.unconfirmed:
        return [buttons.look(case.operation), buttons.again(case.operation), buttons.console()]
    vanished = case.verb is Verb.TERMINATE and case.operation.state is OperationState.DONE
    if vanished or case.code in _VANISHED:
        return []
    return [*waiting.instead(case), *_of_pod(case)]


def _of_pod(case: Case) -> list[Button]:
    operation, nonce = case.operation, buttons.nonce(case.operation)
    if case.code in {Code.BUSY, Code.JOINED, Code.DECLINED}:
        return [buttons.status(operation.pod_id, nonce)]
    if operation.arrival is not None and operation.arrival.phase is Phase.GONE:
        return []
    if case.pod is not None:
        return [*buttons.verbs(case.pod, nonce), *waiting.old_one(case)]
    again = [] if case.verb is Verb.RENAME else [buttons.again(operation)]
    return [*again, buttons.status(operation.pod_id, nonce)]


def _several(request: Request, cases: Sequence[Case]) -> Content:
    """A line per pod under a line for all; once all have ended, trouble first."""
    if all(case.operation.ended for case in cases):
        cases = sorted(cases, key=lambda case: _RANK.get(case.operation.state, _UNDER_WAY))
    pairs = [(case, _told(case)) for case in cases]
    head = _summary(request, pairs)
    lines = [f"• *{each.word}* {case.ref}: {each.short}." for case, each in pairs]
    foot = _foot(request, cases)
    without = selections.without(request.selection)
    text = "\n".join(each for each in (head, *fitting(lines, TEXT_MAX - 2 * _SUMMARY_ROOM), without, foot) if each)
    return page(
        [head, "\n".join(fitting(lines, BLOCKS_MAX - 2 * _SUMMARY_ROOM)), without, small(foot)],
        key=_key(request, [case.operation for case in cases]),
        buttons=_looks(cases),
        text=text,
    )


def _summary(request: Request, pairs: Sequence[tuple[Case, Told]]) -> str:
    """3 pods: 2 stopped, 1 not stopped."""
    counts = Counter(each.word for _, each in pairs)
    parts = listed([f"{number} {word}" for word, number in counts.items()])
    many = f"{counted(len(pairs), 'pod')}{selections.matching(request.selection)}"
    head = f"{FORMS[request.verb].noun.capitalize()} of {many}: {parts}."
    return " ".join(each for each in (head, _saved(request, pairs), _at_risk(pairs)) if each)


def _saved(request: Request, pairs: Sequence[tuple[Case, Told]]) -> str:
    if request.verb not in {Verb.STOP, Verb.TERMINATE}:
        return ""
    rates = [case.rate for case, _ in pairs if case.code is Code.DONE and case.rate is not None]
    total = sum(rates, Decimal(0))
    return f"Saves {per_hour(total)}." if total else ""


def _at_risk(pairs: Sequence[tuple[Case, Told]]) -> str:
    unsure = [case.rate for case, _ in pairs if case.unconfirmed]
    if not unsure:
        return ""
    known = sum((rate for rate in unsure if rate is not None), Decimal(0))
    return f"{per_hour(known)} may still be billed." if known else "What may still be billed is not known."


def _foot(request: Request, cases: Sequence[Case]) -> str:
    who = f"{asked_by(request.by)} at {cases[0].at(request.created_at)}" if cases else asked_by(request.by)
    who = ", ".join(each for each in (who, approvals.approved_by(request)) if each)
    if any(case.unconfirmed and case.operation.looked_after(case.now) for case in cases):
        return f"{who}. I keep looking after what is not confirmed, for 15 min, and put this message right."
    return f"{who}."


def _looks(cases: Sequence[Case]) -> list[Button]:
    unsure = [case.operation for case in cases if case.unconfirmed][:_LOOKS_OFFERED]
    offered = [
        buttons.look(each, label=f"Look again: {each.pod_id}"[:70], nth=index) for index, each in enumerate(unsure)
    ]
    return [*offered, buttons.console()] if offered else []
