"""A time in which RunPod could not be read: told once when it begins, once when it ends, with what changed meanwhile.

Pure. While it lasts nothing is judged and automation is frozen, so what changed in it is only known at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pods.fleet import Fleet
from pods.ids import derived_id
from pods.model import PodStatus, Record, Value
from pods.times import Instant, to_ms

#: Shorter than this is a hiccup that nobody need read of.
TOLD_AFTER: Final = timedelta(seconds=60)


class Known(Value):
    """A pod as it was known before."""

    name: str
    status: PodStatus


class Change(Value):
    """What became of a pod meanwhile. `now` is None where it is gone, `was` where it is new."""

    pod_id: str
    name: str
    was: PodStatus | None
    now: PodStatus | None


class Outage(Record):
    id: str
    since: Instant
    #: The error's sentence.
    trouble: str = ""
    before: Mapping[str, Known] = {}
    places: tuple[str, ...] = ()
    fallback: str = ""
    ended_at: Instant | None = None
    changes: tuple[Change, ...] = ()


def outage_id(since: datetime) -> str:
    return derived_id("outage", str(to_ms(since)))


def due(fleet: Fleet, now: datetime) -> bool:
    """Whether RunPod has not been readable for long enough to be told."""
    return fleet.failing_since is not None and now - fleet.failing_since >= TOLD_AFTER


def begun(fleet: Fleet, *, places: tuple[str, ...], fallback: str) -> Outage:
    if fleet.failing_since is None:
        raise ValueError("RunPod answers")
    known = {entry.pod.id: Known(name=entry.pod.name, status=entry.pod.status) for entry in fleet.entries}
    return Outage(
        id=outage_id(fleet.failing_since),
        since=fleet.failing_since,
        trouble=fleet.trouble,
        before=known,
        places=places,
        fallback=fallback,
    )


def ended(outage: Outage, fleet: Fleet, now: datetime) -> Outage:
    """With what is different since; a pod that lists only lack for now is not called gone."""
    if outage.ended_at is not None:
        return outage
    current = {entry.pod.id: entry for entry in fleet.entries}
    changes = [
        Change(
            pod_id=pod_id, name=was.name, was=was.status, now=current[pod_id].pod.status if pod_id in current else None
        )
        for pod_id, was in outage.before.items()
        if pod_id not in current or current[pod_id].pod.status is not was.status
    ]
    changes += [
        Change(pod_id=pod_id, name=entry.pod.name, was=None, now=entry.pod.status)
        for pod_id, entry in current.items()
        if pod_id not in outage.before
    ]
    ordered = tuple(sorted(changes, key=lambda change: (change.name, change.pod_id)))
    return outage.model_copy(update={"ended_at": now, "changes": ordered, "before": {}})


def _status(known: Mapping[str, Known], pod_id: str) -> PodStatus | None:
    return known[pod_id].status if pod_id in known else None
