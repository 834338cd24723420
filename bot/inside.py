"""connect and logs: asked with the ack, read by a job, answered to the asker alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import answers
from bot.views import reach as views
from pods.access import Allowed
from pods.audit import Event
from pods.fleet import OwnerKind
from pods.ids import derived_id
from pods.inquiries import Inquiry, Kind
from pods.jobs import Job
from pods.model import Pod
from pods.policy import Role

MOST_LINES: Final = 1000


def connect(face: Face, ask: Ask, read: Invocation) -> Answer:
    return _inquire(face, ask, read, Kind.CONNECT)


def logs(face: Face, ask: Ask, read: Invocation) -> Answer:
    tail = read.one("tail", Decimal) or Decimal(0)
    if tail != int(tail) or not 1 <= tail <= MOST_LINES:
        sentence = f"`tail` takes a whole number of lines from 1 to {MOST_LINES}, not {tail}."
        return Answer(content=answers.misunderstood(sentence, (), face.registry.usage(read.command)))
    return _inquire(face, ask, read, Kind.LOGS)


def _inquire(face: Face, ask: Ask, read: Invocation, kind: Kind) -> Answer:
    if read.share:
        return Answer(content=views.private(kind.value))
    found = find(face, read.pods, None)
    if isinstance(found, Answer):
        return found
    (pod,) = found
    now = face.clock.now()
    if not _may_look_in(face, ask, pod):
        face.audit(ask, Event.REFUSED, now, result=kind.value, pod_id=pod.id)
        allows = face.store.people.policy().ceiling(ask.channel) >= Role.OPERATOR
        return Answer(content=views.owner_or_operator(pod, kind.value, allows))
    inquiry = _inquiry(face, ask, read, kind, pod)
    face.store.inquiries.change(inquiry.id, lambda known: known or inquiry, now)
    face.audit(ask, Event.READ, now, result=kind.value, pod_id=pod.id)
    face.wake(Job.INQUIRY, inquiry.id)
    return Answer(content=views.asked(kind, pod))


def _may_look_in(face: Face, ask: Ask, pod: Pod) -> bool:
    """An operator where the channel lets them act, or whose pod it is, wherever they are."""
    owner = face.store.fleet.facts_of(pod.id).owner
    if owner is not None and owner.kind is OwnerKind.PERSON and owner.user == ask.user:
        return True
    return isinstance(face.decide(ask, Role.OPERATOR, face.clock.now()), Allowed)


def _inquiry(face: Face, ask: Ask, read: Invocation, kind: Kind, pod: Pod) -> Inquiry:
    now = face.clock.now()
    since = read.one("since", timedelta)
    return Inquiry(
        id=derived_id(face.account, ask.team, ask.trigger, kind.value),
        kind=kind,
        pod_id=pod.id,
        pod_name=pod.name,
        user=ask.user,
        place=ask.place,
        thread_ts=ask.reading_ts,
        asked_at=now,
        source="system" if read.one("system", str) else "container",
        tail=int(read.one("tail", Decimal) or 0),
        since=now - since if since is not None else None,
    )


HANDLERS: Final[dict[str, Callable[[Face, Ask, Invocation], Answer]]] = {"connect": connect, "logs": logs}
