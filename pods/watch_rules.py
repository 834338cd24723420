"""What the team decides about the watch: when a pod is idle, and what follows. Defaults are the safe choice. Pure.

Each table is a part of the policy file; a combination that could never fire is refused when it is read.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pods.samples import RAW_FOR
from pods.times import MINUTE


class Protector(StrEnum):
    """What can prove work that utilisation does not show. Each costs a call, so only candidates are asked."""

    LOG_RATE = "log_rate"
    #: Log lines with `podkeeper:heartbeat`.
    HEARTBEAT = "heartbeat"
    JUPYTER = "jupyter"
    #: Any URL of the pod's proxy.
    HTTP = "http"


class Mode(StrEnum):
    OFF = "off"
    #: Asks, and says what it would have stopped; stops nothing.
    SHADOW = "shadow"
    #: Asks; never warns, never stops.
    TELL = "tell"
    STOP = "stop"


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IdleRule(_Rule):
    """When a pod counts as doing nothing. Percentages are peaks: one sample at the limit is work."""

    #: This long, without a hole, every figure must have stayed under its limit.
    window_min: int = Field(default=30, ge=5, le=240)
    #: A GPU at or above this works.
    gpu_busy: int = Field(default=5, ge=1, le=100)
    #: A CPU at or above this works.
    cpu_busy: int = Field(default=5, ge=1, le=100)
    #: GPU memory at or above this is held by a process.
    memory_held: int = Field(default=5, ge=1, le=100)
    #: Samples this soon after the container began are not judged.
    warm_up_min: int = Field(default=15, ge=0, le=240)
    #: A longer hole between samples begins the window anew.
    max_gap_s: int = Field(default=180, ge=20, le=1800)
    #: The newest sample may be this old.
    fresh_s: int = Field(default=120, ge=20, le=1800)
    protectors: tuple[Protector, ...] = (Protector.LOG_RATE, Protector.HEARTBEAT)
    #: A protector's answer holds for this long.
    asked_every_s: int = Field(default=300, ge=30, le=1800)
    #: Lines per minute, at best over any five minutes of the window, that count as work.
    log_lines_per_min: float = Field(default=0.5, gt=0)

    @model_validator(mode="after")
    def _can_fire(self) -> IdleRule:
        if self.max_gap >= self.window:
            raise ValueError("`max_gap_s` must be shorter than the window, or two samples would prove idleness")
        if self.fresh > self.window:
            raise ValueError("`fresh_s` must not be longer than the window")
        if self.window > RAW_FOR - timedelta(hours=1):
            raise ValueError("`window_min` must be shorter than samples are kept")
        return self

    @cached_property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_min)

    @cached_property
    def warm_up(self) -> timedelta:
        return timedelta(minutes=self.warm_up_min)

    @cached_property
    def max_gap(self) -> timedelta:
        return timedelta(seconds=self.max_gap_s)

    @cached_property
    def fresh(self) -> timedelta:
        return timedelta(seconds=self.fresh_s)

    @property
    def asked_every(self) -> timedelta:
        return timedelta(seconds=self.asked_every_s)

    def can_judge(self, poll_every_s: int) -> bool:
        """Whether polls this far apart leave no hole: one may be lost."""
        return 2 * poll_every_s <= self.max_gap_s and poll_every_s <= self.fresh_s


class QuietHours(_Rule):
    """Local hours in which nobody is asked or warned. What was warned of before them still happens."""

    start: time = time(22)
    end: time = time(7)

    @model_validator(mode="after")
    def _some(self) -> QuietHours:
        if self.start == self.end:
            raise ValueError("quiet hours that end when they start would be all day; leave the table out instead")
        return self


SHADOW_DAYS: Final = 7


class LadderRule(_Rule):
    """What follows idleness, and when."""

    mode: Mode = Mode.STOP
    #: For so many days after Podkeeper began, a mode of stop is shadow.
    shadow_days: int = Field(default=SHADOW_DAYS, ge=0)
    nudge_after_min: int = Field(default=45, ge=5)
    #: From the delivered nudge.
    again_after_min: int = Field(default=60, ge=5)
    #: From the delivered second asking, and between two warnings.
    warn_after_min: int = Field(default=60, ge=5)
    #: From the delivered warning; the idle window, where that is longer.
    countdown_min: int = Field(default=30, ge=5)
    #: How long "it's busy" is believed.
    busy_word_h: int = Field(default=12, ge=1, le=168)
    #: Tell the pod's owner by direct message, besides the channels that idle pods are routed to.
    direct: bool = True
    #: Also stop pods that hold GPU memory and compute nothing. A loaded server that waits looks the same.
    stop_held: bool = False
    #: Also stop pods that others made and nobody claimed.
    stop_outside: bool = False
    #: Also stop pods that would lose their data.
    stop_losing_data: bool = False
    quiet: QuietHours | None = None
    #: When "until morning" is.
    morning: time = time(9)

    @property
    def nudge_after(self) -> timedelta:
        return timedelta(minutes=self.nudge_after_min)

    @property
    def again_after(self) -> timedelta:
        return timedelta(minutes=self.again_after_min)

    @property
    def warn_after(self) -> timedelta:
        return timedelta(minutes=self.warn_after_min)

    @property
    def countdown(self) -> timedelta:
        return timedelta(minutes=self.countdown_min)

    @property
    def busy_word(self) -> timedelta:
        return timedelta(hours=self.busy_word_h)

    def mode_at(self, now: datetime, *, began_at: datetime) -> Mode:
        """The mode in force: stopping is earned by a week of shadow."""
        if self.mode is Mode.STOP and now < began_at + timedelta(days=self.shadow_days):
            return Mode.SHADOW
        return self.mode


class StorageRule(_Rule):
    """What follows when a stopped pod keeps costing. Nothing is terminated: it is offered."""

    ask: bool = True
    nudge_after_days: int = Field(default=3, ge=1)
    #: From the delivered nudge.
    offer_after_days: int = Field(default=11, ge=1)
    #: Cheaper disks are not worth a message. USD a month.
    worth: int = Field(default=1, ge=0)

    @property
    def nudge_after(self) -> timedelta:
        return timedelta(days=self.nudge_after_days)

    @property
    def offer_after(self) -> timedelta:
        return timedelta(days=self.offer_after_days)


class StrayRule(_Rule):
    """When to ask whose a pod is."""

    ask: bool = True
    ask_after_min: int = Field(default=10, ge=0)
    #: From the delivered question.
    escalate_after_h: int = Field(default=24, ge=1)
    #: Questions that may stand unanswered at once; the other pods wait their turn.
    open_at_most: int = Field(default=5, ge=1)

    @property
    def ask_after(self) -> timedelta:
        return self.ask_after_min * MINUTE

    @property
    def escalate_after(self) -> timedelta:
        return timedelta(hours=self.escalate_after_h)
