"""What follows when a stopped pod's disk keeps costing: a nudge, then the offer to terminate. Pure.

Nothing here ends a pod: the offer is a button, and a person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from pods.holds import Holds, in_force
from pods.hours import is_quiet
from pods.model import Pod, PodStatus, Record
from pods.money import stopped_storage_per_month
from pods.times import Instant
from pods.watch_rules import QuietHours, StorageRule

_DAYS_A_MONTH = 30


class Leftover(Record):
    """One stopped period of one pod whose disk costs."""

    pod_id: str
    #: As listed when it was told of, for the time after it is gone.
    name: str = ""
    #: Whom it was told to.
    user: str = ""
    #: Stopped since.
    since: Instant
    nudged_at: Instant | None = None
    nudge_delivered_at: Instant | None = None
    offered_at: Instant | None = None
    ended_at: Instant | None = None


class LeftoverAct(StrEnum):
    NUDGE = "nudge"
    OFFER = "offer"
    #: The pod runs again or is gone: its message says so, for the last time.
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class LeftoverStep:
    leftover: Leftover | None
    act: LeftoverAct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The pod as listed now, and since when lists have shown it stopped."""

    pod: Pod
    since: datetime
    holds: Holds
    now: datetime
    healthy: bool
    #: Its owner, who is asked; without one the weekly list of unused storage speaks of it.
    owner: str | None
    #: Somebody said that it stays until then.
    kept_until: datetime | None = None
    zone: ZoneInfo
    quiet: QuietHours | None = None


def leftover_step(leftover: Leftover | None, seen: Stopped, rule: StorageRule) -> LeftoverStep:
    if not seen.healthy or seen.pod.status is PodStatus.UNKNOWN:
        return LeftoverStep(leftover)
    if leftover is not None and leftover.ended_at is None and seen.pod.status is not PodStatus.EXITED:
        told = LeftoverAct.RESOLVE if leftover.nudged_at else None
        return LeftoverStep(_moved(leftover, ended_at=seen.now), told)
    if not _worth_asking(seen, rule):
        return LeftoverStep(leftover)
    current = _begun(seen) if leftover is None or leftover.ended_at else leftover
    act = _due(current, seen.now, rule)
    if act is None:
        return LeftoverStep(leftover)
    said: dict[str, object] = {"name": seen.pod.name, "user": seen.owner}
    said["nudged_at" if act is LeftoverAct.NUDGE else "offered_at"] = seen.now
    return LeftoverStep(_moved(current, **said), act)


def _due(leftover: Leftover, now: datetime, rule: StorageRule) -> LeftoverAct | None:
    if leftover.nudged_at is None:
        return LeftoverAct.NUDGE if now >= leftover.since + rule.nudge_after else None
    delivered_at = leftover.nudge_delivered_at
    if leftover.offered_at is not None or delivered_at is None or now < delivered_at + rule.offer_after:
        return None
    return LeftoverAct.OFFER


def offers_at(leftover: Leftover, rule: StorageRule) -> datetime | None:
    """When the offer to terminate comes; None until the nudge was delivered."""
    return leftover.nudge_delivered_at + rule.offer_after if leftover.nudge_delivered_at else None


def nudge_delivered(leftover: Leftover, at: datetime) -> Leftover:
    if leftover.nudged_at is None or leftover.nudge_delivered_at is not None:
        return leftover
    return _moved(leftover, nudge_delivered_at=at)


def storage_cost(pod: Pod, since: datetime, now: datetime) -> Decimal | None:
    """What the stopped pod's disk has cost so far: an estimate in USD, None where the disk is not known."""
    monthly = stopped_storage_per_month(pod)
    if monthly is None:
        return None
    return monthly * Decimal(round((now - since).total_seconds())) / (_DAYS_A_MONTH * 24 * 3600)


def _worth_asking(seen: Stopped, rule: StorageRule) -> bool:
    monthly = stopped_storage_per_month(seen.pod)
    if seen.pod.status is not PodStatus.EXITED or monthly is None or monthly < rule.worth:
        return False
    kept = seen.kept_until is not None and seen.now < seen.kept_until
    held = in_force(seen.holds, seen.now) is not None
    return seen.owner is not None and not kept and not held and not is_quiet(seen.quiet, seen.zone, seen.now)


def _begun(seen: Stopped) -> Leftover:
    return Leftover(pod_id=seen.pod.id, since=seen.since)


def _moved(leftover: Leftover, **changes: object) -> Leftover:
    return leftover.model_copy(update=changes)
