"""Resume now, Move, Stop trying: a person's word to the plans of an incident, or a plan where there was none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.face import Answer, Click, Face
from bot.views import acks, answers
from bot.views import recovery_buttons as views
from pods.access import Refusal
from pods.audit import Event
from pods.incidents import Incident
from pods.jobs import Job
from pods.losses import Loss
from pods.model import Pod
from pods.policy import Role
from pods.recovery.record import Recovery, first_plan, recovery_id
from pods.recovery.rules import DEFAULT_RULE, RecoveryRule, rule_named
from pods.recovery.words import hurried, moving, stopping
from pods.store.agenda import on_agenda
from pods.store.commit import Commit

Word = Callable[[Recovery, str, datetime], Recovery]
_WORDS: Final[dict[views.Press, Word]] = {
    views.Press.RESUME: hurried,
    views.Press.MOVE: moving,
    views.Press.STOP: stopping,
}


def run(face: Face, click: Click) -> Answer:
    incident = face.store.incidents.get(click.subject)
    if incident is None:
        return Answer(content=acks.forgotten())
    press, now = views.Press(click.action), face.clock.now()
    losses = [loss for loss in face.store.losses.many(incident.losses).values() if loss.end is None]
    if not losses:
        return Answer(content=views.over())
    if (no := _refused(face, click, losses, now)) is not None:
        return no
    if press is views.Press.MOVE and (local := [loss.pod for loss in losses if _host_local(loss.pod)]):
        return Answer(content=views.cannot_move(local))
    changed = [loss for loss in losses if _say(face, click, incident, loss, now)]
    return Answer(content=views.said(press, [loss.pod for loss in changed]) if changed else views.nothing_to_do(press))


def _host_local(pod: Pod) -> bool:
    return pod.persistent is not None or not pod.mounts_known


def _refused(face: Face, click: Click, losses: Sequence[Loss], now: datetime) -> Answer | None:
    for loss in losses:
        owner = face.store.fleet.facts_of(loss.pod_id).owner
        decision = face.decide(click.ask, Role.OPERATOR, now, owner=owner, changes_pod=True)
        if isinstance(decision, Refusal):
            face.audit(click.ask, Event.REFUSED, now, result=decision.why.value, pod_id=loss.pod_id)
            return Answer(content=answers.refused(decision, click.what, click.ask.channel))
        if decision.consent_of is not None:
            face.audit(click.ask, Event.REFUSED, now, result="owner", pod_id=loss.pod_id)
            return Answer(content=views.others(loss.pod, decision.consent_of))
    return None


def _say(face: Face, click: Click, incident: Incident, loss: Loss, now: datetime) -> bool:
    """Whether the word changed anything: a plan that has brought the pod back, or stopped already, stays as it is."""
    by, press = click.ask.user, views.Press(click.action)

    def decide(plan: Recovery | None) -> Recovery | None:
        if plan is None:
            if press is views.Press.STOP:
                return None
            lineage = face.store.lineages.get(loss.pod_id)
            plan = first_plan(loss, lineage, rule=_rule(face, loss), by=by, now=now)
            return moving(plan, by, now) if press is views.Press.MOVE else plan
        return _WORDS[press](plan, by, now)

    def also(commit: Commit, after: Recovery) -> None:
        on_agenda(Job.RECOVER)(commit, after)
        entry = face.entry(click.ask, Event.CONFIRMED, now, result=click.what, pod_id=loss.pod_id)
        commit.audit(entry)
        for key in incident.card_keys():
            commit.want(key)

    plan_id = recovery_id(loss.id)
    before = face.store.recoveries.get(plan_id)
    after = face.store.recoveries.change(plan_id, decide, now, also)
    if after is None or (before is not None and before.version == after.version):
        return False
    face.wake(Job.RECOVER, plan_id)
    return True


def _rule(face: Face, loss: Loss) -> RecoveryRule:
    protection = face.store.protections.get(loss.pod_id)
    name = protection.rule if protection is not None and protection.rule is not None else DEFAULT_RULE.name
    return rule_named(face.store.people.policy().recovery, name) or DEFAULT_RULE
