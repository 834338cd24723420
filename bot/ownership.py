"""claim and give: whose pod it is. An operator claims what nobody owns and gives away what is theirs."""

from __future__ import annotations

from datetime import datetime

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import answers
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import Owner, OwnerKind, PodFacts
from pods.model import Pod
from pods.policy import Role


def claim(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _hand_over(face, ask, read, to=ask.user)


def give(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _hand_over(face, ask, read, to=str(read.values["to"]))


def _hand_over(face: Face, ask: Ask, read: Invocation, *, to: str) -> Answer:
    """All pods or none: the first that may not be handed over says why."""
    found = find(face, read.pods, None)
    if isinstance(found, Answer):
        return found
    now = face.clock.now()
    facts = {pod.id: face.store.fleet.facts_of(pod.id) for pod in found}
    for pod in found:
        refusal = _refusal(face, ask, pod, facts[pod.id], now)
        if refusal is not None:
            return refusal
    for pod in found:
        too_late = _write(face, ask, pod, facts[pod.id], to)
        if too_late is not None:
            return too_late
    if to == ask.user:
        return Answer(content=answers.claimed(found))
    return Answer(content=answers.given(found, by=ask.user, to=to), public=True)


def _write(face: Face, ask: Ask, pod: Pod, facts: PodFacts, to: str) -> Answer | None:
    """Hand the pod over; who was overtaken in the same moment is judged anew by what stands then."""
    now = face.clock.now()
    owner = Owner(kind=OwnerKind.PERSON, user=to, since=now, by=ask.user)
    entry = face.entry(ask, Event.OWNER, now, result=to, pod_id=pod.id)
    while face.store.fleet.hand_over(facts, owner, now=now, audit=entry) is None:
        facts = face.store.fleet.facts_of(pod.id)
        if facts.owner == owner:
            # Our own write, whose answer was lost.
            return None
        refusal = _refusal(face, ask, pod, facts, now)
        if refusal is not None:
            return refusal
    return None


def _refusal(face: Face, ask: Ask, pod: Pod, facts: PodFacts, now: datetime) -> Answer | None:
    decision = face.decide(ask, Role.OPERATOR, now, owner=facts.owner, changes_pod=True)
    if isinstance(decision, Refusal):
        face.audit(ask, Event.REFUSED, now, result=decision.why.value, pod_id=pod.id)
        return Answer(content=answers.refused(decision, "claim", ask.channel))
    if decision.consent_of is not None:
        face.audit(ask, Event.REFUSED, now, result="owner", pod_id=pod.id)
        return Answer(content=answers.owned_by(pod, decision.consent_of))
    return None
