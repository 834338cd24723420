"""What follows idleness: (spell, verdict, holds, now) -> (spell, effects). Pure.

Nudge, again, final warning, stop. Each rung is told once in a spell and counts from its delivery; only a warning may
come twice, because a stop needs one that still stands: delivered, not answered since, a whole window old, and idleness
proven without a break since before it was said. Whatever is not settled freezes the ladder; nothing is made up for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pods.fleet import OwnerKind, PodFacts, PodOrigin
from pods.holds import Holds, in_force
from pods.hours import awake_at
from pods.model import Pod, PodStatus, Value
from pods.spells import End, Rung, Spell, Step, Telling, began, delivered, ended, moved, voided
from pods.times import Instant
from pods.verdicts import Verdict, VerdictKind
from pods.watch_rules import LadderRule, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything but the spell that the ladder looks at."""

    pod: Pod
    facts: PodFacts
    holds: Holds
    verdict: Verdict
    now: datetime
    #: RunPod answers, and what it said is of now.
    healthy: bool
    mode: Mode
    #: The owner's, else the team's.
    zone: ZoneInfo

    def seeing(self, verdict: Verdict) -> Scene:
        """The same with another verdict."""
        return replace(self, verdict=verdict)

    @property
    def owner(self) -> str:
        owner = self.facts.owner
        return (owner.user or "") if owner and owner.kind is OwnerKind.PERSON else ""


class Limit(StrEnum):
    """Why the ladder asks but goes no further."""

    TELL_ONLY = "tell_only"
    LOCKED = "locked"
    CLUSTER = "cluster"
    OUTSIDE = "outside"
    LOSES_DATA = "loses_data"
    HELD = "held"
    STOP_FAILED = "stop_failed"


class Tell(Value):
    """Say it in the spell's message, and in its thread under `key`. Its delivery is to be reported."""

    key: str
    step: Step
    number: int
    shadow: bool = False


class Refresh(Value):
    """What the spell's message says next is no longer so."""


class StopPod(Value):
    """Order a stop, after `stops.veto` of a fresh reading. An order is made once, under its key."""

    key: str


class WouldStop(Value):
    """Shadow mode: write down that it would have been stopped, and say so."""


class Resolve(Value):
    """The spell's message says how it ended, for the last time."""

    end: End


Effect = Tell | Refresh | StopPod | WouldStop | Resolve


@dataclass(frozen=True, slots=True)
class Climb:
    spell: Spell | None
    effects: tuple[Effect, ...] = ()


class Planned(Value):
    step: Step
    at: Instant


_NEXT_RUNG: Final = {Step.NUDGE: Rung.NUDGED, Step.AGAIN: Rung.ASKED_AGAIN, Step.WARN: Rung.WARNED}
#: The pod is on its way up: whatever it did before is over.
_BEGINS: Final = frozenset({PodStatus.PROVISIONING, PodStatus.STARTING})


def climb(spell: Spell | None, scene: Scene, rule: LadderRule) -> Climb:
    """One look. After none, or one that ended, a new spell begins when idleness is settled."""
    if not scene.healthy:
        return Climb(spell)
    if spell is not None and spell.end is None:
        if (end := _end(spell, scene)) is not None:
            return _ended(spell, end, scene.now)
        if spell.rung is Rung.STOPPING:
            return Climb(spell)
    if scene.mode is Mode.OFF or not scene.verdict.settled or scene.pod.status is not PodStatus.RUNNING:
        return Climb(spell)
    current = _continued(spell, scene)
    return _climbed(current, scene, rule) if current else Climb(spell)


def limit(spell: Spell | None, scene: Scene, rule: LadderRule) -> Limit | None:
    """What keeps automation from stopping this pod, None if nothing does."""
    facts, pod = scene.facts, scene.pod
    hindrances = {
        Limit.TELL_ONLY: scene.mode in {Mode.OFF, Mode.TELL},
        Limit.LOCKED: pod.locked,
        Limit.CLUSTER: pod.cluster_id is not None,
        Limit.OUTSIDE: facts.origin is PodOrigin.OUTSIDE and facts.owner is None and not rule.stop_outside,
        Limit.LOSES_DATA: not pod.keeps_data_on_stop and not rule.stop_losing_data,
        Limit.HELD: scene.verdict.kind is VerdictKind.HELD and not rule.stop_held,
        Limit.STOP_FAILED: spell is not None and spell.stop_failed,
    }
    return next((hindrance for hindrance, there in hindrances.items() if there), None)


def stop_due(warning: Telling, verdict: Verdict, rule: LadderRule) -> datetime | None:
    """The countdown's end: never less than a whole idle window after the delivery. None: not delivered."""
    if warning.delivered_at is None:
        return None
    return warning.delivered_at + _countdown(verdict, rule)


def next_step(spell: Spell, scene: Scene, rule: LadderRule) -> Planned | None:
    """The next rung and when; None while a delivery is waited for, or where the ladder ends."""
    hindered = limit(spell, scene, rule) is not None
    if spell.rung is Rung.NOTICED:
        return _planned(Step.NUDGE, spell.since + rule.nudge_after, scene, rule)
    last = spell.last
    if last is None or last.delivered_at is None:
        return None
    if spell.rung is Rung.NUDGED:
        return _planned(Step.AGAIN, last.delivered_at + rule.again_after, scene, rule)
    if spell.rung is Rung.ASKED_AGAIN and not hindered:
        return _planned(Step.WARN, last.delivered_at + rule.warn_after, scene, rule)
    if spell.rung is Rung.WARNED and not hindered:
        return Planned(step=Step.STOP, at=last.delivered_at + _countdown(scene.verdict, rule))
    return None


def plan(spell: Spell, scene: Scene, rule: LadderRule) -> tuple[Planned, ...]:
    """The rungs ahead, as they come if nobody answers and everything is delivered at once."""
    ahead: list[Planned] = []
    coming = spell
    if coming.last is not None and coming.last.delivered_at is None:
        coming = delivered(coming, coming.last.number, scene.now)
    hold = in_force(scene.holds, scene.now)
    while (following := next_step(coming, scene, rule)) is not None:
        if hold is not None and following.at < hold.until:
            following = _planned(following.step, hold.until, scene, rule)
        ahead.append(following)
        if following.step is Step.STOP:
            break
        coming = _told(coming, following.step, following.at, shadow=False)
        coming = delivered(coming, len(coming.tellings), following.at)
    return tuple(ahead)


def _end(spell: Spell, scene: Scene) -> End | None:
    status, verdict = scene.pod.status, scene.verdict
    if status is PodStatus.TERMINATED:
        return End.GONE
    if status is PodStatus.EXITED:
        return End.STOPPED if spell.stop_ordered_at else End.STOPPED_OTHERWISE
    if spell.rung is Rung.STOPPING:
        return None
    if verdict.works:
        return End.BUSY_AGAIN
    began_at = verdict.evidence.began_at
    if status in _BEGINS or (began_at and began_at > spell.since + verdict.evidence.rule.max_gap):
        return End.RESTARTED
    return None


def _ended(spell: Spell, end: End, now: datetime) -> Climb:
    return Climb(ended(spell, end, now), (Resolve(end=end),) if spell.tellings else ())


def _continued(spell: Spell | None, scene: Scene) -> Spell | None:
    """The spell with this proof added: the same one, or a new one."""
    since, last_at = scene.verdict.since, scene.verdict.evidence.last_at
    if since is None or last_at is None:
        return None
    if spell is None or spell.end is not None:
        return began(scene.pod.id, max(since, (spell and spell.ended_at) or since), last_at, scene.owner)
    if since > spell.seen_at:
        # A break: what was idle then and is idle now may have worked between.
        return moved(spell, proven_since=since, seen_at=last_at)
    return moved(spell, seen_at=last_at) if last_at > spell.seen_at else spell


def _climbed(spell: Spell, scene: Scene, rule: LadderRule) -> Climb:
    standing = _standing(spell, scene, rule)
    corrected: tuple[Effect, ...] = () if standing.warning == spell.warning else (Refresh(),)
    standing = standing if standing.owner == scene.owner else moved(standing, owner=scene.owner)
    if in_force(scene.holds, scene.now) is not None:
        return Climb(standing, corrected)
    following = next_step(standing, scene, rule)
    if following is None or scene.now < following.at:
        return Climb(standing, corrected)
    if following.step is not Step.STOP:
        told = _told(standing, following.step, scene.now, shadow=scene.mode is Mode.SHADOW)
        return Climb(told, (*corrected, _telling(told)))
    if scene.mode is Mode.SHADOW:
        return Climb(moved(standing, rung=Rung.WOULD_STOP), (WouldStop(),))
    key = f"{standing.key}-stop-{standing.version + 1}"
    stopping = moved(standing, rung=Rung.STOPPING, stop_ordered_at=scene.now, stop_key=key)
    return Climb(stopping, (StopPod(key=key),))


def _standing(spell: Spell, scene: Scene, rule: LadderRule) -> Spell:
    """The spell, its warning void if what it said no longer holds."""
    warning = spell.warning
    if warning is None:
        return spell
    due = stop_due(warning, scene.verdict, rule)
    holds = (
        in_force(scene.holds, scene.now) is None
        and spell.proven_since <= warning.said_at
        and spell.owner == scene.owner
        and warning.shadow == (scene.mode is Mode.SHADOW)
        and limit(spell, scene, rule) is None
        # A stop much later than it was announced would surprise.
        and (due is None or spell.rung is Rung.WOULD_STOP or scene.now <= due + rule.countdown)
    )
    return spell if holds else voided(spell)


def _countdown(verdict: Verdict, rule: LadderRule) -> timedelta:
    return max(rule.countdown, verdict.evidence.rule.window)


def _planned(step: Step, at: datetime, scene: Scene, rule: LadderRule) -> Planned:
    return Planned(step=step, at=awake_at(rule.quiet, scene.zone, max(at, scene.now)))


def _told(spell: Spell, step: Step, now: datetime, *, shadow: bool) -> Spell:
    telling = Telling(step=step, number=len(spell.tellings) + 1, said_at=now, shadow=shadow)
    return moved(spell, rung=_NEXT_RUNG[step], tellings=(*spell.tellings, telling))


def _telling(spell: Spell) -> Tell:
    last = spell.tellings[-1]
    return Tell(key=spell.key_of(last), step=last.step, number=last.number, shadow=last.shadow)
