"""Pods that cost and have no owner: asked about once each, a few at a time, and louder after a day.

A step and its message are one commit. The first answer wins in the pod's record; what it says of the owner is written
after that, and here again should the bot have died between the two.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from pods.audit import AuditEntry, Event
from pods.fleet import PodFacts
from pods.messages import Message, card
from pods.model import BILLED, Pod, PodStatus
from pods.pod_rules import rules_for
from pods.policy import Kind, Policy
from pods.routing import targets
from pods.store.commit import Commit
from pods.strays import Stray, StrayAct, Unowned, first_seen, owner_by, question_delivered, stray_step
from workers.cards.strays import CARD, LOUDER
from workers.context import Context
from workers.passes.look import Look

log = structlog.get_logger()


def ask_whose(context: Context, look: Look) -> None:
    policy = context.store.people.policy()
    if not look.healthy or not policy.strays.ask:
        return
    facts, known = context.store.fleet.facts(), context.store.strays.all()
    pods = {entry.pod.id: entry.pod for entry in look.after.entries if entry.missing_since is None}
    missing = {entry.pod.id for entry in look.after.entries if entry.missing_since is not None}
    open_ones = sum(1 for stray in known.values() if stray.open)
    for pod_id in dict.fromkeys((*known, *pods)):
        stray = known.get(pod_id)
        if pod_id in missing or not _concerns(pods.get(pod_id), stray, facts.get(pod_id)):
            continue
        pod = pods.get(pod_id) or Pod(id=pod_id, name=stray.name if stray else pod_id, status=PodStatus.TERMINATED)
        may_ask = open_ones < policy.strays.open_at_most
        act = _step(context, policy, pod, facts.get(pod_id) or PodFacts(pod_id=pod_id), may_ask=may_ask)
        open_ones += act is StrayAct.ASK


def _concerns(pod: Pod | None, stray: Stray | None, facts: PodFacts | None) -> bool:
    """A pod that costs and has no owner, or one that was asked about and is not settled yet."""
    if stray is not None:
        return stray.ended_at is None
    return pod is not None and pod.status in BILLED and (facts is None or facts.owner is None)


def _step(context: Context, policy: Policy, pod: Pod, facts: PodFacts, *, may_ask: bool) -> StrayAct | None:
    now = context.clock.now()
    channels = targets(Kind.IDLE, pod.name, policy)
    known = context.store.strays.get(pod.id)
    facts = _owned_by_answer(context, pod, facts, known, now)
    heard_at = _heard(context, known, now)
    quiet = rules_for(policy, pod.name, preset=facts.preset, channels=channels).ladder.quiet
    seen = Unowned(pod=pod, facts=facts, now=now, healthy=True, zone=policy.tz, quiet=quiet)
    acts: list[StrayAct | None] = [None]

    def decide(before: Stray | None) -> Stray | None:
        acts[:] = [None]
        stray = before or first_seen(pod, now)
        heard = question_delivered(stray, heard_at) if heard_at is not None else stray
        step = stray_step(heard, seen, policy.strays)
        if step.act is StrayAct.ASK and (not channels or not may_ask):
            return before or stray
        acts[:] = [step.act]
        after = step.stray
        if step.act is StrayAct.ASK:
            after = after.model_copy(update={"channels": channels})
        return before if after is before else after

    def also(commit: Commit, after: Stray) -> None:
        if acts[0] is not None:
            log.info("stray.moved", pod=pod.id, act=acts[0].value)
            _tell(commit, context, after, acts[0], now)

    context.store.strays.change(pod.id, decide, now, also)
    return acts[0]


def _tell(commit: Commit, context: Context, stray: Stray, act: StrayAct, now: datetime) -> None:
    for message in questions(context, stray, now):
        commit.tell(message)
        if act is StrayAct.ESCALATE:
            channel = message.target.channel
            commit.tell(card(LOUDER, stray.pod_id, user=message.user, now=now, channel=channel, under=message.key))


def questions(context: Context, stray: Stray, now: datetime) -> tuple[Message, ...]:
    """One message per channel that was asked; an admin stands in where the channel cannot be reached."""
    admins = context.store.people.holders().admins
    user = admins[0] if admins else ""
    return tuple(card(CARD, stray.pod_id, user=user, now=now, channel=channel) for channel in stray.channels)


def _heard(context: Context, stray: Stray | None, now: datetime) -> datetime | None:
    """When the question first reached somebody."""
    if stray is None or stray.asked_at is None or stray.delivered_at is not None:
        return None
    told = [context.store.outbox.get(message.key) for message in questions(context, stray, now)]
    times = [message.told_at for message in told if message is not None and message.told_at is not None]
    return min(times, default=None)


def _owned_by_answer(context: Context, pod: Pod, facts: PodFacts, stray: Stray | None, now: datetime) -> PodFacts:
    """The facts with the owner that an answer made, written now if nobody has."""
    owner = owner_by(stray) if stray is not None else None
    if owner is None or facts.owner is not None:
        return facts
    entry = AuditEntry(at=now, event=Event.OWNER, by=owner.by, command="whose", pod_id=pod.id, result=owner.kind.value)
    return context.store.fleet.set_owner(pod.id, owner, now=now, audit=entry)
