"""The clock: wakes what is due, begins periods, sweeps, publishes the policy. Two or more run; one leads.

It holds no state: a new leader goes on from what stands in Redis.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import redis
import structlog

from pods.errors import NotRecorded
from pods.jobs import AGENDAS, Job
from pods.periods import PERIODS
from pods.policy import InvalidPolicy, parse, policy_hash
from pods.ports import Clock, Wake
from pods.store import Store
from pods.watchdog import Part
from workers.deadman import Deadman

log = structlog.get_logger()

TICK_S: Final = 0.25
#: Real seconds between sweeps, and between looks at the policy file.
SWEEP_EVERY_S: Final = 5.0


@dataclass(slots=True)
class ClockLoop:
    name: str
    store: Store
    clock: Clock
    wake: Wake
    policy_path: Path
    monotonic: Callable[[], float]
    tick_s: float = TICK_S
    _swept_at: float = field(default=float("-inf"))
    _leading: bool = False
    _deadman: Deadman = field(init=False)

    def __post_init__(self) -> None:
        self._deadman = Deadman(self.clock, self.wake, self.monotonic, (Part.WATCH,))

    def run(self, stop: threading.Event) -> None:
        """Tick until told to stop; outlive Redis being away."""
        while not stop.is_set():
            try:
                self.tick()
            except (NotRecorded, redis.RedisError) as error:
                log.warning("clock.store_away", detail=str(error))
                self._leading = False
            stop.wait(self.tick_s)
        self._resign()

    def _resign(self) -> None:
        try:
            self.store.clockwork.resign(self.name)
        except (NotRecorded, redis.RedisError) as error:
            log.info("clock.not_resigned", detail=str(error))

    def tick(self) -> None:
        fence = self.store.clockwork.lead(self.name)
        if bool(fence) is not self._leading:
            self._leading = bool(fence)
            log.info("clock.leads" if fence else "clock.follows", name=self.name, fence=fence)
        if not fence:
            return
        now = self.clock.now()
        if self.monotonic() - self._swept_at >= SWEEP_EVERY_S:
            self._swept_at = self.monotonic()
            self._sweep(now, fence)
        self._periods(now)
        self._wake_due(now)

    def _wake_due(self, now: datetime) -> None:
        for operation_id in self.store.walk.due(now):
            self._wake(Job.STEP, operation_id)
        for request_id in self.store.walk.gates_due(now):
            self._wake(Job.EXPIRE, request_id)
        for key in self.store.outbox.due(now):
            self._wake(Job.DELIVER, key)
        for job in AGENDAS:
            for subject in self.store.clockwork.agenda(job, now):
                self._wake(job, subject)

    def _wake(self, job: Job, subject: str) -> None:
        if self.store.clockwork.wake_once(job, subject):
            self.wake(job, subject)

    def _periods(self, now: datetime) -> None:
        policy = self.store.people.policy()
        for each in PERIODS:
            number = each.number(policy, now)
            if self.store.clockwork.begin_period(each.schedule(policy), number):
                self.wake(each.job, str(number))

    def _sweep(self, now: datetime, fence: int) -> None:
        self.publish_policy(now)
        for operation_id in self.store.walk.mend_due(now):
            log.error("sweep.mended", op=operation_id)
            self.store.clockwork.count("sweep_mended")
        self.store.clockwork.report("clock", now, name=self.name, fence=fence)
        self._deadman.look(self.store)

    def publish_policy(self, now: datetime) -> None:
        """Put the policy file in force if it changed and is valid; else keep the old one and say why."""
        people = self.store.people
        published = people.published()
        try:
            text = self.policy_path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            if published is None or not published.refused:
                people.refuse(f"The policy file cannot be read: {why}.", now)
            return
        if published is not None and published.hash == policy_hash(text):
            if published.refused:
                people.publish(text, now)
            return
        try:
            parse(text)
        except InvalidPolicy as error:
            if published is None or published.refused != error.sentence:
                log.warning("policy.refused", detail=error.detail)
                people.refuse(error.sentence, now)
            return
        people.publish(text, now)
        log.info("policy.published", hash=policy_hash(text))
        self.wake(Job.ROLES, "policy")
