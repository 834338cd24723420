"""/pod stop ... after checkpoint, and the buttons of its message."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.face import Answer, Ask, Click, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import acks, answers
from bot.views import stop_waits as views
from bot.views.figures import at
from pods.access import Refusal
from pods.audit import Event
from pods.ids import derived_id
from pods.jobs import Job
from pods.model import Pod, PodStatus
from pods.policy import Role
from pods.recovery.checkpoints import apart
from pods.recovery.rules import CheckpointRule, rule_named
from pods.recovery.stop_waits import SPANS, StopWait, cancel, card_key, own_card, stop_now, wait_on
from pods.store.agenda import on_agenda
from pods.store.commit import Commit


def begin(face: Face, ask: Ask, read: Invocation) -> Answer:
    found = find(face, read.pods, None)
    if isinstance(found, Answer):
        return found
    if len(found) > 1:
        return Answer(content=views.one_at_a_time())
    within = read.values.get("within")
    span = within if isinstance(within, timedelta) else None
    return _begin(face, ask, found[0], span, sure=False)


def _begin(face: Face, ask: Ask, pod: Pod, span: timedelta | None, *, sure: bool) -> Answer:
    now = face.clock.now()
    if (no := _refused(face, ask, pod, now)) is not None:
        return no
    rule = _rule(face, pod)
    if isinstance(rule, Answer):
        return rule
    if not sure and not pod.keeps_data_on_stop:
        seconds = int(span.total_seconds()) if span else 0
        return Answer(content=views.really(pod, f"{pod.id}:{seconds}"))
    until = now + (span or SPANS * apart(face.store.checkpoints.get(pod.id), rule))
    return _accept(face, ask, pod, until, now)


def _refused(face: Face, ask: Ask, pod: Pod, now: datetime) -> Answer | None:
    owner = face.store.fleet.facts_of(pod.id).owner
    decision = face.decide(ask, Role.OPERATOR, now, owner=owner, changes_pod=True)
    if isinstance(decision, Refusal):
        face.audit(ask, Event.REFUSED, now, result=decision.why.value, pod_id=pod.id)
        return Answer(content=answers.refused(decision, "stop", ask.channel))
    if decision.consent_of is not None:
        face.audit(ask, Event.REFUSED, now, result="owner", pod_id=pod.id)
        return Answer(content=views.others(pod, decision.consent_of))
    if pod.locked or pod.cluster_id is not None:
        return Answer(content=views.untouchable(pod))
    return Answer(content=views.not_running(pod)) if pod.status is not PodStatus.RUNNING else None


def _rule(face: Face, pod: Pod) -> CheckpointRule | Answer:
    protection = face.store.protections.get(pod.id)
    name = protection.rule if protection else None
    rule = rule_named(face.store.people.policy().recovery, name) if name is not None else None
    if rule is None or rule.checkpoint is None:
        return Answer(content=views.no_rule(pod, name))
    return rule.checkpoint


def _accept(face: Face, ask: Ask, pod: Pod, until: datetime, now: datetime) -> Answer:
    open_one = next(
        (each for each in face.store.stop_waits.all().values() if each.pod_id == pod.id and each.open), None
    )
    tz = face.zone(ask.user)
    if open_one is not None:
        return Answer(content=views.already(open_one, at(open_one.until, now, tz)))
    wait = StopWait(
        id=derived_id("stop-wait", ask.team, ask.trigger),
        pod_id=pod.id,
        pod_name=pod.name,
        by=ask.user,
        team=ask.team,
        channel=ask.channel,
        asked_at=now,
        until=until,
        next_at=now,
    )

    def also(commit: Commit, after: StopWait) -> None:
        on_agenda(Job.STOP_WAIT)(commit, after)
        message = own_card(after, now).model_copy(update={"response_url": ask.response_url})
        commit.tell(message).audit(face.entry(ask, Event.ACCEPTED, now, result="waits", pod_id=pod.id))

    face.store.stop_waits.change(wait.id, lambda there: there or wait, now, also)
    face.wake(Job.DELIVER, card_key(wait))
    return Answer(content=views.on_it(pod, at(until, now, tz)))


def press(face: Face, click: Click) -> Answer:
    now = face.clock.now()
    if click.action == views.Press.BEGIN:
        return _sure(face, click)
    wait = face.store.stop_waits.get(click.subject)
    if wait is None:
        return Answer(content=acks.forgotten())
    pod = face.store.fleet.load().get(wait.pod_id) or Pod(id=wait.pod_id, name=wait.pod_name, status=PodStatus.UNKNOWN)
    if (no := _may_press(face, click.ask, pod, wait, now)) is not None:
        return no
    decide = {views.Press.NOW: stop_now, views.Press.ON: wait_on, views.Press.CANCEL: cancel}[views.Press(click.action)]

    def also(commit: Commit, after: StopWait) -> None:
        on_agenda(Job.STOP_WAIT)(commit, after)
        entry = face.entry(click.ask, Event.CONFIRMED, now, result=click.what, pod_id=wait.pod_id)
        commit.want(card_key(after)).audit(entry)

    by = click.ask.user
    after = face.store.stop_waits.change(wait.id, lambda there: decide(there, by, now) if there else None, now, also)
    if after is None or after.version == wait.version:
        return Answer(content=views.over())
    face.wake(Job.STOP_WAIT, wait.id)
    face.wake(Job.DELIVER, card_key(wait))
    return Answer(content=None)


def _may_press(face: Face, ask: Ask, pod: Pod, wait: StopWait, now: datetime) -> Answer | None:
    """Whoever asked for it may take it back; else whoever may stop the pod."""
    if ask.user == wait.by:
        return None
    owner = face.store.fleet.facts_of(pod.id).owner
    decision = face.decide(ask, Role.OPERATOR, now, owner=owner, changes_pod=True)
    if isinstance(decision, Refusal):
        return Answer(content=answers.refused(decision, "stop", ask.channel))
    return Answer(content=views.others(pod, decision.consent_of)) if decision.consent_of is not None else None


def _sure(face: Face, click: Click) -> Answer:
    pod = face.store.fleet.load().get(click.subject)
    if pod is None:
        return Answer(content=acks.forgotten())
    seconds = int(click.value.partition(":")[2] or 0)
    return _begin(face, click.ask, pod, timedelta(seconds=seconds) if seconds else None, sure=True)
