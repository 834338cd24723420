"""The storage nobody uses: stopped pods and unattached network volumes, with days, dollars so far and per month.

Pure. Nothing is done here: each line is for a person to terminate or to keep for a while.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.ledger.amounts import ZERO
from pods.ledger.entries import HOUR, Basis, Entry
from pods.ledger.rates import Rates
from pods.ledger.sightings import SubjectKind
from pods.model import Pod, PodStatus, Record, Value
from pods.money import stopped_storage_per_month
from pods.offers import NetworkVolume
from pods.sweep_rules import SweepRule
from pods.times import Instant

_IDLE: Final = frozenset({PodStatus.EXITED, PodStatus.ERROR})


class Kept(Record):
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
    #: USD since then.
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


def kept_id(kind: SubjectKind, subject: str) -> str:
    """The record's id."""
    return f"{kind.value}.{subject}"


def kept_by(kind: SubjectKind, subject: str, by: str, now: datetime, rule: SweepRule) -> Kept:
    return Kept(kind=kind, id=subject, by=by, until=now + timedelta(days=rule.keep_days))


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
    rule: SweepRule,
    now: datetime,
) -> Sweep:
    """`stopped` and `unattached`: since when, by id. What has no such time is new, or not known, and is left out."""
    books = _books({**_keys(SubjectKind.POD, stopped), **_keys(SubjectKind.VOLUME, unattached)}, entries)
    days = {SubjectKind.POD: rule.stopped_days, SubjectKind.VOLUME: rule.unattached_days}
    every = [*_pod_lines(pods, stopped, rates, now), *_volume_lines(volumes, unattached, rates, now)]
    lines = [line for line in every if now - line.since >= timedelta(days=days[line.kind])]
    # A stopped pod without a disk of its own costs nothing; there is nothing to sweep.
    costing = [line for line in lines if line.per_month is None or line.per_month]
    held = {(each.kind, each.id) for each in kept if each.until > now}
    shown = [line for line in costing if (line.kind, line.id) not in held]
    return Sweep(
        at=now,
        lines=tuple(
            _so_far(line, books.get((line.kind, line.id)), rates, now).model_copy(update={"owner": owners.get(line.id)})
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
        if pod.status in _IDLE and since is not None:
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
        if since is not None:
            yield SweepLine(
                kind=SubjectKind.VOLUME,
                id=volume.id,
                name=volume.name,
                size_gb=volume.size_gb,
                since=since,
                days=(now - since).days,
                per_month=None
                if volume.size_gb is None
                else rates.network_per_month(size_gb=volume.size_gb, tier=volume.type),
            )


_Key = tuple[SubjectKind, str]


def _keys(kind: SubjectKind, since: Mapping[str, datetime]) -> dict[_Key, datetime]:
    return {(kind, key): at for key, at in since.items()}


@dataclass(slots=True)
class _Books:
    """Storage dollars in the hours of one subject."""

    first: datetime
    usd: Decimal = ZERO
    bases: set[Basis] = field(default_factory=set)


def _books(since: Mapping[_Key, datetime], entries: Iterable[Entry]) -> dict[_Key, _Books]:
    found: dict[_Key, _Books] = {}
    for entry in entries:
        key = (entry.kind, entry.id)
        if key in since and entry.hour + HOUR > since[key]:
            books = found.setdefault(key, _Books(first=entry.hour))
            books.first = min(books.first, entry.hour)
            books.usd += entry.amounts.stopped_disk + entry.amounts.network_volume
            books.bases.add(entry.basis)
    return found


def _so_far(line: SweepLine, books: _Books | None, rates: Rates, now: datetime) -> SweepLine:
    """What the books hold since then; of the time before they begin, at today's rate."""
    first = books.first if books else now
    before = Decimal(max((first - line.since) // timedelta(seconds=1), 0)) / 3600
    assumed = (line.per_month or ZERO) * before / rates.hours_per_month
    bases = {*(books.bases if books else ()), *({Basis.ESTIMATE} if assumed else ())} or {Basis.ESTIMATE}
    basis = bases.pop() if len(bases) == 1 else Basis.PARTLY_BILLED
    return line.model_copy(update={"so_far": (books.usd if books else ZERO) + assumed, "so_far_basis": basis})
