"""RunPod's bill, and how it replaces what was estimated: by closed hour, with the differences kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.ledger.amounts import NOTHING, ZERO, Amounts, recorded
from pods.ledger.entries import HALF_CENT, HOUR, Entry, Labels
from pods.ledger.sightings import SubjectKind
from pods.model import Record, Value
from pods.times import Instant

#: RunPod may still change an hour's bill for so long after it is over.
SETTLES: Final = timedelta(hours=1)

_Key = tuple[SubjectKind, str, datetime]


class BillRecord(Value):
    """One hour of one pod or volume, from `/billing/pods` or `/billing/network-volumes`."""

    id: str
    start: Instant
    end: Instant
    #: gpuAmount and cpuAmount; 0 for a volume.
    compute: Decimal = ZERO
    #: diskAmount; a volume's totalAmount.
    storage: Decimal = ZERO


class Bill(Value):
    """One answer, by hour buckets, complete for [start, end)."""

    kind: SubjectKind
    start: Instant
    end: Instant
    asked_at: Instant
    records: tuple[BillRecord, ...] = ()

    def closed(self, hour: datetime) -> bool:
        """Whether this bill is the last word on the hour. The running hour never is."""
        return self.start <= hour and hour + HOUR <= min(self.end, self.asked_at - SETTLES)


class Billing(Record):
    """How far the books are reconciled with the bill of one kind, and how asking for it goes."""

    #: Every hour from `read_from` to this was asked for once it had closed; None: none yet.
    billed_to: Instant | None = None
    #: How far back the bill of the time before the books began has been read, the newest days first.
    read_from: Instant | None = None
    asked_at: Instant | None = None
    #: Since when RunPod has not answered what it billed; None while it does.
    failing_since: Instant | None = None
    #: The error's sentence meanwhile.
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """Every entry given, billed where it could be, and those that only the bill knew of."""

    entries: tuple[Entry, ...]
    #: Hours that are billed now and were not before, or differently.
    changed: tuple[Entry, ...]
    billed: Decimal
    #: What had been estimated for the same hours.
    estimated: Decimal

    @property
    def difference(self) -> Decimal:
        return self.billed - self.estimated


def reconciled(entries: Iterable[Entry], bill: Bill, labels: Mapping[str, Labels]) -> Reconciled:
    """`labels` say whose the pods are that only the bill knew of. Done twice it is done once."""
    ours = {entry.key: entry for entry in entries}
    theirs = _by_key(bill)
    after = dict(ours)
    for key, entry in ours.items():
        if entry.kind is bill.kind and bill.closed(entry.hour):
            after[key] = _billed(entry, theirs.get(key))
    for key, record in theirs.items():
        if key not in ours:
            unseen = Entry(kind=bill.kind, id=record.id, hour=record.start, labels=labels.get(record.id, Labels()))
            after[key] = _billed(unseen, record)
    settled = [entry for entry in after.values() if entry.kind is bill.kind and bill.closed(entry.hour)]
    on_bill = [entry for entry in settled if entry.billed is not None]
    return Reconciled(
        entries=tuple(after.values()),
        changed=tuple(entry for key, entry in after.items() if ours.get(key) is not entry),
        billed=sum((entry.amounts.total for entry in on_bill), ZERO),
        estimated=sum((entry.estimate.total for entry in on_bill), ZERO),
    )


def _by_key(bill: Bill) -> dict[_Key, BillRecord]:
    """The closed hours' records; several of one hour count together."""
    found: dict[_Key, BillRecord] = {}
    for record in bill.records:
        if record.end - record.start != HOUR:
            raise ValueError("a bill is reconciled by hour buckets")
        if not bill.closed(record.start):
            continue
        key = (bill.kind, record.id, record.start)
        if (other := found.get(key)) is not None:
            total = {"compute": other.compute + record.compute, "storage": other.storage + record.storage}
            found[key] = record.model_copy(update=total)
        else:
            found[key] = record
    return found


def _billed(entry: Entry, record: BillRecord | None) -> Entry:
    if record is not None:
        return _settled(entry, _amounts(entry, record))
    if not entry.unknown_ms and entry.estimate.total - entry.doubt <= HALF_CENT * entry.hours:
        return _settled(entry, NOTHING)
    # It cost something for certain. A bill that lacks it is late, not zero.
    return entry if entry.billed or entry.not_on_bill else entry.model_copy(update={"not_on_bill": True})


def _settled(entry: Entry, billed: Amounts) -> Entry:
    """The same entry where nothing changes."""
    if entry.billed == billed and not entry.not_on_bill:
        return entry
    return entry.model_copy(update={"billed": billed, "not_on_bill": False})


def _amounts(entry: Entry, record: BillRecord) -> Amounts:
    """RunPod bills all disks of a pod as one: they share it as they were estimated to."""
    compute, storage = recorded(record.compute), recorded(record.storage)
    if entry.kind is SubjectKind.VOLUME:
        return Amounts(compute=compute, network_volume=storage)
    parts = entry.estimate
    if not parts.storage:
        return Amounts(
            compute=compute, container_disk=storage if compute else ZERO, stopped_disk=ZERO if compute else storage
        )
    disks = {
        name: recorded(storage * part / parts.storage)
        for name, part in (
            ("container_disk", parts.container_disk),
            ("volume_disk", parts.volume_disk),
            ("stopped_disk", parts.stopped_disk),
        )
    }
    # What rounding leaves over goes to the largest, so that they add up to the bill.
    disks[max(disks, key=lambda name: disks[name])] += storage - sum(disks.values(), ZERO)
    return Amounts(compute=compute, **disks)
