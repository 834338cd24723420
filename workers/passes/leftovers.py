"""Stopped pods whose disks cost: their owner is told, and later asked whether to terminate. Nothing ends by itself.

How long a pod has stood stopped is the ledger's word, so that this and the weekly list of unused storage agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from pods.fleet import OwnerKind, PodFacts
from pods.holds import Holds
from pods.ledger.hours import stopped_since
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import kept_id
from pods.leftovers import Leftover, LeftoverAct, Stopped, leftover_step, nudge_delivered
from pods.messages import card
from pods.model import Pod, PodStatus
from pods.pod_rules import rules_for
from pods.policy import Policy
from pods.store.commit import Commit
from pods.times import to_ms
from workers.cards.leftovers import NUDGE, OFFER
from workers.context import Context
from workers.passes.look import Look
from workers.zones import zone

log = structlog.get_logger()


def tell_of_leftovers(context: Context, look: Look) -> None:
    policy = context.store.people.policy()
    if not look.healthy or not policy.storage.ask:
        return
    known, facts, since = context.store.leftovers.all(), context.store.fleet.facts(), stopped(context)
    pods = {entry.pod.id: entry.pod for entry in look.after.entries if entry.missing_since is None}
    missing = {entry.pod.id for entry in look.after.entries if entry.missing_since is not None}
    for pod_id in dict.fromkeys((*known, *pods)):
        leftover, pod = known.get(pod_id), pods.get(pod_id)
        if pod_id in missing or not _concerns(pod, leftover):
            continue
        gone = Pod(id=pod_id, name=leftover.name if leftover else pod_id, status=PodStatus.TERMINATED)
        _step(context, policy, pod or gone, facts.get(pod_id) or PodFacts(pod_id=pod_id), since)


def stopped(context: Context) -> dict[str, datetime]:
    """Since when each pod stands stopped, as the books have it."""
    lives = (subject.life for subject in context.store.ledger.watching().subjects)
    return {
        life.id: since for life in lives if life.kind is SubjectKind.POD and (since := stopped_since(life)) is not None
    }


def subject(leftover: Leftover) -> str:
    """One stopped period of one pod."""
    return f"{leftover.pod_id}-{to_ms(leftover.since)}"


def _concerns(pod: Pod | None, leftover: Leftover | None) -> bool:
    if leftover is not None and leftover.ended_at is None:
        return True
    return pod is not None and pod.status is PodStatus.EXITED


def _step(
    context: Context, policy: Policy, pod: Pod, facts: PodFacts, since: Mapping[str, datetime]
) -> LeftoverAct | None:
    now = context.clock.now()
    known = context.store.leftovers.get(pod.id)
    seen = _seen(context, policy, pod, facts, since.get(pod.id) or now)
    heard_at = _heard(context, known)
    acts: list[LeftoverAct | None] = [None]

    def decide(before: Leftover | None) -> Leftover | None:
        acts[:] = [None]
        heard = nudge_delivered(before, heard_at) if before is not None and heard_at is not None else before
        step = leftover_step(heard, seen, policy.storage)
        acts[:] = [step.act]
        return before if step.leftover is before else step.leftover

    def also(commit: Commit, after: Leftover) -> None:
        if acts[0] is not None:
            log.info("leftover.moved", pod=pod.id, act=acts[0].value)
            _tell(commit, after, acts[0], now)

    context.store.leftovers.change(pod.id, decide, now, also)
    return acts[0]


def _tell(commit: Commit, leftover: Leftover, act: LeftoverAct, now: datetime) -> None:
    commit.tell(card(NUDGE, subject(leftover), user=leftover.user, now=now))
    if act is LeftoverAct.OFFER or leftover.offered_at is not None:
        commit.tell(card(OFFER, subject(leftover), user=leftover.user, now=now))


def _seen(context: Context, policy: Policy, pod: Pod, facts: PodFacts, since: datetime) -> Stopped:
    owner = facts.owner.user if facts.owner is not None and facts.owner.kind is OwnerKind.PERSON else None
    kept = context.store.kept.get(kept_id(SubjectKind.POD, pod.id))
    return Stopped(
        pod=pod,
        since=since,
        holds=context.store.holds.get(pod.id) or Holds(pod_id=pod.id),
        now=context.clock.now(),
        healthy=True,
        owner=owner,
        kept_until=kept.until if kept else None,
        zone=zone(context, owner or ""),
        quiet=rules_for(policy, pod.name, preset=facts.preset).ladder.quiet,
    )


def _heard(context: Context, leftover: Leftover | None) -> datetime | None:
    """When the nudge first reached its reader."""
    if leftover is None or leftover.nudged_at is None or leftover.nudge_delivered_at is not None:
        return None
    message = context.store.outbox.get(card(NUDGE, subject(leftover), user=leftover.user, now=leftover.nudged_at).key)
    return message.told_at if message else None
