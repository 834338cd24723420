"""The storage nobody uses: stopped pods and unattached network volumes, with days, dollars so far and per month.

Pure. Nothing is done here: each line is for a person to terminate or to keep for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.ledger.amounts import ZERO
from pods.ledger.entries import Basis, Entry
from pods.ledger.rates import Rates
from pods.ledger.sightings import NetworkVolume, SubjectKind
from pods.model import Pod, PodStatus, Value
from pods.money import stopped_storage_per_month
from pods.times import Instant

KEPT_FOR: Final = timedelta(days=30)
#: A pod that was stopped last night is not forgotten, and a volume between two pods is no orphan.
STOPPED_AT_LEAST: Final = timedelta(days=3)
UNATTACHED_AT_LEAST: Final = timedelta(days=7)
_IDLE: Final = frozenset({PodStatus.EXITED, PodStatus.ERROR})


class Kept(Value):
    """A person said that this stays; asked again afterwards."""

    v: int = 1
    kind: SubjectKind
    id: str
    by: str
    until: Instant


class SweepLine(Value):
    kind: SubjectKind
    id: str
    name: str
    owner: str | None = None
    size_gb: int | None = None
    since: Instant
    days: int
    #: USD since then; only what the books hold, so at least this much.
    so_far: Decimal = ZERO
    so_far_basis: Basis = Basis.ESTIMATE
    #: USD, estimated; None: what disks it has is not known.
    per_month: Decimal | None


class Sweep(Value):
    """The lines, dearest first; what is not known of cost comes before what is cheap."""

    at: Instant
    lines: tuple[SweepLine, ...] = ()
    #: Lines left out because somebody keeps them.
    kept: int = 0

    def per_month(self, kind: SubjectKind | None = None) -> Decimal:
        return sum((line.per_month or ZERO for line in self.lines if kind in {None, line.kind}), ZERO)


def kept_by(kind: SubjectKind, subject: str, by: str, now: datetime) -> Kept:
    return Kept(kind=kind, id=subject, by=by, until=now + KEPT_FOR)


def unattached_since(
    before: Mapping[str, datetime], volumes: Iterable[NetworkVolume], pods: Iterable[Pod], at: datetime
) -> dict[str, datetime]:
    """Since when each volume hangs on no pod, after complete lists of both. A pod with unknown mounts may hold any."""
    pods = tuple(pods)
    if any(not pod.mounts_known for pod in pods):
        present = {volume.id for volume in volumes}
        return {volume: since for volume, since in before.items() if volume in present}
    held = {pod.network.volume_id for pod in pods if pod.network is not None}
    return {volume.id: before.get(volume.id, at) for volume in volumes if volume.id not in held}


def sweep(
    pods: Iterable[Pod],
    stopped: Mapping[str, datetime],
    volumes: Iterable[NetworkVolume],
    unattached: Mapping[str, datetime],
    *,
    entries: Iterable[Entry],
    kept: Iterable[Kept],
    owners: Mapping[str, str],
    rates: Rates,
    now: datetime,
) -> Sweep:
    """`stopped` and `unattached`: since when, by id. What has no such time is new, or not known, and is left out."""
    spent = _spent({**_keys(SubjectKind.POD, stopped), **_keys(SubjectKind.VOLUME, unattached)}, entries)
    lines = [*_pod_lines(pods, stopped, rates, now), *_volume_lines(volumes, unattached, rates, now)]
    # A stopped pod without a disk of its own costs nothing; there is nothing to sweep.
    costing = [line for line in lines if line.per_month is None or line.per_month]
    held = {(each.kind, each.id) for each in kept if each.until > now}
    shown = [line for line in costing if (line.kind, line.id) not in held]
    return Sweep(
        at=now,
        lines=tuple(
            line.model_copy(update={"owner": owners.get(line.id), **spent.get((line.kind, line.id), {})})
            for line in sorted(shown, key=_dearest)
        ),
        kept=len(costing) - len(shown),
    )


def _dearest(line: SweepLine) -> tuple[bool, Decimal, str]:
    return (line.per_month is not None, -(line.per_month or ZERO), line.id)


def _pod_lines(
    pods: Iterable[Pod], stopped: Mapping[str, datetime], rates: Rates, now: datetime
) -> Iterator[SweepLine]:
    for pod in pods:
        since = stopped.get(pod.id)
        if pod.status in _IDLE and since is not None and now - since >= STOPPED_AT_LEAST:
            yield SweepLine(
                kind=SubjectKind.POD,
                id=pod.id,
                name=pod.name,
                size_gb=pod.persistent.size_gb if pod.persistent else None,
                since=since,
                days=(now - since).days,
                per_month=stopped_storage_per_month(pod, rates),
            )


def _volume_lines(
    volumes: Iterable[NetworkVolume], unattached: Mapping[str, datetime], rates: Rates, now: datetime
) -> Iterator[SweepLine]:
    for volume in volumes:
        since = unattached.get(volume.id)
        if since is not None and now - since >= UNATTACHED_AT_LEAST:
            yield SweepLine(
                kind=SubjectKind.VOLUME,
                id=volume.id,
                name=volume.name,
                size_gb=volume.size_gb,
                since=since,
                days=(now - since).days,
                per_month=rates.network_per_month(size_gb=volume.size_gb, tier=volume.tier),
            )


_Key = tuple[SubjectKind, str]


def _keys(kind: SubjectKind, since: Mapping[str, datetime]) -> dict[_Key, datetime]:
    return {(kind, key): at for key, at in since.items()}


def _spent(since: Mapping[_Key, datetime], entries: Iterable[Entry]) -> dict[_Key, dict[str, object]]:
    """Storage dollars in the hours since then, and whether they are billed."""
    sums: dict[_Key, Decimal] = {}
    bases: dict[_Key, set[Basis]] = {}
    for entry in entries:
        key = (entry.kind, entry.id)
        if key in since and entry.hour >= since[key]:
            sums[key] = sums.get(key, ZERO) + entry.amounts.stopped_disk + entry.amounts.network_volume
            bases.setdefault(key, set()).add(entry.basis)
    return {
        key: {"so_far": usd, "so_far_basis": bases[key].pop() if len(bases[key]) == 1 else Basis.PARTLY_BILLED}
        for key, usd in sums.items()
    }
