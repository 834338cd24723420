"""Clocks that tick when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pods.jobs import Job
from pods.store import Store
from tests.marks import forget
from tests.unit.pods.builders import NOON
from tests.unit.workers.world import HandClock
from workers.clock import ClockLoop


@dataclass
class Clocks:
    """Clocks on one store, one file and one time."""

    store: Store
    policy_path: Path
    time: HandClock = field(default_factory=HandClock)
    woken: list[tuple[Job, str]] = field(default_factory=list)

    def named(self, name: str, store: Store | None = None) -> ClockLoop:
        return ClockLoop(
            name=name,
            store=store or self.store,
            clock=self.time,
            wake=lambda job, subject: self.woken.append((job, subject)),
            policy_path=self.policy_path,
            monotonic=self.monotonic,
        )

    def monotonic(self) -> float:
        return (self.time.now() - NOON).total_seconds()

    def woken_by(self, loop: ClockLoop, *jobs: Job) -> list[tuple[Job, str]]:
        """What one tick wakes, of these jobs."""
        self.woken.clear()
        loop.tick()
        return [each for each in self.woken if not jobs or each[0] in jobs]

    def leader_lost(self) -> None:
        """As five seconds after the leader's last tick."""
        self.store.client.delete(self.store.keys.leader)

    def a_second_later(self) -> None:
        forget(self.store.client, "*woken*")


class Stop(threading.Event):
    """Says stop after so many ticks, without any time passing."""

    def __init__(self, after: int, at_each: Callable[[int], None] = lambda tick: None) -> None:
        super().__init__()
        self._after, self._at_each, self._ticks = after, at_each, 0
        if not after:
            self.set()

    def wait(self, timeout: float | None = None) -> bool:
        self._ticks += 1
        self._at_each(self._ticks)
        if self._ticks >= self._after:
            self.set()
        return self.is_set()
