"""Tells when the watch or the clock gives no sign of life. Run by whoever lives: the clock, and the deliver worker.

It remembers only how long, by real time, a sign of life has been the same; what was told stands in Redis, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from pods.ids import derived_id
from pods.jobs import Job
from pods.policy import Kind
from pods.ports import Clock, Wake
from pods.store import Store
from pods.store.commit import Commit
from pods.store.told import tell_card
from pods.times import from_ms, to_ms
from pods.watchdog import Part, Silence, is_silent, over
from workers.places import people, places

log = structlog.get_logger()

CARD: Final = "silence"
#: The clock gives a sign of life every few real seconds.
CLOCK_EVERY_S: Final = 5.0


@dataclass(slots=True)
class Deadman:
    clock: Clock
    wake: Wake
    monotonic: Callable[[], float]
    #: Whose silence is looked for; a clock cannot notice its own.
    parts: tuple[Part, ...]
    _same_since: dict[Part, tuple[datetime | None, float]] = field(default_factory=dict)

    def look(self, store: Store) -> None:
        for part in self.parts:
            self._look_at(store, part, _last(store, part), self.clock.now())

    def _look_at(self, store: Store, part: Part, last: datetime | None, now: datetime) -> None:
        known, since = self._same_since.get(part, (None, 0.0))
        if known != last:
            since = self.monotonic()
            self._same_since[part] = (last, since)
        every_s = store.people.policy().poll.every_s if part is Part.WATCH else CLOCK_EVERY_S
        if last is not None and is_silent(last, now, every_s=every_s, real_s=self.monotonic() - since):
            self._tell(store, part, last, now)
        else:
            self._end(store, part, last, now)

    def _tell(self, store: Store, part: Part, since: datetime, now: datetime) -> None:
        policy = store.people.policy()
        drafted = Silence(
            part=part,
            since=since,
            places=places(store, policy, now, Kind.NOTICES, Kind.LOSSES),
            fallback=next(iter(people(store, policy, now)), ""),
        )
        self._change(store, _id(part, since), lambda known: known or drafted, now)

    def _end(self, store: Store, part: Part, last: datetime | None, now: datetime) -> None:
        for silence_id, known in store.silences.all().items():
            if known.part is part and known.ended_at is None:
                self._change(store, silence_id, lambda each: over(each, last) if each else None, now)

    def _change(
        self, store: Store, silence_id: str, decide: Callable[[Silence | None], Silence | None], now: datetime
    ) -> None:
        def tell(commit: Commit, after: Silence) -> None:
            tell_card(commit, CARD, silence_id, after.places, after.fallback)
            log.error("part.silent", part=after.part.value, over=after.ended_at is not None)

        before = store.silences.get(silence_id)
        after = store.silences.change(silence_id, decide, now, tell)
        if after is not None and after != before:
            for place in after.places:
                # Without a clock nobody else would wake it.
                self.wake(Job.DELIVER, f"{CARD}.{silence_id}.{place}")


def _id(part: Part, since: datetime) -> str:
    return derived_id("silence", part.value, str(to_ms(since)))


def _last(store: Store, part: Part) -> datetime | None:
    """Its newest sign of life."""
    if part is Part.WATCH:
        return store.fleet.load().tried_at
    said = store.clockwork.reports().get("clock")
    return from_ms(said["at"]) if said else None
