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


class Stray(Record):
    """The question about one pod. It is asked once; the pod's later stops and starts do not ask it again."""

    v: int = 1
    version: int = 1
    #: Of its one message.
    key: str
    pod_id: str
    first_seen_at: Instant
    asked_at: Instant | None = None
    delivered_at: Instant | None = None
    escalated_at: Instant | None = None
    #: Somebody said that it is as it should be, without being its owner.
    expected_by: str | None = None
    ended_at: Instant | None = None


class StrayAct(StrEnum):
    ASK = "ask"
    ESCALATE = "escalate"
    #: It has an owner, is expected, or is gone: the question's message says so, for the last time.
    RESOLVE = "resolve"


class Claim(StrEnum):
    """The buttons."""

    MINE = "mine"
    TEAM = "team"
    EXPECTED = "expected"


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
    return Stray(key=f"stray-{pod.id}", pod_id=pod.id, first_seen_at=now)


def stray_step(stray: Stray, seen: Unowned, rule: StrayRule) -> StrayStep:
    if not seen.healthy or stray.ended_at is not None:
        return StrayStep(stray)
    settled = seen.facts.owner is not None or stray.expected_by is not None
    if settled or seen.pod.status is PodStatus.TERMINATED:
        return StrayStep(_moved(stray, ended_at=seen.now), StrayAct.RESOLVE if stray.asked_at else None)
    if seen.pod.status not in BILLED or is_quiet(seen.quiet, seen.zone, seen.now):
        return StrayStep(stray)
    act = _due(stray, seen, rule)
    if act is None:
        return StrayStep(stray)
    asked = {"asked_at": seen.now} if act is StrayAct.ASK else {"escalated_at": seen.now}
    return StrayStep(_moved(stray, **asked), act)


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


def claimed(stray: Stray, facts: PodFacts, claim: Claim, *, by: str, now: datetime) -> tuple[Stray, PodFacts]:
    """The first answer counts; a later one is for the commands that hand a pod over."""
    if stray.ended_at is not None or facts.owner is not None or stray.expected_by is not None:
        return stray, facts
    if claim is Claim.EXPECTED:
        return _moved(stray, expected_by=by), facts
    kind = OwnerKind.PERSON if claim is Claim.MINE else OwnerKind.TEAM
    owner = Owner(kind=kind, user=by if claim is Claim.MINE else None, since=now, by=by)
    return stray, facts.model_copy(update={"version": facts.version + 1, "owner": owner})


def _moved(stray: Stray, **changes: object) -> Stray:
    return stray.model_copy(update={"version": stray.version + 1, **changes})
