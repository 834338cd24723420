"""How long the balance lasts, and when that is told: at once when it gets worse, then ever more often, never nervously.

Pure. RunPod terminates what has no network volume when the balance is gone, so what would be lost is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import IntEnum, StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pods.model import BILLED, Pod, Record, Value
from pods.times import MINUTE, Instant

#: Longer than this is not counted out.
LONGEST_H: Final = Decimal(24 * 365)
PERCENT: Final = 100


class RunwayRule(BaseModel):
    """`[runway]` of the policy, in hours and minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low_h: int = Field(default=48, ge=1, le=24 * 90)
    urgent_h: int = Field(default=6, ge=1, le=24 * 90)
    #: It is well again only so many percent above a limit.
    hysteresis_percent: int = Field(default=25, ge=0, le=200)
    #: The second telling comes so long after the first; each later wait is half the one before.
    repeat_min: int = Field(default=360, ge=5, le=24 * 60)
    repeat_least_min: int = Field(default=15, ge=5, le=24 * 60)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.urgent_h >= self.low_h:
            raise ValueError("needs urgent_h below low_h, or the first warning never comes")
        if self.repeat_least_min > self.repeat_min:
            raise ValueError("needs repeat_least_min not above repeat_min")
        return self


class Level(IntEnum):
    WELL = 0
    LOW = 1
    URGENT = 2
    #: Nothing is left.
    EMPTY = 3


class Runway(Value):
    """None: RunPod did not say, so it is not known."""

    balance: Decimal | None = None
    #: USD per hour, of everything.
    burn: Decimal | None = None
    at: Instant
    #: Hours until the balance is zero; None: not known, or not within a year.
    hours: Decimal | None = None
    empty_at: Instant | None = None

    @property
    def known(self) -> bool:
        return self.balance is not None and self.burn is not None


class RunwayTold(Record):
    """What was told of the runway, and when it is told again."""

    level: Level = Level.WELL
    next_at: Instant | None = None
    wait_min: int = 0


class Word(StrEnum):
    #: Low, urgent or empty: `level` says which.
    SHORT = "short"
    WELL_AGAIN = "well again"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunwayNotice:
    word: Word
    level: Level
    runway: Runway
    again: bool = False


def runway(balance: Decimal | None, burn: Decimal | None, now: datetime) -> Runway:
    """At this burn; rounded down to the minute, so that nobody is promised more."""
    usable = all(figure is not None and figure.is_finite() for figure in (balance, burn))
    if balance is None or burn is None or not usable or burn < 0:
        return Runway(at=now)
    if balance <= 0:
        return Runway(balance=balance, burn=burn, at=now, hours=Decimal(0), empty_at=now)
    hours = balance / burn if burn else LONGEST_H + 1
    if hours > LONGEST_H:
        return Runway(balance=balance, burn=burn, at=now)
    minutes = int((hours * 60).to_integral_value(ROUND_FLOOR))
    return Runway(balance=balance, burn=burn, at=now, hours=hours, empty_at=now + minutes * MINUTE)


def told(before: RunwayTold, seen: Runway, rule: RunwayRule) -> tuple[RunwayTold, RunwayNotice | None]:
    """What is told now. What is not known changes nothing."""
    if not seen.known:
        return before, None
    level = _level(seen, rule, before.level)
    if level > before.level:
        notice = RunwayNotice(word=Word.SHORT, level=level, runway=seen)
        return _after(before, level, seen.at + rule.repeat_min * MINUTE, rule.repeat_min), notice
    if level < before.level:
        if level is Level.WELL:
            return _after(before, level, None, 0), RunwayNotice(word=Word.WELL_AGAIN, level=level, runway=seen)
        # Better and not yet well: the next telling says so in its time.
        return _after(before, level, before.next_at, before.wait_min), None
    if level is Level.EMPTY or before.next_at is None or seen.at < before.next_at:
        return before, None
    wait = max(before.wait_min // 2, rule.repeat_least_min)
    notice = RunwayNotice(word=Word.SHORT, level=level, runway=seen, again=True)
    return _after(before, level, seen.at + wait * MINUTE, wait), notice


def lost_at_zero(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """What RunPod would terminate, data and all: everything without a network volume. Unknown mounts count."""
    return tuple(pod for pod in pods if not pod.mounts_known or pod.network is None)


def stopped_at_zero(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    lost = {pod.id for pod in lost_at_zero(pods)}
    return tuple(pod for pod in pods if pod.id not in lost and pod.status in BILLED)


def _level(seen: Runway, rule: RunwayRule, before: Level) -> Level:
    if seen.balance is not None and seen.balance <= 0:
        return Level.EMPTY
    for level, limit in ((Level.URGENT, rule.urgent_h), (Level.LOW, rule.low_h)):
        leaves_above = limit * Decimal(PERCENT + rule.hysteresis_percent) / PERCENT if before >= level else limit
        if seen.hours is not None and seen.hours < leaves_above:
            return level
    return Level.WELL


def _after(before: RunwayTold, level: Level, next_at: datetime | None, wait_min: int) -> RunwayTold:
    return before.model_copy(update={"level": level, "next_at": next_at, "wait_min": wait_min})
