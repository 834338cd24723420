"""Mine, The team's, Expected: the answers to whose a pod is. The first one counts."""

from __future__ import annotations

from datetime import datetime

from bot.face import Answer, Ask, Click, Face
from bot.views import acks, answers
from bot.views import strays as stray_views
from bot.views.strays import StrayScene
from pods.access import Refusal
from pods.audit import Event
from pods.fleet import PodFacts
from pods.messages import card
from pods.policy import Role
from pods.store.commit import Commit
from pods.strays import Claim, Stray, answered, owner_by


def run(face: Face, click: Click) -> Answer:
    now = face.clock.now()
    decision = face.decide(click.ask, Role.OPERATOR, now)
    if isinstance(decision, Refusal):
        face.audit(click.ask, Event.REFUSED, now, result=decision.why.value, pod_id=click.subject)
        return Answer(content=answers.refused(decision, "claim", click.ask.channel))
    claim, facts = Claim(click.what), face.store.fleet.facts_of(click.subject)
    stray = _written(face, click.ask, click.subject, claim, facts)
    if stray is None:
        return Answer(content=acks.forgotten())
    mine = (stray.claim, stray.claimed_by) == (claim, click.ask.user) and facts.owner is None
    if not mine:
        return Answer(content=stray_views.answer_kept(_scene(face, click.ask, stray, now)))
    owner = owner_by(stray)
    if owner is not None:
        entry = face.entry(click.ask, Event.OWNER, now, result=owner.user or owner.kind.value, pod_id=stray.pod_id)
        face.store.fleet.set_owner(stray.pod_id, owner, now=now, audit=entry)
    return Answer(content=None)


def _written(face: Face, ask: Ask, pod_id: str, claim: Claim, facts: PodFacts) -> Stray | None:
    now = face.clock.now()

    def decide(known: Stray | None) -> Stray | None:
        return None if known is None else answered(known, facts, claim, by=ask.user, now=now)

    def also(commit: Commit, after: Stray) -> None:
        commit.audit(face.entry(ask, Event.HELD, now, result=claim.value, pod_id=pod_id))
        for channel in after.channels:
            commit.want(card("stray", pod_id, user="", now=now, channel=channel).key)

    return face.store.strays.change(pod_id, decide, now, also)


def _scene(face: Face, ask: Ask, stray: Stray, now: datetime) -> StrayScene:
    return StrayScene(
        stray=stray,
        pod=face.store.fleet.load().get(stray.pod_id),
        owner=face.store.fleet.facts_of(stray.pod_id).owner,
        ours=False,
        last=None,
        louder_at=now,
        admins=(),
        now=now,
        tz=face.zone(ask.user),
    )
