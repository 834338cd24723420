"""The messages that announce the end of a lease and the stops and starts of a schedule: which there are, where, by key.

Pure. A warning is a message of its own, so that it notifies; what becomes of it is told by editing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pods.holds import Holds, Lease, Schedule
from pods.messages import Message, card
from pods.model import Verb
from pods.times import from_ms, to_ms

LEASE: Final = "lease"
SCHEDULE: Final = "schedule"
_DAY: Final = "%Y%m%d"


@dataclass(frozen=True, slots=True)
class LeaseSubject:
    """One warning of one lease. Also what its stop is ordered for, so that each warning leads to one stop at most."""

    pod_id: str
    said_at: datetime
    warning: int

    def __str__(self) -> str:
        return f"{self.pod_id}-{to_ms(self.said_at)}-{self.warning}"

    @classmethod
    def parse(cls, text: str) -> LeaseSubject:
        pod_id, said_at, warning = text.rsplit("-", 2)
        return cls(pod_id, from_ms(int(said_at)), int(warning))

    def of(self, lease: Lease | None) -> bool:
        return lease is not None and lease.at == self.said_at


@dataclass(frozen=True, slots=True)
class ScheduleSubject:
    """One occurrence of one schedule."""

    pod_id: str
    said_at: datetime
    verb: Verb
    day: date

    def __str__(self) -> str:
        return f"{self.pod_id}-{to_ms(self.said_at)}-{self.verb.value}-{self.day:{_DAY}}"

    @classmethod
    def parse(cls, text: str) -> ScheduleSubject:
        pod_id, said_at, verb, day = text.rsplit("-", 3)
        local = datetime.strptime(day, _DAY).replace(tzinfo=UTC).date()
        return cls(pod_id, from_ms(int(said_at)), Verb(verb), local)

    def of(self, schedule: Schedule | None) -> bool:
        return schedule is not None and schedule.at == self.said_at


def lease_subject(pod_id: str, lease: Lease) -> LeaseSubject:
    return LeaseSubject(pod_id, lease.at, lease.warnings)


def schedule_subject(pod_id: str, schedule: Schedule, verb: Verb, day: date) -> ScheduleSubject:
    return ScheduleSubject(pod_id, schedule.at, verb, day)


def lease_card(pod_id: str, lease: Lease, now: datetime) -> Message:
    return card(LEASE, str(lease_subject(pod_id, lease)), user=lease.by, now=now, channel=lease.channel)


def schedule_card(pod_id: str, schedule: Schedule, verb: Verb, day: date, now: datetime) -> Message:
    subject = str(schedule_subject(pod_id, schedule, verb, day))
    return card(SCHEDULE, subject, user=schedule.by, now=now, channel=schedule.channel)


def standing(holds: Holds) -> tuple[str, ...]:
    """Keys of what was announced last, and says something else once the record changes."""
    keys = []
    if holds.lease is not None and holds.lease.warnings:
        keys.append(lease_card(holds.pod_id, holds.lease, holds.lease.at).key)
    plan = holds.schedule
    if plan is not None and plan.warned_on is not None:
        keys.append(schedule_card(holds.pod_id, plan, Verb.STOP, plan.warned_on, plan.at).key)
    return tuple(keys)
