"""The storage nobody uses, as the store stands now: for the weekly sweep, `/pod sweep` and what would save most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pods.ledger.hours import stopped_since
from pods.ledger.rates import rates
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Sweep, SweepLine, sweep
from pods.ledger.totals import Window, midnight
from pods.store import Store
from pods.store.books import books
from pods.sweeps import LineStands, Unattached, line_id, stands

#: The one record of `store.unattached`.
UNATTACHED: Final = "now"
#: Further back the books are not read; what it cost before is reckoned at today's rate.
BACK: Final = timedelta(days=45)


def swept(store: Store, now: datetime) -> Sweep:
    policy, zone = store.people.policy(), store.people.policy().tz
    stopped = {
        subject.life.id: since
        for subject in store.ledger.watching().subjects
        if subject.life.kind is SubjectKind.POD and (since := stopped_since(subject.life)) is not None
    }
    loose = (store.unattached.get(UNATTACHED) or Unattached()).since
    first = min([*stopped.values(), *loose.values()], default=now)
    start = midnight(max(first, now - BACK).astimezone(zone).date(), zone)
    facts = store.fleet.facts()
    return sweep(
        store.fleet.load().pods,
        stopped,
        store.catalog.load().network_volumes,
        loose,
        entries=books(store, Window(start=start, end=now), zone, now) if start < now else (),
        kept=store.kept.all().values(),
        owners={pod_id: each.owner.user for pod_id, each in facts.items() if each.owner and each.owner.user},
        rates=rates(policy.rates),
        rule=policy.sweep,
        now=now,
    )


def standing(store: Store, lines: tuple[SweepLine, ...], now: datetime) -> dict[str, LineStands]:
    """By line id."""
    kept = store.kept.many(line_id(line) for line in lines)
    fleet, catalog = store.fleet.load(), store.catalog.load()
    return {line_id(line): stands(line, fleet, catalog, kept.get(line_id(line)), now) for line in lines}
