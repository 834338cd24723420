"""Keep: nobody is asked about a stopped pod's disk for a while, neither here nor by the weekly list."""

from __future__ import annotations

from bot.face import Answer, Click, Face
from bot.holding import authorised
from bot.views import leftovers as leftover_views
from pods.audit import Event
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Kept, kept_by, kept_id
from pods.messages import card
from pods.store.commit import Commit
from pods.times import to_ms


def run(face: Face, click: Click) -> Answer:
    pods = authorised(face, click.ask, (click.subject,), "keep")
    if isinstance(pods, Answer):
        return pods
    pod, now = pods[0], face.clock.now()
    new = kept_by(SubjectKind.POD, pod.id, click.ask.user, now, face.store.people.policy().sweep)
    told = face.store.leftovers.get(pod.id)

    def also(commit: Commit, _: Kept) -> None:
        commit.audit(face.entry(click.ask, Event.HELD, now, result="disk", pod_id=pod.id))
        if told is not None and told.nudged_at is not None:
            for name in ("disk", *(("disk-offer",) if told.offered_at else ())):
                commit.want(card(name, f"{pod.id}-{to_ms(told.since)}", user=told.user, now=now).key)

    kept = face.store.kept.change(kept_id(SubjectKind.POD, pod.id), lambda _: new, now, also)
    until = kept.until if kept else new.until
    return Answer(content=leftover_views.kept(pod, until, now=now, tz=face.zone(click.ask.user)))
