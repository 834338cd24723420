"""What the team decides about bringing lost work back: `[[recovery]]` in the policy. Pure.

A rule says what may be tried, in which order, for how much and how long. Defaults never pay more than before.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from pods.tables import Table
from pods.times import MINUTE

Usd = Annotated[Decimal, Field(gt=0, le=100_000, max_digits=12, decimal_places=4)]


class Move(StrEnum):
    """One way to bring a pod back, from the least change to the greatest."""

    #: The same pod on its host, with all its disks.
    RESUME = "resume"
    #: A new pod of the same GPU in the same data center.
    SAME_GPU = "same-gpu"
    #: A new pod in the same data center with another GPU of at least the same memory.
    OTHER_GPU = "other-gpu"
    #: A new pod in whichever data center has room.
    OTHER_CENTER = "other-center"
    #: A spot pod's work on a pod that cannot be outbid.
    ON_DEMAND = "on-demand"


class Shows(StrEnum):
    """How a checkpoint is seen from outside."""

    #: A line of the container's log that matches `pattern`.
    LOG = "log"
    #: A log line with `podkeeper:checkpoint`.
    LINE = "line"
    #: An HTTP port of the pod that answers with the checkpoint's age or time.
    HTTP = "http"


#: What a program prints to say that it has saved itself.
CHECKPOINT_LINE: Final = "podkeeper:checkpoint"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_LONGEST_PATTERN: Final = 200
#: A repeat of a group that itself repeats can take for ever on a line that does not match.
_RUNAWAY: Final = re.compile(r"[+*}]\s*\)\s*[+*{]")


class CheckpointRule(Table):
    shows: Shows
    #: A regular expression, for `log`.
    pattern: str = ""
    #: For `http`.
    port: int | None = Field(default=None, ge=1, le=65535)
    path: str = "/"
    #: How far apart checkpoints are meant to be.
    every_min: int = Field(default=30, ge=1, le=1440)

    @field_validator("pattern")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"must be a regular expression: {error}") from None
        if len(value) > _LONGEST_PATTERN or _RUNAWAY.search(value):
            raise ValueError("must be a short regular expression that repeats no group that repeats itself")
        return value

    @field_validator("path")
    @classmethod
    def _from_the_root(cls, value: str) -> str:
        if not value.startswith("/"):
            raise ValueError('must begin with "/", such as "/checkpoint"')
        return value

    @model_validator(mode="after")
    def _whole(self) -> CheckpointRule:
        if (self.shows is Shows.LOG) != bool(self.pattern):
            raise ValueError('`pattern` belongs to shows = "log", which needs it')
        if (self.shows is Shows.HTTP) != (self.port is not None):
            raise ValueError('`port` belongs to shows = "http", which needs it')
        return self

    @property
    def every(self) -> timedelta:
        return self.every_min * MINUTE


class RecoveryRule(Table):
    name: str
    moves: tuple[Move, ...] = (Move.RESUME, Move.SAME_GPU)
    #: USD per hour for the whole pod; absent: what it cost before it was lost.
    price_cap: Usd | None = None
    #: USD that tries may cost together until one of them has done useful work.
    budget: Usd = Decimal(25)
    attempts_per_hour: int = Field(default=6, ge=1, le=60)
    #: From the loss.
    deadline_h: int = Field(default=12, ge=1, le=168)
    #: Terminate the stopped pod once its replacement runs.
    terminate_husk: bool = False
    #: For spot: the bid may be raised to this, USD per GPU and hour. Absent: the old bid stands.
    bid_cap: Usd | None = None
    #: GPU ids or beginnings of their names that may stand in; empty: any with enough memory.
    gpus: tuple[str, ...] = ()
    checkpoint: CheckpointRule | None = None
    #: Without a checkpoint rule: a run shorter than this brought nothing.
    useful_min: int = Field(default=15, ge=1, le=1440)

    @field_validator("name")
    @classmethod
    def _typed(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError('must be lower-case letters, digits and hyphens, such as "training"')
        return value

    @field_validator("moves")
    @classmethod
    def _each_once(cls, value: tuple[Move, ...]) -> tuple[Move, ...]:
        if not value or len(set(value)) < len(value):
            raise ValueError(f"must list at least one of {', '.join(Move)}, each once")
        return value

    @cached_property
    def deadline(self) -> timedelta:
        return timedelta(hours=self.deadline_h)

    @property
    def useful(self) -> timedelta:
        """A run shorter than this, without a checkpoint, was paid for nothing."""
        return self.checkpoint.every if self.checkpoint else self.useful_min * MINUTE


#: In force for `/pod protect` where the policy names no rule.
DEFAULT_RULE: Final = RecoveryRule(name="default")


def rule_named(rules: tuple[RecoveryRule, ...], name: str | None) -> RecoveryRule | None:
    """The rule of that name; without a name the first one. None: there is none of that name."""
    if name is None:
        return rules[0] if rules else DEFAULT_RULE
    return next((rule for rule in (*rules, DEFAULT_RULE) if rule.name == name), None)
