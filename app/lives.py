"""When a child process is started, left alone, told to stop or killed. Pure: what is seen in, what to do out.

Children have stages. A stage starts once every child of the lower ones is ready, and is told to stop once every child
of the higher ones has ended: the store comes first and goes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 10.0
#: A child that lived this long is started again as if for the first time.
SETTLED_S: Final = 30.0
#: From the order to stop: when what is left is killed, by stage from the top.
GRACE_S: Final = 14.0
LAST_GRACE_S: Final = 19.0


class Seen(StrEnum):
    """What a look at a child shows."""

    ABSENT = "absent"
    ALIVE = "alive"
    READY = "ready"


class Act(StrEnum):
    START = "start"
    TERMINATE = "terminate"
    KILL = "kill"
    #: It ended by itself: tell it.
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Effect:
    act: Act
    name: str
    #: Of TELL: when it is started again, in seconds.
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One child over all its starts. Times are seconds of the supervisor's own clock."""

    name: str
    stage: int
    started_at: float | None = None
    not_before: float = 0.0
    wait_s: float = FIRST_WAIT_S
    told: bool = False
    killed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Every child, and since when the end is ordered."""

    lives: tuple[Life, ...]
    stopping_since: float | None = None
    #: A second order to stop: no more waiting.
    hurried: bool = False

    def order_stop(self, now: float) -> Fleet:
        if self.stopping_since is None:
            return replace(self, stopping_since=now)
        return replace(self, hurried=True)


def ended(fleet: Fleet, seen: Mapping[str, Seen]) -> bool:
    return fleet.stopping_since is not None and all(seen[life.name] is Seen.ABSENT for life in fleet.lives)


def all_ready(fleet: Fleet, seen: Mapping[str, Seen]) -> bool:
    return all(seen[life.name] is Seen.READY for life in fleet.lives)


def decide(fleet: Fleet, seen: Mapping[str, Seen], now: float) -> tuple[Fleet, Sequence[Effect]]:
    """What to do now, and the fleet as it is once that is done."""
    if fleet.stopping_since is not None:
        return _stop(fleet, seen, now, fleet.stopping_since)
    lives, effects = [], []
    for life in fleet.lives:
        may_start = all(seen[other.name] is Seen.READY for other in fleet.lives if other.stage < life.stage)
        changed, done = _keep_alive(life, seen[life.name], now, may_start=may_start)
        lives.append(changed)
        effects += done
    return replace(fleet, lives=tuple(lives)), effects


def _keep_alive(life: Life, seen: Seen, now: float, *, may_start: bool) -> tuple[Life, list[Effect]]:
    if seen is not Seen.ABSENT:
        return life, []
    effects = []
    if life.started_at is not None:
        life = _bury(life, now)
        effects.append(Effect(Act.TELL, life.name, life.not_before - now))
    if may_start and now >= life.not_before:
        life = replace(life, started_at=now)
        effects.append(Effect(Act.START, life.name))
    return life, effects


def _bury(life: Life, now: float) -> Life:
    """It died: start it again after a wait that doubles with each early death."""
    lived_s = now - (life.started_at if life.started_at is not None else now)
    wait_s = FIRST_WAIT_S if lived_s >= SETTLED_S else life.wait_s
    return replace(
        life, started_at=None, not_before=now + wait_s, wait_s=min(wait_s * 2, LONGEST_WAIT_S), told=False, killed=False
    )


def _stop(fleet: Fleet, seen: Mapping[str, Seen], now: float, since: float) -> tuple[Fleet, Sequence[Effect]]:
    left = [life for life in fleet.lives if seen[life.name] is not Seen.ABSENT]
    top = max((life.stage for life in left), default=0)
    last = min((life.stage for life in fleet.lives), default=0)
    lives, effects = [], []
    for life in fleet.lives:
        if life in left and (fleet.hurried or now - since >= (LAST_GRACE_S if life.stage == last else GRACE_S)):
            effects += [] if life.killed else [Effect(Act.KILL, life.name)]
            lives.append(replace(life, killed=True))
        elif life in left and life.stage == top and not life.told:
            effects.append(Effect(Act.TERMINATE, life.name))
            lives.append(replace(life, told=True))
        else:
            lives.append(life)
    return replace(fleet, lives=tuple(lives)), effects
