"""The books as they stand at one moment: what is closed, and what is still being watched, up to now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pods.ledger.entries import HOUR, Entry
from pods.ledger.rates import rates
from pods.ledger.reconciling import BOOKS_FOR
from pods.ledger.sheets import pieces
from pods.ledger.sightings import SubjectKind
from pods.ledger.totals import Window, midnight
from pods.ledger.watching import IdleTimes, Watching, open_entries
from pods.store import Store


def books(store: Store, window: Window, zone: ZoneInfo, now: datetime) -> tuple[Entry, ...]:
    """Every entry whose hours begin in the window; equal hours of a local day of `zone` are one entry.

    Read in the order that loses nothing: an hour that closes in between is in both readings, and counts once.
    """
    watching = store.ledger.watching()
    closed = store.ledger.entries(window.start, window.end, zone)
    return (*closed, *_still(store, watching, closed, window, now))


def _still(store: Store, watching: Watching, closed: Iterable[Entry], window: Window, now: datetime) -> Iterator[Entry]:
    """What is watched of the window and not among what is closed."""
    taken: dict[tuple[SubjectKind, str], list[Entry]] = {}
    for entry in closed:
        taken.setdefault((entry.kind, entry.id), []).append(entry)
    priced = rates(store.people.policy().rates)
    for entry in open_entries(watching, min(now, window.end), priced, idle_times(store, watching)):
        lines = taken.get((entry.kind, entry.id), ())
        if window.holds(entry.hour) and not any(_covers(line, entry) for line in lines):
            yield entry


def _covers(line: Entry, entry: Entry) -> bool:
    return line.hour <= entry.hour < line.hour + line.hours * HOUR


def books_of(store: Store, kind: SubjectKind, subject: str, zone: ZoneInfo, now: datetime) -> tuple[Entry, ...]:
    """All there is of one pod or volume, divided where local days begin."""
    watching = store.ledger.watching()
    mine = tuple(each for each in watching.subjects if each.key == (kind, subject))
    watching = watching.model_copy(update={"subjects": mine})
    whole = Window(start=now - BOOKS_FOR, end=now)
    closed = [piece for line in store.ledger.of(kind, subject) for piece in pieces(line, whole.start, whole.end, zone)]
    return (*closed, *_still(store, watching, closed, whole, now))


def idle_times(store: Store, watching: Watching) -> IdleTimes:
    spells = store.spells.many(watching.open_from(SubjectKind.POD))
    return lambda pod_id: spells[pod_id].idle if pod_id in spells else ()


def month_to_date(store: Store, zone: ZoneInfo, now: datetime) -> tuple[Entry, ...]:
    """What was spent since the first of the local month."""
    return books(store, month_so_far(zone, now), zone, now)


def month_so_far(zone: ZoneInfo, now: datetime) -> Window:
    return Window(start=midnight(now.astimezone(zone).date().replace(day=1), zone), end=now)
