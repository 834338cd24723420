"""Looks where protected pods last saved their work, and says how long ago that was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from bot.views import checkpoints as words
from pods.errors import ProviderError
from pods.losses import Loss
from pods.model import Pod, PodStatus
from pods.protection import Protection
from pods.quotas import spare
from pods.recovery.checkpoints import Checkpoints, in_answer, in_log, read_from, seen, unseen
from pods.recovery.rules import CheckpointRule, Shows, rule_named
from workers.context import Context, current
from workers.edge import job
from workers.zones import zone

log = structlog.get_logger()

#: Real seconds a round may take; whom it does not come to is first in the next.
BUDGET_S: Final = 15.0
LINES: Final = 1_000


@job()
def look(period: str) -> None:
    """Read every protected pod that runs and whose rule says how a checkpoint shows; those not read longest first."""
    del period
    context = current()
    began = context.monotonic()
    left = spare(context.provider.quotas())
    for pod, rule, known in _wanted(context):
        if context.monotonic() - began > BUDGET_S or (left is not None and left <= 0):
            return
        read(context, pod, rule, known)
        left = None if left is None else left - 1


def _wanted(context: Context) -> Sequence[tuple[Pod, CheckpointRule, Checkpoints | None]]:
    fleet = context.store.fleet.load()
    if fleet.failing_since is not None:
        return ()
    protections = context.store.protections.all()
    known = context.store.checkpoints.many(protections)
    running = [
        (pod, rule, known.get(pod.id))
        for pod in fleet.pods
        if pod.status is PodStatus.RUNNING and (rule := _rule(context, protections.get(pod.id))) is not None
    ]
    never = datetime.fromtimestamp(0, tz=context.clock.now().tzinfo)
    return sorted(running, key=lambda each: (each[2].tried_at if each[2] else None) or never)


def _rule(context: Context, protection: Protection | None) -> CheckpointRule | None:
    if protection is None or protection.rule is None:
        return None
    rule = rule_named(context.store.people.policy().recovery, protection.rule)
    return rule.checkpoint if rule is not None else None


def read(context: Context, pod: Pod, rule: CheckpointRule, known: Checkpoints | None) -> Checkpoints:
    """One reading, into the record. A failure is told there and changes nothing else."""
    now = context.clock.now()
    told = _by_http(context, pod, rule, now) if rule.shows is Shows.HTTP else _by_log(context, pod, rule, known, now)
    if isinstance(told, str):
        after = context.store.checkpoints.change(pod.id, lambda there: unseen(there, pod.id, told, now), now)
    else:
        after = context.store.checkpoints.change(pod.id, lambda there: seen(there, pod.id, told, now), now)
    return after or unseen(known, pod.id, "", now)


def _by_http(context: Context, pod: Pod, rule: CheckpointRule, now: datetime) -> tuple[datetime, ...] | str:
    answer = in_answer(context.web.get(pod.id, rule.port or 0, rule.path), now)
    if isinstance(answer, str):
        return answer
    return () if answer is None else (answer,)


def _by_log(
    context: Context, pod: Pod, rule: CheckpointRule, known: Checkpoints | None, now: datetime
) -> tuple[datetime, ...] | str:
    try:
        lines = context.provider.logs(pod.id, source="container", tail=LINES, since=read_from(known, now))
    except ProviderError as error:
        log.info("checkpoint.unread", pod=pod.id, error=type(error).__name__, detail=error.detail)
        return error.sentence
    return in_log(lines, rule)


def age_of(context: Context, pod_id: str, now: datetime, user: str = "") -> str:
    """When it last saved, as a sentence; "" where no rule says how a checkpoint shows."""
    if _rule(context, context.store.protections.get(pod_id)) is None:
        return ""
    return words.age(context.store.checkpoints.get(pod_id), now, zone(context, user))


def before(context: Context, loss: Loss, user: str = "") -> str:
    """When it had last saved when it was lost; "" where no rule says how a checkpoint shows."""
    known = context.store.checkpoints.get(loss.pod_id)
    if known is None and _rule(context, context.store.protections.get(loss.pod_id)) is None:
        return ""
    return words.before(known, loss.seen_at, zone(context, user))


def saved_at(context: Context, pod_id: str, before: datetime) -> datetime | None:
    """The newest checkpoint until then, if one was seen."""
    known = context.store.checkpoints.get(pod_id)
    return max((at for at in known.times if at <= before), default=None) if known else None
