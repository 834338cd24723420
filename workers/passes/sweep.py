"""The weekly sweep's part of a poll: since when volumes hang on nothing, and the sweep when its hour has come.

Its card is kept true for a week. Told once per week, also after a weekend of downtime; not of the week in which
watching begins.
"""

from __future__ import annotations

from datetime import date

from pods.catalog import Part
from pods.ledger.sweep import unattached_since
from pods.messages import card
from pods.policy import Kind
from pods.routing import targets
from pods.store.commit import Commit
from pods.sweep_rules import latest
from pods.sweeping import UNATTACHED, standing, swept
from pods.sweeps import CARD, SweepRun, Unattached
from workers.context import Context
from workers.gates import wake_message
from workers.passes.look import Look


def sweeps(context: Context, look: Look) -> None:
    if not look.healthy or look.after.listed_at is None:
        return
    _watch_volumes(context, look)
    policy = context.store.people.policy()
    channels = targets(Kind.COST, "", policy)
    if not channels:
        return
    day, _ = latest(policy.sweep, look.now, policy.tz)
    known = context.store.sweeps.get(day.isoformat())
    if known is None:
        _begin(context, look, day, channels)
    elif known.sweep is not None:
        _refresh(context, look, known)


def _watch_volumes(context: Context, look: Look) -> None:
    """Only after both lists were complete; a volume between two pods is loose for a moment, and that is no harm."""
    catalog = context.store.catalog.load()
    if catalog.read_at(Part.NETWORK_VOLUMES) is None:
        return

    def decide(known: Unattached | None) -> Unattached | None:
        before = known or Unattached()
        since = unattached_since(before.since, catalog.network_volumes, look.after.pods, look.now)
        return known if since == before.since else before.model_copy(update={"since": since})

    context.store.unattached.change(UNATTACHED, decide, look.now)


def _begin(context: Context, look: Look, day: date, channels: tuple[str, ...]) -> None:
    """Whoever writes the week's record first tells it."""
    first = not context.store.sweeps.ids()
    found = None if first else swept(context.store, look.now)
    run = SweepRun(day=day, sweep=found, channels=channels if found is not None and found.lines else ())
    admin = next(iter(context.store.people.holders().admins), "")

    def also(commit: Commit, made: SweepRun) -> None:
        for channel in made.channels:
            commit.tell(card(CARD, day.isoformat(), user=admin, now=look.now, channel=channel))

    context.store.sweeps.change(day.isoformat(), lambda known: known or run, look.now, also)
    for key in run.card_keys:
        wake_message(context, key)


def _refresh(context: Context, look: Look, known: SweepRun) -> None:
    lines = known.sweep.lines if known.sweep is not None else ()
    now = {line: each.standing for line, each in standing(context.store, lines, look.now).items()}

    def decide(run: SweepRun | None) -> SweepRun | None:
        return run if run is None or run.stands == now else run.model_copy(update={"stands": now})

    def also(commit: Commit, run: SweepRun) -> None:
        for key in run.card_keys:
            commit.want(key)

    context.store.sweeps.change(known.day.isoformat(), decide, look.now, also)
