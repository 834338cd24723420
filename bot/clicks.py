"""Buttons: a verb on a card, an answer at a gate, another look. A second click finds what the first one made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot import (
    auditing,
    csv_clicks,
    elsewhere,
    hold_clicks,
    idle_answers,
    incident_clicks,
    leftovers,
    reads,
    recovery_clicks,
    savings,
    spending,
    stop_waits,
    strays,
    sweeping,
    verbs,
    volumes,
)
from bot.answering import answer
from bot.face import Answer, Ask, Click, Face
from bot.views import acks, approvals, gates
from pods import rulings
from pods.access import Allowed
from pods.audit import Event
from pods.fleet import owners
from pods.gates import Gate, GateKind, GateRefusal, GateState, decide
from pods.jobs import Job
from pods.messages import Message
from pods.messages import card as message_card
from pods.model import Verb
from pods.operations import Code, cancel, release
from pods.policy import Role
from pods.requests import Request, RequestState, settle
from pods.store.commit import Conflict, Done, Result


def run(face: Face, click: Click) -> Answer:
    return CLICKS[click.action.partition(".")[0]](face, click)


def _pod(face: Face, click: Click) -> Answer:
    if click.what == "status":
        return reads.status(face, click.ask, (click.subject,))
    return verbs.run(face, click.ask, Verb(click.what), (click.subject,))


def _gate(face: Face, click: Click) -> Answer:
    return _at_gate(face, click, agree=click.what == "yes")


def _create(face: Face, click: Click) -> Answer:
    """As if it had been typed, with all that goes with it."""
    return answer(face, replace(click.ask, text=f"create {click.subject}"))


def _look_again(face: Face, click: Click) -> Answer:
    operation_id = click.subject
    if not face.store.walk.look_now(operation_id, face.clock.now()):
        operation = face.store.walk.operation(operation_id)
        if operation is None:
            return Answer(content=acks.forgotten())
        return reads.status(face, click.ask, (operation.pod_id,))
    face.wake(Job.STEP, operation_id)
    return Answer(content=acks.looking_again())


def _at_gate(face: Face, click: Click, *, agree: bool) -> Answer:
    request_id, _, kind = click.value.partition(":")
    now = face.clock.now()
    request = face.store.walk.request(request_id)
    gate = next((each for each in request.gates if each.kind == kind), None) if request else None
    if request is None or gate is None:
        return Answer(content=acks.forgotten())
    decided = decide(gate, click.ask.user, agree=agree, now=now)
    if isinstance(decided, GateRefusal):
        face.audit(click.ask, Event.REFUSED, now, result=decided.value)
        return Answer(content=gates.refused(decided, gate, now=now, tz=face.zone(click.ask.user)))
    if gate.kind is GateKind.APPROVAL and (no := _about_the_price(face, click, request, decided, now)) is not None:
        return no
    if agree and not _still_allowed(face, request, click.ask, now):
        declined = decided.model_copy(update={"state": GateState.DECLINED})
        return _settle(face, click, request, declined, Code.NOT_ALLOWED)
    return _settle(face, click, request, decided, Code.DECLINED)


def _about_the_price(face: Face, click: Click, request: Request, decided: Gate, now: datetime) -> Answer | None:
    """An approver who may no longer approve decides nothing; a price that rose is not agreed to by mistake."""
    who = face.person(click.ask, now)
    if not rulings.may_approve(face.store, who) or click.ask.user == request.by:
        face.audit(click.ask, Event.REFUSED, now, result="approval")
        return Answer(content=gates.may_not_approve(face.store.people.policy().approval.role))
    why = spending.changed(face, request, now) if decided.state is GateState.PASSED else ""
    if not why:
        return None
    declined = decided.model_copy(update={"state": GateState.DECLINED})
    return _settle(face, click, request, declined, Code.SPENDING, why=why)


def _still_allowed(face: Face, request: Request, ask: Ask, now: datetime) -> bool:
    """Whether the requester may still do this to these pods, now that it was agreed to."""
    requester = Ask(
        team=request.team,
        user=request.by,
        channel=request.place.channel,
        text=request.command,
        origin=request.origin,
        trigger=ask.trigger,
    )
    facts = face.store.fleet.facts()
    consented = {person for gate in request.gates if gate.kind is GateKind.CONSENT for person in gate.who}
    for operation in face.store.walk.operations(request.operations):
        decision = face.decide(requester, Role.OPERATOR, now, owner=owners(facts, operation.pod_id), changes_pod=True)
        if not isinstance(decision, Allowed):
            return False
        if decision.consent_of is not None and decision.consent_of not in consented:
            return False
    return True


def _settle(face: Face, click: Click, request: Request, gate: Gate, no: Code, *, why: str = "") -> Answer:
    now = face.clock.now()
    after = settle(request, gate)
    operations = tuple(
        release(operation, now, among=len(request.operations))
        if after.state is RequestState.ACCEPTED
        else cancel(operation, no, now, sentence=why)
        for operation in face.store.walk.operations(request.operations)
        if not operation.ended
    )
    entry = face.entry(
        click.ask,
        Event.CONFIRMED if gate.state is GateState.PASSED else Event.DECLINED,
        now,
        result=f"{gate.kind.value}: {request.command}",
        request_id=request.id,
    )
    while True:
        messages, tell = _messages(face, click, after, gate, now)
        result = face.store.walk.settle(
            after,
            operations if after.state is not RequestState.WAITING else (),
            was=request,
            messages=messages,
            tell=tell,
            audit=entry,
            now=now,
            queue_behind=verbs.may_queue(face, request.team, request.by, request.verb, now),
        )
        if not _delivered_meanwhile(face, result, messages):
            break
    if not isinstance(result, Done):
        # Somebody decided, or it expired, in this very moment: say what stands now.
        return Answer(content=acks.changed_meanwhile())
    for message in messages:
        face.wake(Job.DELIVER, message.key)
    if after.state is RequestState.ACCEPTED:
        verbs.wake(face, after, operations)
    return Answer(content=None)


def _delivered_meanwhile(face: Face, result: Result, messages: Sequence[Message]) -> bool:
    """Whether a delivery wrote one of the messages since it was read: then it is read again, nothing else changed."""
    keys = face.store.keys
    return isinstance(result, Conflict) and result.key in {keys.message(each.key) for each in messages}


def _messages(
    face: Face, click: Click, request: Request, gate: Gate, now: datetime
) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """The messages this decision writes anew, and those it only brings up to date."""
    if gate.kind is not GateKind.CONFIRM:
        return _next_asked(face, request, now), (request.id,)
    written: list[Message] = []
    dialog = face.store.outbox.get(verbs.confirm_key(request.id))
    if dialog is not None:
        # The click brought a fresh response_url, with which the dialog itself can be replaced.
        written.append(
            dialog.model_copy(
                update={
                    "version": dialog.version + 1,
                    "response_url": click.ask.response_url or dialog.response_url,
                    "response_uses": 0,
                    "replaces": click.ask.response_url is not None,
                    "created_at": now,
                }
            )
        )
    if request.state in {RequestState.ACCEPTED, RequestState.WAITING}:
        written.append(verbs.request_message(request, now))
    return tuple(written), ()


def _next_asked(face: Face, request: Request, now: datetime) -> tuple[Message, ...]:
    """The request's message is edited into the next question, and an edit notifies nobody: so those asked are told."""
    gate = request.open_gate
    if gate is None or gate.kind is not GateKind.APPROVAL:
        return ()
    asked = message_card(
        "approval", request.id, user=request.by, now=now, channel=request.place.channel, under=request.id
    )
    content = approvals.nudge(request, gate, now=now, tz=face.store.people.policy().tz)
    return (asked.model_copy(update={"content": content}),)


#: Who answers a button, by the area its action id begins with. The app listens to exactly these.
CLICKS: Final[dict[str, Callable[[Face, Click], Answer]]] = {
    "pod": _pod,
    "gate": _gate,
    "csv": csv_clicks.run,
    "volume": volumes.clicked,
    "audit": auditing.older,
    "sweep": sweeping.keep,
    "save": savings.pressed,
    "preset": _create,
    "op": _look_again,
    "hold": hold_clicks.run,
    "stray": strays.run,
    "disk": leftovers.run,
    "inc": incident_clicks.run,
    "idle": idle_answers.run,
    "recovery": recovery_clicks.run,
    "wait": stop_waits.press,
    "free": elsewhere.run,
}
