"""sweep: the storage nobody uses, now; and the button that lets a line of it stay."""

from __future__ import annotations

from bot.face import Answer, Ask, Click, Face
from bot.grammar import Invocation
from bot.views import acks, answers
from bot.views import sweep as views
from bot.views.text import pod_ref
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import owners
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Kept, kept_by, kept_id
from pods.policy import Role
from pods.store.commit import Commit
from pods.sweeping import standing, swept


def sweep(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    now, rule = face.clock.now(), face.store.people.policy().sweep
    found = swept(face.store, now)
    if not found.lines:
        return Answer(content=views.nothing(rule, found.kept))
    stands = standing(face.store, found.lines, now)
    names = face.store.people.names(line.owner for line in found.lines if line.owner)
    return Answer(content=views.sweep(found, stands, rule, names=names, day="", now=now, tz=face.zone(ask.user)))


def keep(face: Face, click: Click) -> Answer:
    """For the days the policy says; again is from now on."""
    named, _, day = click.value.partition(":")
    word, _, subject = named.partition(".")
    kind, now, ask = SubjectKind(word), face.clock.now(), click.ask
    ref = _ref(face, kind, subject)
    if ref is None:
        return Answer(content=acks.forgotten())
    if (no := _refused(face, ask, kind, subject, ref)) is not None:
        return no
    made = kept_by(kind, subject, ask.user, now, face.store.people.policy().sweep)
    run = face.store.sweeps.get(day) if day else None

    def also(commit: Commit, _: Kept) -> None:
        commit.audit(face.entry(ask, Event.ACCEPTED, now, result=f"keep {named}"))
        for key in run.card_keys if run is not None else ():
            commit.want(key)

    face.store.kept.change(kept_id(kind, subject), lambda _: made, now, also)
    return Answer(content=views.kept(ref, made.until, now=now, tz=face.zone(ask.user)))


def _ref(face: Face, kind: SubjectKind, subject: str) -> str | None:
    if kind is SubjectKind.POD:
        pod = face.store.fleet.load().get(subject)
        return None if pod is None else pod_ref(pod.name, pod.id)
    volume = face.store.catalog.load().volume(subject)
    return None if volume is None else pod_ref(volume.name or volume.id, volume.id)


def _refused(face: Face, ask: Ask, kind: SubjectKind, subject: str, ref: str) -> Answer | None:
    now = face.clock.now()
    owner = owners(face.store.fleet.facts(), subject) if kind is SubjectKind.POD else None
    decision = face.decide(ask, Role.OPERATOR, now, owner=owner, changes_pod=True)
    if isinstance(decision, Refusal):
        face.audit(ask, Event.REFUSED, now, result=decision.why.value)
        return Answer(content=answers.refused(decision, "keep", ask.channel))
    if decision.consent_of is not None:
        face.audit(ask, Event.REFUSED, now, result="owner")
        return Answer(content=views.not_yours(ref, decision.consent_of))
    return None
