"""The books as they stand at one moment: what is closed, and what is still being watched, up to now."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pods.ledger.entries import HOUR, Entry
from pods.ledger.rates import rates
from pods.ledger.sightings import SubjectKind
from pods.ledger.totals import Window, midnight
from pods.ledger.watching import IdleTimes, Watching, open_entries
from pods.store import Store


def books(store: Store, window: Window, zone: ZoneInfo, now: datetime) -> tuple[Entry, ...]:
    """Every entry whose hours begin in the window; equal hours of a local day of `zone` are one entry.

    Read in the order that loses nothing: an hour that closes in between is in both readings, and counts once.
    """
    policy = store.people.policy()
    watching = store.ledger.watching()
    closed = store.ledger.entries(window.start, window.end, zone)
    edge: dict[tuple[SubjectKind, str], list[tuple[datetime, datetime]]] = {}
    for entry in closed:
        edge.setdefault((entry.kind, entry.id), []).append((entry.hour, entry.hour + entry.hours * HOUR))
    still = [
        entry
        for entry in open_entries(watching, min(now, window.end), rates(policy.rates), idle_times(store, watching))
        if window.holds(entry.hour)
        and not any(start <= entry.hour < end for start, end in edge.get((entry.kind, entry.id), ()))
    ]
    return (*closed, *still)


def idle_times(store: Store, watching: Watching) -> IdleTimes:
    spells = store.spells.many(watching.open_from(SubjectKind.POD))
    return lambda pod_id: spells[pod_id].idle if pod_id in spells else ()


def month_to_date(store: Store, zone: ZoneInfo, now: datetime) -> tuple[Entry, ...]:
    """What was spent since the first of the local month."""
    return books(store, month_so_far(zone, now), zone, now)


def month_so_far(zone: ZoneInfo, now: datetime) -> Window:
    return Window(start=midnight(now.astimezone(zone).date().replace(day=1), zone), end=now)
