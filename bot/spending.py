"""Before a start or create is accepted: what it would cost, whether a budget refuses it, who must approve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.face import Answer, Ask, Face
from bot.views import prices
from pods import rulings
from pods.approvals import Agreed, Appeal, Hindrance, Priced, any_dearer, approvers, sentence
from pods.audit import Event
from pods.budgets import Budget, Reason, Ruling, Verdict, ruling
from pods.candidates import dearest, hardware
from pods.forecast import Quote
from pods.gates import Binding, Gate, GateKind
from pods.ledger.entries import Labels
from pods.ledger.rates import published
from pods.model import BILLED, Pod, Verb
from pods.operations import Operation
from pods.quotes import start_quote, together
from pods.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A pod somebody wants to run: whose money it would be, and how much."""

    #: For a pod that is yet to be made, the id of the operation that makes it.
    pod_id: str
    name: str
    labels: Labels
    #: USD per hour of its compute, the dearest it may become; None: not known.
    per_hour: Decimal | None
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What was found about the money, for whoever writes the request and the answer to it."""

    appeal: Appeal
    #: Who may approve it; nobody need where this is empty.
    approvers: tuple[str, ...] = ()

    def gate(self, asked_at: datetime, wait: timedelta, bound: tuple[Binding, ...] = ()) -> Gate | None:
        """To stand last among the gates; `asked_at`: when the others have passed at the latest. None: none needed."""
        if not self.approvers:
            return None
        return Gate(kind=GateKind.APPROVAL, who=self.approvers, expires_at=asked_at + wait, bound=bound)


def wishes_to_start(face: Face, ask: Ask, pods: Sequence[Pod], now: datetime) -> tuple[Wish, ...]:
    """One for each pod that does not run yet."""
    facts, zone = face.store.fleet.facts(), face.store.people.policy().tz
    wishes = []
    for pod in pods:
        if pod.status not in BILLED:
            price = rulings.start_price_now(face.store, pod, now)
            labels = rulings.labels_of(face.store, pod, facts.get(pod.id), ask.user)
            quote = start_quote(pod, price, published(), now, zone)
            wishes.append(Wish(pod_id=pod.id, name=pod.name, labels=labels, per_hour=price, quote=quote))
    return tuple(wishes)


def rule_on(face: Face, ask: Ask, wishes: Sequence[Wish], now: datetime) -> Spend | Answer | None:
    """What the policy says to all of them, the strictest word for all. None: nothing would be spent."""
    if not wishes:
        return None
    judged = [_judged(face, wish, now) for wish in wishes]
    pots = {pot.key: pot for found, _ in judged for pot in found}
    reasons = _distinct([reason for _, says in judged for reason in says.reasons])
    verdict = max(says.verdict for _, says in judged)
    if verdict is Verdict.REFUSE:
        face.audit(ask, Event.REFUSED, now, result="budget")
        return Answer(content=prices.refused([(each.name, each.pod_id) for each in wishes], reasons))
    spend = Spend(
        appeal=Appeal(
            at=now,
            priced=tuple(Priced(pod_id=each.pod_id, per_hour=each.per_hour) for each in wishes),
            quote=together(tuple(each.quote for each in wishes)),
            reasons=tuple(reasons),
            pots=tuple(pots.values()),
        ),
    )
    return spend if verdict is not Verdict.REQUIRE_APPROVAL else _to_approve(face, ask, spend, now)


def _to_approve(face: Face, ask: Ask, spend: Spend, now: datetime) -> Spend | Answer:
    """With who may approve it; where nobody could, or nobody would see the question, it is not asked."""
    people = face.store.people
    role = people.policy().approval.role
    who = approvers(people.holders(), role, ask.user)
    if who and not ask.channel.startswith("D"):
        return Spend(appeal=spend.appeal, approvers=who)
    face.audit(ask, Event.REFUSED, now, result="nobody to approve" if not who else "approval in private")
    return Answer(content=prices.unapprovable(role, who, people.policy().channels_for(role), spend.appeal.reasons))


def _judged(face: Face, wish: Wish, now: datetime) -> tuple[tuple[Budget, ...], Ruling]:
    pots = rulings.pots_for(face.store, wish.labels, now)
    return pots, ruling(pots, face.store.people.policy().approval, wish.labels, wish.per_hour)


def _distinct(reasons: Sequence[Reason]) -> list[Reason]:
    """Each rule's say once, the strictest first; of a price rule the dearest pod speaks."""
    found: dict[str, Reason] = {}
    for reason in sorted(reasons, key=_weight, reverse=True):
        found.setdefault(reason.budget.key if reason.budget else "", reason)
    return sorted(found.values(), key=lambda each: -each.verdict)


def _weight(reason: Reason) -> tuple[int, bool, Decimal]:
    return (reason.verdict, reason.per_hour is None, reason.per_hour or Decimal(0))


def to_create(face: Face, operation: Operation) -> tuple[Labels, Priced]:
    """Whose money a create is, and the most it may cost: what became dearer than was shown is not asked for."""
    order = operation.order
    if order is None:
        raise AssertionError("a create is only ever written with its order")
    first = order.candidates[0]
    labels = Labels(
        owner=order.owner,
        team=face.store.people.team_of(order.owner) if order.owner else None,
        preset=order.preset,
        gpu=hardware(first),
        cloud=first.cloud.value,
    )
    return labels, Priced(pod_id=operation.id, per_hour=dearest(order.candidates))


def changed(face: Face, request: Request, now: datetime) -> str:
    """Why what was asked about is no longer so, in words; empty: it is, and may be agreed to."""
    appeal, facts, fleet = request.appeal, face.store.fleet.facts(), face.store.fleet.load()
    for operation in face.store.walk.operations(request.operations):
        if operation.verb is Verb.CREATE:
            labels, priced = to_create(face, operation)
        elif operation.verb is Verb.START and (pod := fleet.get(operation.pod_id)) and pod.status not in BILLED:
            labels = rulings.labels_of(face.store, pod, facts.get(pod.id), request.by)
            priced = Priced(pod_id=pod.id, per_hour=rulings.start_price_now(face.store, pod, now))
        else:
            continue
        says = rulings.ruled(face.store, labels, priced.per_hour, now)
        if says.verdict is Verdict.REFUSE:
            return sentence(Hindrance.REFUSED, says, None, priced)
        if appeal is None or any_dearer(appeal, [priced]):
            agreed = Agreed(appeal=appeal, by=None, at=None, may=False) if appeal else None
            return sentence(Hindrance.PRICE, says, agreed, priced)
    return ""
