"""What may come before a loss: memory nearly full, a port that answered and stopped, work announced on a host. Pure.

Each is told to the owner once per spell. What is not said is no sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.loss_rules import LossRules
from pods.model import Maintenance, Record, Value
from pods.times import Instant

#: Memory must fall so many percent below the limit before a new spell can begin.
RELIEF: Final = 5
#: A longer hole between two readings begins the spell anew.
HOLE: Final = timedelta(minutes=3)


class SignKind(StrEnum):
    MEMORY = "memory"
    PORT = "port"
    MAINTENANCE = "maintenance"


class Sign(Value):
    """One thing to tell."""

    kind: SignKind
    since: datetime
    port: int | None = None
    percent: int | None = None
    window: Maintenance | None = None

    @property
    def name(self) -> str:
        """The same for the same spell, however often it is found."""
        moment = int(self.since.timestamp())
        return f"{self.kind.value}{self.port or ''}-{moment}"


class Port(Value):
    """A declared port that has answered."""

    #: Since when it does not; None while it does.
    silent_since: Instant | None = None
    told: bool = False


class Signs(Record):
    """What is kept of one pod between two looks."""

    pod_id: str
    memory_since: Instant | None = None
    memory_at: Instant | None = None
    memory_told: bool = False
    ports: Mapping[int, Port] = {}
    #: The start of the container whose ports these are.
    container: Instant | None = None
    #: The beginning of the announced window that was told.
    window_told: Instant | None = None


def memory(signs: Signs, percent: int | None, at: datetime, rules: LossRules) -> tuple[Signs, Sign | None]:
    """The signs after one reading of its memory, and what is to be told."""
    if percent is None or (signs.memory_at is not None and at <= signs.memory_at):
        return signs, None
    if percent < rules.memory_percent:
        relieved = percent < rules.memory_percent - RELIEF
        if signs.memory_since is None or (signs.memory_told and not relieved):
            return signs, None
        return signs.model_copy(update={"memory_since": None, "memory_at": None, "memory_told": False}), None
    hole = signs.memory_at is not None and at - signs.memory_at > HOLE and not signs.memory_told
    since = at if signs.memory_since is None or hole else signs.memory_since
    after = signs.model_copy(update={"memory_since": since, "memory_at": at})
    if after.memory_told or at - since < rules.memory_for:
        return after, None
    told = Sign(kind=SignKind.MEMORY, since=since, percent=percent)
    return after.model_copy(update={"memory_told": True}), told


def port(signs: Signs, number: int, *, answers: bool, at: datetime, rules: LossRules) -> tuple[Signs, Sign | None]:
    """The signs after one look at a port. One that never answered is not missed."""
    known = signs.ports.get(number)
    if answers:
        return (signs if known == Port() else _with_port(signs, number, Port())), None
    if known is None:
        return signs, None
    since = known.silent_since or at
    if known.told or at - since < rules.port_silent:
        return _with_port(signs, number, known.model_copy(update={"silent_since": since})), None
    told = Sign(kind=SignKind.PORT, since=since, port=number)
    return _with_port(signs, number, known.model_copy(update={"silent_since": since, "told": True})), told


def _with_port(signs: Signs, number: int, known: Port) -> Signs:
    if signs.ports.get(number) == known:
        return signs
    return signs.model_copy(update={"ports": {**signs.ports, number: known}})


def of_container(signs: Signs, started_at: datetime | None) -> Signs:
    """In another container what the ports did before says nothing."""
    if started_at is None or signs.container == started_at:
        return signs
    return signs.model_copy(update={"ports": {}, "container": started_at})


def maintenance(signs: Signs, window: Maintenance, now: datetime) -> tuple[Signs, Sign | None]:
    """An announced window that is to come is told once."""
    if window.starts_at <= now or signs.window_told == window.starts_at:
        return signs, None
    told = Sign(kind=SignKind.MAINTENANCE, since=window.starts_at, window=window)
    return signs.model_copy(update={"window_told": window.starts_at}), told
