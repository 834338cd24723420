"""start, stop, restart, terminate: from what was asked to a request in the store, or to the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot import spending
from bot.face import Answer, Ask, Face
from bot.resolve import Ambiguous, NotFound, Resolved, Unlisted, resolve
from bot.spending import Spend
from bot.views import acks, answers, gates, prices
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import owners
from pods.gates import CONFIRM_FOR, CONSENT_FOR, Gate, GateKind, binding, needs_confirm
from pods.ids import derived_id
from pods.jobs import Job
from pods.messages import Message, MessageKind, Target
from pods.model import Pod, PodChange, PodStatus, Verb
from pods.operations import Operation, OperationState, deadline
from pods.policy import Role
from pods.requests import Origin, Request, RequestState
from pods.selections import Selection
from pods.store.walk import Acceptance, Accepted, AllBusy, AlreadyAccepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A verb on pods that were found, by someone who may."""

    verb: Verb
    pods: tuple[Pod, ...]
    #: The owner who must agree first.
    consent_of: str | None
    #: Asked first, whatever it would lose.
    confirm: bool = False
    #: Of a rename, lock or unlock.
    change: PodChange | None = None
    #: Where the pods were described instead of named.
    selection: Selection | None = None
    #: What was found about the money, where any would be spent.
    spend: Spend | None = None
    #: What finds no GPU is tried again until then.
    keep_until: datetime | None = None

    @property
    def command(self) -> str:
        named = " ".join((self.verb.value, *(pod.id for pod in self.pods)))
        return f"{named} to {self.change.name}" if self.change and self.change.name else named


#: What locking and unlocking change.
_LOCKS: Final = {Verb.LOCK: PodChange(locked=True), Verb.UNLOCK: PodChange(locked=False)}


def run(
    face: Face,
    ask: Ask,
    verb: Verb,
    references: Sequence[str],
    *,
    name: str | None = None,
    keep_until: datetime | None = None,
    confirm: bool = False,
) -> Answer:
    """Accept the verb on the pods referred to, or say what stands in the way. Everything or nothing."""
    now = face.clock.now()
    found = find(face, references, verb)
    if isinstance(found, Answer):
        return found
    order = authorise(face, ask, verb, found, now)
    if isinstance(order, Answer):
        return order
    return accept(face, ask, replace(with_change(order, name), keep_until=keep_until, confirm=confirm), now)


def with_change(order: Order, name: str | None = None) -> Order:
    """The order with what a rename, lock or unlock changes."""
    return replace(order, change=_LOCKS.get(order.verb) if name is None else PodChange(name=name))


def find(face: Face, references: Sequence[str], verb: Verb | None) -> tuple[Pod, ...] | Answer:
    """The pods meant, or the question which one."""
    fleet = face.store.fleet.load()
    known = list(fleet.pods)
    while True:
        match resolve(references, known):
            case Resolved(pods=pods):
                return pods
            case Ambiguous(reference=reference, candidates=candidates):
                return Answer(content=answers.which_one(reference, candidates, verb, fleet.version))
            case Unlisted(reference=reference, suggestions=meant) if _may_be_new(reference, meant):
                # Perhaps made since the last list pass: its worker reads it before anything is called.
                known.append(Pod(id=reference, name=reference, status=PodStatus.UNKNOWN, mounts_known=False))
            case NotFound(reference=reference, suggestions=meant) | Unlisted(reference=reference, suggestions=meant):
                now = face.clock.now()
                return Answer(content=answers.no_such_pod(reference, meant, fleet.listed_at, now))


#: RunPod's ids are longer; a shorter one that resembles a listed one is more likely that one mistyped.
_WHOLE_ID: Final = 10


def _may_be_new(reference: str, meant: Sequence[Pod]) -> bool:
    """Whether it can be the id of a pod made since the last list pass. A whole id is, whatever it resembles."""
    if not any(letter.isdigit() for letter in reference):
        return False
    return not meant or len(reference) >= _WHOLE_ID


def authorise(face: Face, ask: Ask, verb: Verb, pods: tuple[Pod, ...], now: datetime) -> Order | Answer:
    facts = face.store.fleet.facts()
    consents: set[str] = set()
    for pod in pods:
        decision = face.decide(ask, Role.OPERATOR, now, owner=owners(facts, pod.id), changes_pod=True)
        if isinstance(decision, Refusal):
            face.audit(ask, Event.REFUSED, now, result=decision.why.value, pod_id=pod.id)
            return Answer(content=answers.refused(decision, verb.value, ask.channel))
        if decision.consent_of is not None:
            consents.add(decision.consent_of)
    if consents and len(pods) > 1:
        return Answer(content=answers.one_owner_at_a_time(verb, pods, facts))
    return Order(verb=verb, pods=pods, consent_of=next(iter(consents), None))


def accept(face: Face, ask: Ask, order: Order, now: datetime) -> Answer:
    if order.verb is Verb.START:
        spend = spending.rule_on(face, ask, spending.wishes_to_start(face, ask, order.pods, now), now)
        if isinstance(spend, Answer):
            return spend
        order = replace(order, spend=spend)
    request = draft_request(face, ask, order, now)
    operations = draft_operations(request, order, ask, now)
    confirming = request.open_gate is not None and request.open_gate.kind is GateKind.CONFIRM
    acceptance = face.store.walk.accept(
        request,
        operations,
        (confirm_message(request, ask, now) if confirming else request_message(request, now),),
        intent=derived_id(ask.user, ask.channel, order.command, str(order.keep_until is not None)),
        audit=face.entry(
            ask, Event.ASKED if request.gates else Event.ACCEPTED, now, result=order.command, request_id=request.id
        ),
        now=now,
        queue_behind=may_queue(face, ask.team, ask.user, order.verb, now),
    )
    return told(face, ask, order, acceptance, now)


def may_queue(face: Face, team: str, user: str, verb: Verb, now: datetime) -> bool:
    """An admin's terminate waits for a busy pod instead of being refused."""
    return verb is Verb.TERMINATE and face.store.people.person(team, user, now).role is Role.ADMIN


def request_message(request: Request, now: datetime) -> Message:
    """The one public message of a request."""
    place = request.place
    return Message(
        key=request.id,
        kind=MessageKind.REQUEST,
        request_id=request.id,
        user=request.by,
        target=Target(channel=place.channel, thread_ts=place.thread_ts),
        response_url=place.response_url,
        created_at=now,
    )


def confirm_message(request: Request, ask: Ask, now: datetime) -> Message:
    """The requester's own dialog. A slash command shows it with its ack, so it counts as told."""
    message = request_message(request, now)
    told_by_ack = 1 if ask.origin is Origin.SLASH else 0
    changes = {
        "key": confirm_key(request.id),
        "kind": MessageKind.CONFIRM,
        "sent": told_by_ack,
        "target": message.target.model_copy(update={"thread_ts": ask.reading_ts}),
    }
    return message.model_copy(update=changes)


def confirm_key(request_id: str) -> str:
    return f"{request_id}.{GateKind.CONFIRM.value}"


def draft_request(face: Face, ask: Ask, order: Order, now: datetime) -> Request:
    request_id = derived_id(face.account, ask.team, ask.trigger)
    gates_ = draft_gates(ask, order, now, wait=timedelta(minutes=face.store.people.policy().approval.wait_min))
    return Request(
        id=request_id,
        account=face.account,
        team=ask.team,
        by=ask.user,
        verb=order.verb,
        command=order.command,
        origin=ask.origin,
        place=ask.place,
        operations=tuple(derived_id(request_id, pod.id) for pod in order.pods),
        state=RequestState.WAITING if gates_ else RequestState.ACCEPTED,
        gates=gates_,
        appeal=order.spend.appeal if order.spend is not None else None,
        selection=order.selection,
        created_at=now,
    )


def draft_gates(ask: Ask, order: Order, now: datetime, *, wait: timedelta) -> tuple[Gate, ...]:
    """The confirm dialog first; the owner is asked only once the requester means it, and the price comes last."""
    bound = tuple(binding(pod) for pod in order.pods)
    drafted = []
    if order.confirm or order.selection is not None or needs_confirm(order.verb, order.pods):
        drafted.append(Gate(kind=GateKind.CONFIRM, who=(ask.user,), expires_at=now + CONFIRM_FOR, bound=bound))
    if order.consent_of is not None:
        until = now + CONFIRM_FOR + CONSENT_FOR if drafted else now + CONSENT_FOR
        drafted.append(Gate(kind=GateKind.CONSENT, who=(order.consent_of,), expires_at=until, bound=bound))
    after = drafted[-1].expires_at if drafted else now
    approval = order.spend.gate(after, wait, bound) if order.spend is not None else None
    return (*drafted, approval) if approval is not None else tuple(drafted)


def draft_operations(request: Request, order: Order, ask: Ask, now: datetime) -> tuple[Operation, ...]:
    waiting = request.state is RequestState.WAITING
    return tuple(
        Operation(
            id=operation_id,
            request_id=request.id,
            account=request.account,
            verb=order.verb,
            pod_id=pod.id,
            pod_name=pod.name,
            by=ask.user,
            change=order.change,
            state=OperationState.WAITING if waiting else OperationState.ACCEPTED,
            created_at=now,
            accepted_at=now,
            next_at=None if waiting else now,
            deadline=deadline(order.verb, now, order.keep_until),
            keep_until=order.keep_until,
            # A pod not in the snapshot was shown to nobody, so there is nothing to hold the decision to.
            bound=binding(pod) if waiting and pod.status is not PodStatus.UNKNOWN else None,
        )
        for operation_id, pod in zip(request.operations, order.pods, strict=True)
    )


def told(face: Face, ask: Ask, order: Order, acceptance: Acceptance, now: datetime) -> Answer:
    """What the person reads at once, with the wake-ups that go with it."""
    match acceptance:
        case AllBusy(holders):
            face.audit(ask, Event.REFUSED, now, result="busy")
            return Answer(content=acks.busy(order.verb, holders, now))
        case AlreadyAccepted(existing):
            operations = face.store.walk.operations(existing.operations)
            gate = existing.open_gate
            if gate and gate.kind is GateKind.CONFIRM and ask.user in gate.who and ask.origin is Origin.SLASH:
                # Its dialog came with an ack that may never have arrived: ask again, about the same request.
                return _accepted(face, ask, order, existing, operations)
            return Answer(content=acks.already_running(existing, operations, now))
        case Accepted(request, operations):
            return _accepted(face, ask, order, request, operations)


def _accepted(face: Face, ask: Ask, order: Order, request: Request, operations: tuple[Operation, ...]) -> Answer:
    gate = request.open_gate
    if gate is None:
        wake(face, request, operations)
        return Answer(
            content=acks.on_it(
                order.verb, [(pod.name, pod.id) for pod in order.pods], prices.spend_lines(request.appeal)
            )
        )
    if gate.kind is GateKind.CONFIRM and ask.origin is not Origin.SLASH:
        face.wake(Job.DELIVER, confirm_key(request.id))
        return Answer(content=None)
    if gate.kind is GateKind.CONFIRM:
        now, tz = face.clock.now(), face.zone(ask.user)
        facts = face.store.fleet.facts()
        return Answer(content=gates.confirm(request, operations, order.pods, gate, facts=facts, now=now, tz=tz))
    face.wake(Job.DELIVER, request.id)
    if gate.kind is GateKind.APPROVAL:
        return Answer(content=acks.approvers_asked(order.verb, [(pod.name, pod.id) for pod in order.pods], gate))
    return Answer(content=acks.owner_asked(order.verb, [(pod.name, pod.id) for pod in order.pods], gate.who))


def wake(face: Face, request: Request, operations: Sequence[Operation]) -> None:
    """Mere wake-ups: if they are lost, the clock finds the operations in `due`."""
    for operation in operations:
        if not operation.ended:
            face.wake(Job.STEP, operation.id)
    face.wake(Job.DELIVER, request.id)
