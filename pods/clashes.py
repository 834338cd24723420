"""Where two words about one pod speak of the same hours, and which of them counts. Pure.

A keep goes before a lease's end and a schedule's stop, a lease before a schedule's stop, a snooze before neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pods.holds import Hold, HoldKind, Holds, all_in_force, running_until
from pods.leases import stop_at
from pods.model import Verb
from pods.schedules import Occurrence, occurrences


class ClashKind(StrEnum):
    #: The lease would end earlier than the keep does: it ends with it.
    LEASE_WAITS = "lease_waits"
    #: The lease ends within the snooze, and stops the pod.
    LEASE_STOPS = "lease_stops"
    #: The schedule would stop it within the keep or the lease: that stop passes.
    STOP_PASSES = "stop_passes"
    #: The schedule stops it within the snooze.
    STOP_COMES = "stop_comes"


@dataclass(frozen=True, slots=True)
class Clash:
    kind: ClashKind
    #: When the other would have been, or is.
    at: datetime
    #: What counts, where that is a keep or a lease.
    hold: Hold | None = None


def clashes(holds: Holds, now: datetime) -> tuple[Clash, ...]:
    """Every clash among what holds now, in order of time."""
    found = [*_with_lease(holds, now), *_with_schedule(holds, now)]
    return tuple(sorted(found, key=lambda clash: clash.at))


def _with_lease(holds: Holds, now: datetime) -> list[Clash]:
    lease = holds.lease
    if lease is None or lease.ended_at is not None:
        return []
    until = {hold.kind: hold for hold in all_in_force(holds, now)}
    keep = until.get(HoldKind.KEEP)
    if keep is not None and keep.until > lease.until:
        return [Clash(ClashKind.LEASE_WAITS, lease.until, keep)]
    ends = stop_at(lease) or lease.until
    silent = [until[kind] for kind in (HoldKind.SNOOZE, HoldKind.BUSY) if kind in until and until[kind].until > ends]
    return [Clash(ClashKind.LEASE_STOPS, ends)] if silent else []


def _with_schedule(holds: Holds, now: datetime) -> list[Clash]:
    if holds.schedule is None:
        return []
    coming = [each for each in occurrences(holds.schedule, now) if each.verb is Verb.STOP and each.at > now]
    runs = running_until(holds, now)
    passing = [each for each in coming if runs is not None and each.at < runs.until]
    if passing:
        return [Clash(ClashKind.STOP_PASSES, each.at, runs) for each in passing]
    return _within_a_snooze(holds, coming, now)


def _within_a_snooze(holds: Holds, coming: list[Occurrence], now: datetime) -> list[Clash]:
    silent = [hold for hold in all_in_force(holds, now) if hold.kind in {HoldKind.SNOOZE, HoldKind.BUSY}]
    return [Clash(ClashKind.STOP_COMES, each.at) for each in coming[:1] if any(each.at < hold.until for hold in silent)]
