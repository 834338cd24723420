"""Keeps what protected pods are made of: read from RunPod, its env values sealed before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from pods.errors import ProviderError
from pods.jobs import Job
from pods.model import Pod, PodStatus
from pods.recovery.kept_spec import kept
from pods.recovery.lineage import Lineage, first_of, needs_reading, was_read, was_unread
from pods.recovery.look import without_gpu
from pods.store.commit import Commit
from workers.context import Context, current
from workers.edge import job
from workers.passes.look import Look

log = structlog.get_logger()


def keep_specs(context: Context, look: Look) -> None:
    """After a list pass: have read what is new or differs. Only of pods at work: others may show no GPUs."""
    if not look.healthy:
        return
    for pod_id, protection in context.store.protections.all().items():
        pod = look.after.get(pod_id)
        if protection.rule is None or pod is None or pod.status is not PodStatus.RUNNING or without_gpu(pod):
            continue
        lineage = context.store.lineages.get(pod_id) or first_of(pod)
        if needs_reading(lineage, pod, look.now) and context.store.clockwork.wake_once(Job.SPEC, pod_id, for_ms=60_000):
            context.wake(Job.SPEC, pod_id)


@job()
def read_spec(pod_id: str) -> None:
    """Read it, unless it is no longer protected or no longer there."""
    context = current()
    pod = context.store.fleet.load().get(pod_id)
    protection = context.store.protections.get(pod_id)
    if pod is None or protection is None or protection.rule is None:
        return
    now = context.clock.now()
    try:
        spec = kept(context.provider.spec(pod_id), pod, context.sealer)
    except ProviderError as error:
        log.warning("spec.unread", pod=pod_id, error=type(error).__name__, detail=error.detail)
        why = error.sentence
        _change(context, pod, now, lambda lineage: was_unread(lineage, why, now))
        return
    _change(context, pod, now, lambda lineage: was_read(lineage, spec, now))


def _change(context: Context, pod: Pod, now: datetime, decide: Callable[[Lineage], Lineage]) -> None:
    def tell(commit: Commit, after: Lineage) -> None:
        if after.card:
            commit.want(after.card)

    context.store.lineages.change(pod.id, lambda there: decide(there or first_of(pod)), now, tell)
