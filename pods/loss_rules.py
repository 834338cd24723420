"""What the team decides about losses: what counts as training, when its owner is warned early, how losses are grouped.

Pure.
"""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

from pydantic import Field

from pods.tables import Table
from pods.times import MINUTE


class LossRules(Table):
    """`[losses]`."""

    #: Pod name patterns such as "*-train": on-call is told of what these lose.
    training: tuple[str, ...] = ()
    #: Losses confirmed within so many minutes of one another are one incident.
    group_min: int = Field(default=5, ge=1, le=60)
    #: So many restarts that nobody asked for, within `crash_window_min`, are a crash loop.
    crash_restarts: int = Field(default=3, ge=2, le=20)
    crash_window_min: int = Field(default=30, ge=5, le=240)
    #: Memory at or above this percentage ...
    memory_percent: int = Field(default=95, ge=50, le=100)
    #: ... for so long is told to the owner, once.
    memory_for_min: int = Field(default=10, ge=2, le=240)
    #: A declared HTTP port that answered and then has not for so long is told to the owner, once.
    port_silent_min: int = Field(default=5, ge=1, le=240)

    @property
    def group(self) -> timedelta:
        return self.group_min * MINUTE

    @property
    def crash_window(self) -> timedelta:
        return self.crash_window_min * MINUTE

    @property
    def memory_for(self) -> timedelta:
        return self.memory_for_min * MINUTE

    @property
    def port_silent(self) -> timedelta:
        return self.port_silent_min * MINUTE

    def is_training(self, pod_name: str) -> bool:
        return any(fnmatchcase(pod_name.casefold(), pattern.casefold()) for pattern in self.training)
