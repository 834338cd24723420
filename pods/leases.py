"""How a lease ends: a warning before, then one stop. (lease, pod, deliveries, now) -> (lease, what to do). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.holds import Lease
from pods.model import Pod, PodStatus
from pods.times import MINUTE

#: The warning comes this long before the end; of a short lease, half its length.
LEAD: Final = timedelta(minutes=30)
_SHORTEST: Final = 5 * MINUTE
_OVER: Final = frozenset({PodStatus.EXITED, PodStatus.TERMINATED})


class LeaseAct(StrEnum):
    WARN = "warn"
    STOP = "stop"
    #: The pod cannot be stopped by automation: a person is told to do it.
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class LeaseStep:
    lease: Lease
    act: LeaseAct | None = None


def lead(lease: Lease) -> timedelta:
    return max(_SHORTEST, min(LEAD, (lease.until - lease.at) / 2))


def stop_at(lease: Lease) -> datetime | None:
    """When the pod stops; None until the warning was delivered, since nothing is stopped without."""
    if lease.delivered_at is None:
        return None
    return max(lease.until, lease.delivered_at + lead(lease))


def lease_step(lease: Lease, pod: Pod, now: datetime, *, healthy: bool) -> LeaseStep:
    if lease.ended_at is not None or not healthy or now < lease.until - lead(lease):
        return LeaseStep(lease)
    past = now >= lease.until
    if past and _over(lease, pod):
        return LeaseStep(_ended(lease, now))
    if pod.status is not PodStatus.RUNNING:
        return LeaseStep(lease)
    if pod.locked or pod.cluster_id:
        return LeaseStep(_ended(lease, now), LeaseAct.CANNOT) if past else LeaseStep(lease)
    if lease.warned_at is None:
        return LeaseStep(lease.model_copy(update={"warned_at": now}), LeaseAct.WARN)
    due = stop_at(lease)
    return LeaseStep(_ended(lease, now), LeaseAct.STOP) if due and now >= due else LeaseStep(lease)


def _over(lease: Lease, pod: Pod) -> bool:
    """It has stopped, or somebody started it after the lease's end: a lease does not fight that."""
    return pod.status in _OVER or (pod.started_at is not None and pod.started_at > lease.until)


def lease_warned(lease: Lease, at: datetime) -> Lease:
    """Its warning reached a target that its person can read. The first delivery counts."""
    if lease.warned_at is None or lease.delivered_at is not None:
        return lease
    return lease.model_copy(update={"delivered_at": at})


def _ended(lease: Lease, now: datetime) -> Lease:
    return lease.model_copy(update={"ended_at": now})
