"""How right the ladder is: what the shadow would have stopped, and which of its stops people undid. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.model import Pod, PodStatus, Record, Value
from pods.spells import Spell
from pods.times import Instant
from pods.verdicts import Verdict, VerdictKind, wasted

#: A pod started again this soon after an automatic stop should not have been stopped.
REGRET_WITHIN: Final = timedelta(minutes=30)
#: Work seen this soon after the shadow's stop would have been lost by it.
BUSY_WITHIN: Final = timedelta(hours=24)


class ShadowStop(Record):
    """A stop that shadow mode did not make. Its key is its spell's: one spell would stop once."""

    v: int = 1
    version: int = 1
    key: str
    pod_id: str
    pod_name: str
    idle_since: Instant
    at: Instant
    #: USD, then.
    cost_per_hour: Decimal | None
    #: When the pod was next seen at work, if it was.
    busy_at: Instant | None = None
    #: When it stopped or went otherwise: the money saved counts to here.
    over_at: Instant | None = None


def would_stop(spell: Spell, pod: Pod, verdict: Verdict) -> ShadowStop:
    return ShadowStop(
        key=spell.key,
        pod_id=pod.id,
        pod_name=pod.name,
        idle_since=spell.since,
        at=verdict.at,
        cost_per_hour=verdict.evidence.cost_per_hour,
    )


def looked_after(stop: ShadowStop, status: PodStatus, verdict: Verdict) -> ShadowStop:
    """The record after one more look at its pod; unchanged once the pod worked or stopped."""
    if stop.over_at is not None or verdict.at < stop.at:
        return stop
    if status in {PodStatus.EXITED, PodStatus.TERMINATED}:
        return stop.model_copy(update={"version": stop.version + 1, "over_at": verdict.at})
    if verdict.kind in {VerdictKind.BUSY, VerdictKind.CPU_BOUND}:
        return stop.model_copy(update={"version": stop.version + 1, "busy_at": verdict.at, "over_at": verdict.at})
    return stop


def saved(stop: ShadowStop, now: datetime) -> Decimal | None:
    """What the stop would have saved so far: an estimate in USD, None where the price is not known."""
    return wasted(stop.cost_per_hour, stop.at, stop.over_at or now)


def busy_later(stop: ShadowStop) -> bool:
    return stop.busy_at is not None and stop.busy_at - stop.at <= BUSY_WITHIN


class ShadowReport(Value):
    since: Instant
    until: Instant
    stops: int
    #: Of these, pods that worked within a day.
    busy_later: int
    #: USD, an estimate; of the stops whose price is known.
    saved: Decimal
    #: Stops whose price is not known, and so is their saving.
    unpriced: int


def shadow_report(stops: Iterable[ShadowStop], *, since: datetime, now: datetime) -> ShadowReport:
    within = [stop for stop in stops if since <= stop.at <= now]
    savings = [saved(stop, now) for stop in within]
    return ShadowReport(
        since=since,
        until=now,
        stops=len(within),
        busy_later=sum(busy_later(stop) for stop in within),
        saved=sum((saving for saving in savings if saving is not None), Decimal(0)),
        unpriced=savings.count(None),
    )


class AutoStop(Record):
    """A stop that the ladder made."""

    v: int = 1
    version: int = 1
    #: Its spell's.
    key: str
    pod_id: str
    #: When it was read back.
    at: Instant
    #: When somebody started the pod again.
    restarted_at: Instant | None = None


def started_again(stop: AutoStop, at: datetime) -> AutoStop:
    """The first start after the stop counts."""
    if stop.restarted_at is not None or at < stop.at:
        return stop
    return stop.model_copy(update={"version": stop.version + 1, "restarted_at": at})


class Regret(Value):
    """Of the stops old enough to tell."""

    stops: int
    regretted: int

    @property
    def share(self) -> Decimal | None:
        """0 to 1; None before there is anything to regret."""
        return Decimal(self.regretted) / self.stops if self.stops else None


def regret(stops: Iterable[AutoStop], *, since: datetime, now: datetime) -> Regret:
    told = [stop for stop in stops if stop.at >= since and (stop.at + REGRET_WITHIN <= now or stop.restarted_at)]
    soon = [stop for stop in told if stop.restarted_at and stop.restarted_at - stop.at <= REGRET_WITHIN]
    return Regret(stops=len(told), regretted=len(soon))
