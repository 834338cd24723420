"""Whose is this? What follows when a pod that bills has no owner: a question, and after a day a louder one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pods.fleet import Owner, OwnerKind, PodFacts
from pods.hours import is_quiet
from pods.model import BILLED, Pod, PodStatus, Record
from pods.times import Instant
from pods.watch_rules import QuietHours, StrayRule


class Claim(StrEnum):
    """The buttons."""

    MINE = "mine"
    TEAM = "team"
    EXPECTED = "expected"


class Stray(Record):
    """The question about one pod. It is asked once; the pod's later stops and starts do not ask it again."""

    pod_id: str
    #: As listed when it was asked about, for the time after it is gone.
    name: str = ""
    first_seen_at: Instant
    asked_at: Instant | None = None
    #: The channels it was asked in.
    channels: tuple[str, ...] = ()
    delivered_at: Instant | None = None
    escalated_at: Instant | None = None
    #: The first answer, and whose it is.
    claim: Claim | None = None
    claimed_by: str | None = None
    claimed_at: Instant | None = None
    ended_at: Instant | None = None

    @property
    def open(self) -> bool:
        """Asked, and not answered yet."""
        return self.asked_at is not None and self.ended_at is None and self.claim is None


class StrayAct(StrEnum):
    ASK = "ask"
    ESCALATE = "escalate"
    #: It has an owner, is expected, or is gone: the question's message says so, for the last time.
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class StrayStep:
    stray: Stray
    act: StrayAct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unowned:
    """The pod as listed now, and what we know of it."""

    pod: Pod
    facts: PodFacts
    now: datetime
    healthy: bool
    zone: ZoneInfo
    quiet: QuietHours | None = None


def first_seen(pod: Pod, now: datetime) -> Stray:
    return Stray(pod_id=pod.id, name=pod.name, first_seen_at=now)


def stray_step(stray: Stray, seen: Unowned, rule: StrayRule) -> StrayStep:
    if not seen.healthy or stray.ended_at is not None:
        return StrayStep(stray)
    settled = seen.facts.owner is not None or stray.claim is Claim.EXPECTED
    if settled or seen.pod.status is PodStatus.TERMINATED:
        return StrayStep(_moved(stray, ended_at=seen.now), StrayAct.RESOLVE if stray.asked_at else None)
    if stray.claim is not None or seen.pod.status not in BILLED or is_quiet(seen.quiet, seen.zone, seen.now):
        return StrayStep(stray)
    act = _due(stray, seen, rule)
    if act is None:
        return StrayStep(stray)
    asked = {"asked_at": seen.now, "name": seen.pod.name}
    return StrayStep(_moved(stray, **(asked if act is StrayAct.ASK else {"escalated_at": seen.now})), act)


def _due(stray: Stray, seen: Unowned, rule: StrayRule) -> StrayAct | None:
    if stray.asked_at is None:
        since = seen.pod.created_at or stray.first_seen_at
        return StrayAct.ASK if seen.now >= since + rule.ask_after else None
    delivered_at = stray.delivered_at
    if stray.escalated_at is not None or delivered_at is None or seen.now < delivered_at + rule.escalate_after:
        return None
    return StrayAct.ESCALATE


def question_delivered(stray: Stray, at: datetime) -> Stray:
    if stray.asked_at is None or stray.delivered_at is not None:
        return stray
    return _moved(stray, delivered_at=at)


def answered(stray: Stray, facts: PodFacts, claim: Claim, *, by: str, now: datetime) -> Stray:
    """The first answer counts; a later one is for the commands that hand a pod over."""
    if stray.ended_at is not None or facts.owner is not None or stray.claim is not None:
        return stray
    return _moved(stray, claim=claim, claimed_by=by, claimed_at=now)


def owner_by(stray: Stray) -> Owner | None:
    """The owner that the answer makes; None where it makes none."""
    if stray.claim not in {Claim.MINE, Claim.TEAM} or stray.claimed_by is None or stray.claimed_at is None:
        return None
    mine = stray.claim is Claim.MINE
    kind = OwnerKind.PERSON if mine else OwnerKind.TEAM
    user = stray.claimed_by if mine else None
    return Owner(kind=kind, user=user, since=stray.claimed_at, by=stray.claimed_by)


def _moved(stray: Stray, **changes: object) -> Stray:
    return stray.model_copy(update=changes)
