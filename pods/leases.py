"""How a lease ends: a warning before, then one stop. (lease, pod, deliveries, now) -> (lease, what to do). Pure.

A keep that lasts longer takes the end with it. A warning that no longer says when the stop comes counts for nothing:
the next one is told anew, and the stop waits one full window after its delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.holds import Holds, Lease, LeaseEnd, keeping
from pods.model import Pod, PodStatus
from pods.times import MINUTE

#: The warning comes this long before the end; of a short lease, half its length.
LEAD: Final = timedelta(minutes=30)
_SHORTEST: Final = 5 * MINUTE


class LeaseAct(StrEnum):
    WARN = "warn"
    STOP = "stop"
    #: The pod cannot be stopped by automation: a person is told to do it.
    CANNOT = "cannot"
    #: It is over without a stop of ours: a warning that was told says so.
    OVER = "over"
    #: What the warning said no longer holds: it is told so, and another one will come.
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True)
class LeaseStep:
    lease: Lease
    act: LeaseAct | None = None


def lead(lease: Lease) -> timedelta:
    return max(_SHORTEST, min(LEAD, (lease.until - lease.at) / 2))


def ends_at(lease: Lease, kept_until: datetime | None) -> datetime:
    return max(lease.until, kept_until) if kept_until else lease.until


def warns_at(lease: Lease, kept_until: datetime | None) -> datetime:
    return ends_at(lease, kept_until) - lead(lease)


def stop_at(lease: Lease, kept_until: datetime | None = None) -> datetime | None:
    """When the pod stops; None until the warning was delivered, since nothing is stopped without."""
    if lease.delivered_at is None:
        return None
    return max(ends_at(lease, kept_until), lease.delivered_at + lead(lease))


def lease_step(
    lease: Lease, pod: Pod, now: datetime, *, healthy: bool, kept_until: datetime | None = None
) -> LeaseStep:
    if lease.ended_at is not None or not healthy:
        return LeaseStep(lease)
    if lease.warned_at is not None and _outdated(lease, now, kept_until):
        return LeaseStep(_unwarned(lease), LeaseAct.POSTPONED)
    if now < warns_at(lease, kept_until):
        return LeaseStep(lease)
    if now >= ends_at(lease, kept_until) and (end := _without_us(lease, pod)) is not None:
        told = LeaseAct.CANNOT if end is LeaseEnd.CANNOT else LeaseAct.OVER if lease.warned_at else None
        return LeaseStep(ended(lease, end, now), told)
    if pod.status is not PodStatus.RUNNING or pod.locked or pod.cluster_id:
        return LeaseStep(lease)
    return _to_its_end(lease, now, stop_at(lease, kept_until))


def _to_its_end(lease: Lease, now: datetime, due: datetime | None) -> LeaseStep:
    if lease.warned_at is None:
        told = {"warned_at": now, "warnings": lease.warnings + 1}
        return LeaseStep(lease.model_copy(update=told), LeaseAct.WARN)
    return LeaseStep(ended(lease, LeaseEnd.STOP, now), LeaseAct.STOP) if due and now >= due else LeaseStep(lease)


def _without_us(lease: Lease, pod: Pod) -> LeaseEnd | None:
    """How a lease whose time is up ends without a stop of ours, if so. It does not fight a start after its end."""
    if pod.status is PodStatus.TERMINATED:
        return LeaseEnd.GONE
    if pod.status is PodStatus.EXITED or (pod.started_at is not None and pod.started_at > lease.until):
        return LeaseEnd.OVER
    if pod.status is PodStatus.RUNNING and (pod.locked or pod.cluster_id):
        return LeaseEnd.CANNOT
    return None


def _outdated(lease: Lease, now: datetime, kept_until: datetime | None) -> bool:
    """The stop comes later than the warning said: a keep came, or an outage or a dead watcher let its hour pass."""
    due = stop_at(lease, kept_until)
    return now < warns_at(lease, kept_until) or (due is not None and now > due + lead(lease))


def lease_warned(lease: Lease, at: datetime) -> Lease:
    """Its warning reached a target that its person can read. The first delivery counts."""
    if lease.warned_at is None or lease.delivered_at is not None:
        return lease
    return lease.model_copy(update={"delivered_at": at})


def stop_deferred(lease: Lease) -> Lease:
    """Its stop was ordered and could not be asked of RunPod: the lease goes on, to a warning and a stop anew."""
    if lease.end is not LeaseEnd.STOP:
        return lease
    return _unwarned(lease.model_copy(update={"ended_at": None, "end": None}))


def lease_veto(holds: Holds | None, said_at: datetime, pod: Pod, now: datetime) -> str | None:
    """The last look before the stop of the lease said then: why it is not made, as a sentence; None: it is made."""
    current = holds.lease if holds else None
    if holds is None or current is None or (current.at, current.end) != (said_at, LeaseEnd.STOP):
        return "The lease was extended or released in the last moment."
    if keeping(holds, now) is not None:
        return "Somebody said in the last moment that it is kept."
    due = stop_at(current)
    if due is None or now < due:
        return "Its warning was not told long enough before."
    if pod.started_at is not None and pod.started_at > current.until:
        return "Somebody started it after the lease had ended."
    return None


def ended(lease: Lease, end: LeaseEnd, now: datetime) -> Lease:
    return lease.model_copy(update={"ended_at": now, "end": end})


def _unwarned(lease: Lease) -> Lease:
    return lease.model_copy(update={"warned_at": None, "delivered_at": None})
