"""Sums over entries: by owner, team, preset, GPU, cloud, pod or day. They are exact, so every direction adds up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pods.ledger.amounts import NOTHING, ZERO, Amounts
from pods.ledger.entries import Basis, Entry
from pods.ledger.sightings import SubjectKind
from pods.model import Value
from pods.times import Instant

#: Rows of a table; what comes after is one row of others.
TOP: Final = 50


class Dimension(StrEnum):
    OWNER = "owner"
    TEAM = "team"
    PRESET = "preset"
    GPU = "gpu"
    CLOUD = "cloud"
    #: A pod or a network volume, by id.
    SUBJECT = "subject"
    DAY = "day"


class Total(Value):
    #: The owner, GPU type, date and so on; None: nobody's, or what has none.
    key: str | None = None
    #: A pod's or volume's name, where the key is its id.
    name: str = ""
    amounts: Amounts = NOTHING
    idle: Decimal = ZERO
    #: What of the sum is billed; the rest is estimated.
    billed: Decimal = ZERO
    #: Billed less estimated, of what is billed.
    difference: Decimal = ZERO
    #: How far the truth may lie from the estimated rest.
    doubt: Decimal = ZERO
    #: Hours of a pod or volume that are not known to the cent.
    gaps: int = 0
    #: Hours of which some price was never said: what they cost is not in the sum, or not all of it.
    unpriced: int = 0
    hours: int = 0
    billed_hours: int = 0
    subjects: int = 0
    #: A row of others stands for so many.
    rows: int = 1

    @property
    def usd(self) -> Decimal:
        return self.amounts.total

    @property
    def basis(self) -> Basis:
        if self.hours and self.billed_hours == self.hours:
            return Basis.BILLED
        return Basis.PARTLY_BILLED if self.billed_hours else Basis.ESTIMATE

    @property
    def complete(self) -> bool:
        return not self.gaps


def total(entries: Iterable[Entry], key: str | None = None) -> Total:
    """All of them as one."""
    adding = _Adding()
    for entry in entries:
        adding.add(entry)
    return adding.total(key)


def totals(entries: Iterable[Entry], by: Dimension, zone: ZoneInfo) -> tuple[Total, ...]:
    """A row for each key, dearest first; days in their order."""
    adding: dict[str | None, _Adding] = {}
    for entry in entries:
        adding.setdefault(key_of(entry, by, zone), _Adding()).add(entry)
    rows = [each.total(key) for key, each in adding.items()]
    if by is Dimension.DAY:
        return tuple(sorted(rows, key=lambda row: row.key or ""))
    return tuple(sorted(rows, key=lambda row: (-row.usd, row.key is None, row.key or "")))


def key_of(entry: Entry, by: Dimension, zone: ZoneInfo) -> str | None:
    if by is Dimension.DAY:
        return day_of(entry.hour, zone).isoformat()
    if by is Dimension.SUBJECT:
        return entry.id
    labels = entry.labels
    told = {
        Dimension.OWNER: labels.owner,
        Dimension.TEAM: labels.team,
        Dimension.PRESET: labels.preset,
        Dimension.GPU: labels.gpu,
        Dimension.CLOUD: labels.cloud,
    }
    return told[by]


def top(rows: Sequence[Total], most: int = TOP) -> tuple[tuple[Total, ...], Total | None]:
    """The dearest rows, and the others as one."""
    if len(rows) <= most:
        return tuple(rows), None
    others = rows[most:]
    return tuple(rows[:most]), Total(
        amounts=sum((row.amounts for row in others), NOTHING),
        idle=sum((row.idle for row in others), ZERO),
        billed=sum((row.billed for row in others), ZERO),
        difference=sum((row.difference for row in others), ZERO),
        doubt=sum((row.doubt for row in others), ZERO),
        gaps=sum(row.gaps for row in others),
        unpriced=sum(row.unpriced for row in others),
        hours=sum(row.hours for row in others),
        billed_hours=sum(row.billed_hours for row in others),
        subjects=sum(row.subjects for row in others),
        rows=len(others),
    )


def day_of(hour: datetime, zone: ZoneInfo) -> date:
    """The local date an hour belongs to: the one it begins on."""
    return hour.astimezone(zone).date()


class Window(Value):
    """[start, end) of a period, such as a local day."""

    start: Instant
    end: Instant

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def hours(self) -> Decimal:
        return Decimal((self.end - self.start) // timedelta(milliseconds=1)) / 3_600_000


def day_window(day: date, zone: ZoneInfo, days: int = 1) -> Window:
    """Local midnight to local midnight: 23 or 25 hours where clocks change."""
    return Window(start=midnight(day, zone), end=midnight(day + timedelta(days=days), zone))


def week_window(day: date, zone: ZoneInfo) -> Window:
    return day_window(day - timedelta(days=day.weekday()), zone, days=7)


def month_window(day: date, zone: ZoneInfo) -> Window:
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Window(start=midnight(first, zone), end=midnight(following, zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


@dataclass(slots=True)
class _Adding:
    amounts: Amounts = NOTHING
    idle: Decimal = ZERO
    billed: Decimal = ZERO
    difference: Decimal = ZERO
    doubt: Decimal = ZERO
    gaps: int = 0
    unpriced: int = 0
    hours: int = 0
    billed_hours: int = 0
    subjects: dict[tuple[SubjectKind, str], str] | None = None

    def add(self, entry: Entry) -> None:
        amounts = entry.amounts
        self.amounts += amounts
        self.idle += entry.idle
        self.hours += entry.hours
        self.subjects = self.subjects if self.subjects is not None else {}
        self.subjects[(entry.kind, entry.id)] = entry.name or self.subjects.get((entry.kind, entry.id), "")
        if entry.billed is not None:
            self.billed += amounts.total
            self.difference += entry.difference
            self.billed_hours += entry.hours
            return
        self.doubt += entry.doubt
        self.gaps += entry.hours if entry.gap else 0
        self.unpriced += entry.hours if entry.unknown_ms else 0

    def total(self, key: str | None) -> Total:
        subjects = self.subjects or {}
        return Total(
            key=key,
            name=next(iter(subjects.values())) if len(subjects) == 1 else "",
            amounts=self.amounts,
            idle=self.idle,
            billed=self.billed,
            difference=self.difference,
            doubt=self.doubt,
            gaps=self.gaps,
            unpriced=self.unpriced,
            hours=self.hours,
            billed_hours=self.billed_hours,
            subjects=len(subjects),
        )
