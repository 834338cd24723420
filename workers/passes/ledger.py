"""The ledger's part of every poll: what was seen becomes lives, hours that are over become entries of the books.

One commit takes both, so a watcher that dies loses nothing and another that does the same changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache

from pods.catalog import Catalog, Part
from pods.ledger.entries import Labels
from pods.ledger.rates import rates
from pods.ledger.sightings import Listed, SubjectKind, volumes_listed
from pods.ledger.watching import IdleTimes, Pass, fleet_listed, passed
from pods.ledger.whose import labels_of
from pods.model import Cloud, Pod
from pods.spells import PodSpells
from pods.teams import team_of
from workers.context import Context
from workers.passes.look import Look


def ledger(context: Context, look: Look) -> None:
    """A poll that failed closes what can be closed, and says nothing of what was there."""
    store = context.store
    catalog = store.catalog.load()
    seen = Pass(
        now=look.now,
        rates=rates(store.people.policy().rates),
        lists=tuple(_lists(look, catalog)),
        labels=labels(context, look.after.pods),
        idle=_idle_times(context),
    )
    store.ledger.take(lambda before: passed(before, seen), look.now)


def _idle_times(context: Context) -> IdleTimes:
    """Read for all at once, and only if hours close at all."""

    @cache
    def spells() -> Mapping[str, PodSpells]:
        return context.store.spells.many(context.store.ledger.watching().open_from(SubjectKind.POD))

    return lambda pod_id: known.idle if (known := spells().get(pod_id)) else ()


def _lists(look: Look, catalog: Catalog) -> Iterator[Listed]:
    pods = fleet_listed(look.after, list_prices(look.after.pods, catalog)) if look.healthy else None
    if pods is not None:
        yield pods
    read_at = catalog.read_at(Part.NETWORK_VOLUMES)
    if read_at is not None:
        yield volumes_listed(catalog.network_volumes, read_at)


def list_prices(pods: Iterable[Pod], catalog: Catalog) -> dict[str, Decimal]:
    """USD per hour by the catalog, of pods whose own price RunPod did not say."""
    found: dict[str, Decimal] = {}
    for pod in pods:
        known = catalog.gpu(pod.gpu.id, pod.cloud or Cloud.SECURE) if pod.gpu and not pod.cost_known else None
        if pod.gpu and known is not None and known.price is not None:
            found[pod.id] = known.price * pod.gpu.count
    return found


def labels(context: Context, pods: tuple[Pod, ...]) -> Mapping[str, Labels]:
    """Whose each pod is now."""
    facts, people = context.store.fleet.facts(), context.store.people
    teams, known = people.policy().team, people.groups()
    members = known.members if known else {}

    @cache
    def team(user: str) -> str | None:
        return team_of(user, teams, members)

    return {pod.id: labels_of(pod, facts.get(pod.id), team) for pod in pods}
