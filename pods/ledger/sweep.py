"""The storage nobody uses: stopped pods and unattached network volumes, each with its days, dollars so far and per month.

Pure. Nothing is done here: each line is for a person to terminate or to keep for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    so_far: Decimal
    so_far_basis: Basis
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
    """`stopped` and `unattached`: since when, by id. What has no such time is too new, or not known, and is left out."""
    spent = _spent({**_keys(SubjectKind.POD, stopped), **_keys(SubjectKind.VOLUME, unattached)}, entries)
    lines = [
        _line(SubjectKind.POD, pod.id, pod.name, stopped[pod.id], now).model_copy(
            update={
                "size_gb": pod.persistent.size_gb if pod.persistent else None,
                "per_month": stopped_storage_per_month(pod, rates),
            }
        )
        for pod in pods
        if pod.status in _IDLE and pod.id in stopped and now - stopped[pod.id] >= STOPPED_AT_LEAST
    ]
    lines += [
        _line(SubjectKind.VOLUME, volume.id, volume.name, unattached[volume.id], now).model_copy(
            update={
                "size_gb": volume.size_gb,
                "per_month": rates.network_per_month(size_gb=volume.size_gb, tier=volume.tier),
            }
        )
        for volume in volumes
        if volume.id in unattached and now - unattached[volume.id] >= UNATTACHED_AT_LEAST
    ]
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


def _line(kind: SubjectKind, subject: str, name: str, since: datetime, now: datetime) -> SweepLine:
    return SweepLine(
        kind=kind,
        id=subject,
        name=name,
        since=since,
        days=(now - since).days,
        so_far=ZERO,
        so_far_basis=Basis.ESTIMATE,
        per_month=None,
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
