"""The buttons of an incident's card: somebody takes it, or says that it was them. The second press changes nothing."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from bot.face import Answer, Click, Face
from bot.views import acks, answers, incident_answers
from bot.views.incident import ACK, MINE
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import owners
from pods.incidents import Incident, IncidentState, acknowledged, losses_over
from pods.jobs import Job
from pods.losses import EndKind, LossEnd, ended
from pods.oncall import on_call
from pods.policy import Role


def run(face: Face, click: Click) -> Answer:
    incident = face.store.incidents.get(click.subject)
    now = face.clock.now()
    if incident is None:
        return Answer(content=acks.forgotten())
    refusal = _refusal(face, click, incident, now)
    if refusal is not None:
        face.audit(click.ask, Event.REFUSED, now, result=refusal.why.value)
        return Answer(content=answers.refused(refusal, _DEEDS[click.action], click.ask.channel))
    return _acknowledge(face, click, incident, now) if click.action == ACK else _claim(face, click, incident, now)


_DEEDS = {ACK: "acknowledge", MINE: "settle"}


def _refusal(face: Face, click: Click, incident: Incident, now: datetime) -> Refusal | None:
    """Operators may, in whatever channel the card stands; so may whoever is on call, and a pod's owner."""
    user = click.ask.user
    if user in _callable(face, incident, now) or face.person(click.ask, now).role >= Role.OPERATOR:
        return None
    facts = face.store.fleet.facts()
    if any((owner := owners(facts, pod)) and owner.user == user for pod in incident.pods):
        return None
    decision = face.decide(click.ask, Role.OPERATOR, now)
    return decision if isinstance(decision, Refusal) else None


def _callable(face: Face, incident: Incident, now: datetime) -> frozenset[str]:
    """Everybody who was called for it: by name, by their week, by a group, or when nobody answered."""
    policy = face.store.people.policy()
    called = on_call(policy.oncall, policy.tz, now)
    steps = policy.oncall.escalate[: incident.escalations]
    groups = {called.group, *(step.group for step in steps)}
    known = face.store.people.groups()
    members = (known.members.get(group, ()) for group in groups if group) if known is not None else ()
    return frozenset((*called.users, *(user for step in steps for user in step.users), *chain.from_iterable(members)))


def _acknowledge(face: Face, click: Click, incident: Incident, now: datetime) -> Answer:
    by = click.ask.user
    if incident.state is not IncidentState.OPEN:
        return Answer(content=incident_answers.taken(incident, now=now, tz=face.zone(by)))
    after = face.store.incidents.change(incident.id, lambda known: acknowledged(known, by, now) if known else None, now)
    _note(face, click, incident, "acknowledged", now)
    _wake(face, after)
    return Answer(content=None)


def _claim(face: Face, click: Click, incident: Incident, now: datetime) -> Answer:
    """Everything in it that has not ended, ends as this person's doing."""
    if incident.resolved:
        return Answer(content=incident_answers.taken(incident, now=now, tz=face.zone(click.ask.user)))
    end = LossEnd(kind=EndKind.CLAIMED, at=now, by=click.ask.user)
    claimed = []
    for loss_id in incident.open_losses:
        loss = face.store.losses.change(loss_id, lambda known: ended(known, end) if known else None, now)
        if loss is not None:
            claimed.append(loss)
    after = face.store.incidents.change(
        incident.id, lambda known: losses_over(known, claimed, now) if known else None, now
    )
    _note(face, click, incident, "claimed", now)
    _wake(face, after)
    return Answer(content=None)


def _note(face: Face, click: Click, incident: Incident, what: str, now: datetime) -> None:
    face.audit(click.ask, Event.INCIDENT, now, result=f"{what} {incident.id}", pod_id=incident.pods[0])


def _wake(face: Face, incident: Incident | None) -> None:
    if incident is None:
        return
    for key in incident.card_keys():
        face.wake(Job.DELIVER, key)
    face.wake(Job.ATTEND, incident.id)
