"""The books on paper: a day of one pod or volume, in which hours that are alike stand as one line.

Figures are recorded to a billionth of a dollar, so a sum of equal hours is divided again without a remainder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from pods.ledger.amounts import NOTHING, ZERO, Amounts
from pods.ledger.entries import HOUR, Entry, Labels
from pods.ledger.sightings import SubjectKind
from pods.times import from_ms, to_ms

_UTC: Final = ZoneInfo("UTC")
_SUMS: Final = ("open_ms", "unknown_ms", "running_ms", "stopped_ms", "idle_ms")


def day_of(entry: Entry) -> date:
    """The day whose sheet it stands on, in UTC."""
    return entry.hour.date()


def joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Lines of one pod or volume in order; neighbours of one day whose hours are alike become one."""
    lines: list[Entry] = []
    for entry in sorted(entries, key=lambda each: each.hour):
        if lines and _follows(lines[-1], entry):
            lines[-1] = _summed([lines[-1], entry])
        else:
            lines.append(entry)
    return tuple(lines)


def _follows(line: Entry, entry: Entry) -> bool:
    next_to = line.hour + line.hours * HOUR == entry.hour and day_of(line) == day_of(entry)
    return next_to and _alike(line, entry)


def _alike(one: Entry, other: Entry) -> bool:
    """Whether each of their hours is the same."""
    if (one.name, one.labels, one.not_on_bill) != (other.name, other.labels, other.not_on_bill):
        return False
    if (one.billed is None) != (other.billed is None):
        return False
    return all(
        mine * other.hours == theirs * one.hours for mine, theirs in zip(_figures(one), _figures(other), strict=True)
    )


def _figures(entry: Entry) -> tuple[Decimal, ...]:
    billed = entry.billed.parts if entry.billed is not None else ()
    sums = (Decimal(getattr(entry, name)) for name in _SUMS)
    return (*entry.estimate.parts, *billed, entry.idle_estimate, entry.doubt, *sums)


def hours(entry: Entry) -> Iterator[Entry]:
    """Its hours one by one."""
    if entry.hours == 1:
        yield entry
        return
    each = _part(entry, 1)
    for place in range(entry.hours):
        yield each.model_copy(update={"hour": entry.hour + place * HOUR})


def pieces(entry: Entry, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Entry]:
    """What of it begins in [start, end), divided where a local day begins."""
    at = max(entry.hour, _first_hour(start, entry.hour))
    stop = min(entry.hour + entry.hours * HOUR, end)
    while at < stop:
        day_ends = _day_after(at, zone)
        count = _hours_before(at, min(stop, day_ends))
        if count == entry.hours:
            yield entry
        else:
            yield _part(entry, count).model_copy(update={"hour": at})
        at += count * HOUR


def _first_hour(start: datetime, grid: datetime) -> datetime:
    """The first whole hour at or after the start, by the hours that `grid` is one of."""
    missing = -((start - grid) % HOUR) % HOUR
    return start + missing


def _hours_before(at: datetime, end: datetime) -> int:
    """How many hours begin in [at, end)."""
    return -((at - end) // HOUR)


def _day_after(at: datetime, zone: ZoneInfo) -> datetime:
    following = at.astimezone(zone).date() + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(at.tzinfo)


def condensed(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The lines of a day without their hours: one for each owner and kind of certainty. Sums stay what they were."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        key = (entry.kind, entry.id, entry.labels, entry.billed is None, entry.not_on_bill, entry.unsure)
        groups.setdefault(key, []).append(entry)
    return tuple(_summed(group) for group in groups.values())


def _summed(group: list[Entry]) -> Entry:
    first = min(group, key=lambda entry: entry.hour)
    sums = {name: sum(getattr(entry, name) for entry in group) for name in (*_SUMS, "hours")}
    billed = [entry.billed for entry in group if entry.billed is not None]
    return first.model_copy(
        update={
            **sums,
            "estimate": sum((entry.estimate for entry in group), NOTHING),
            "idle_estimate": sum((entry.idle_estimate for entry in group), ZERO),
            "doubt": sum((entry.doubt for entry in group), ZERO),
            "billed": sum(billed, NOTHING) if billed else None,
        }
    )


def _part(entry: Entry, count: int) -> Entry:
    """So many of its hours."""
    return entry if count == entry.hours else _scaled(entry, count, entry.hours, hours=count)


def _scaled(entry: Entry, by: int, of: int, *, hours: int) -> Entry:
    def share(amounts: Amounts) -> Amounts:
        compute, container, volume, stopped, network = (part * by / of if part else ZERO for part in amounts.parts)
        return Amounts(
            compute=compute,
            container_disk=container,
            volume_disk=volume,
            stopped_disk=stopped,
            network_volume=network,
        )

    return entry.model_copy(
        update={
            **{name: getattr(entry, name) * by // of for name in _SUMS},
            "hours": hours,
            "estimate": share(entry.estimate),
            "idle_estimate": entry.idle_estimate * by / of,
            "doubt": entry.doubt * by / of,
            "billed": None if entry.billed is None else share(entry.billed),
        }
    )


# -- how a sheet is written down: short, since a year of a large account is many of them


def written(entries: Iterable[Entry]) -> str:
    """The lines of one pod's or volume's day. Never empty."""
    lines = tuple(entries)
    labels = list(dict.fromkeys(line.labels for line in lines))
    named = max(lines, key=lambda line: line.hour)
    whose = [label.model_dump(exclude_none=True) for label in labels]
    rows = [_row(line, labels.index(line.labels)) for line in lines]
    return json.dumps({"v": 1, "name": named.name, "labels": whose, "rows": rows}, separators=(",", ":"))


def read(kind: SubjectKind, subject: str, text: str) -> tuple[Entry, ...]:
    sheet = json.loads(text)
    labels = [Labels.model_validate(each) for each in sheet["labels"]]
    return tuple(_entry(kind, subject, sheet["name"], labels, row) for row in sheet["rows"])


def _row(line: Entry, label: int) -> list[Any]:
    return [
        to_ms(line.hour),
        line.hours,
        label,
        _texts(line.estimate),
        _text(line.idle_estimate),
        _text(line.doubt),
        *(getattr(line, name) for name in _SUMS),
        None if line.billed is None else _texts(line.billed),
        int(line.not_on_bill),
    ]


def _entry(kind: SubjectKind, subject: str, name: str, labels: list[Labels], row: list[Any]) -> Entry:
    hour, count, label, estimate, idle, doubt, *sums, billed, not_on_bill = row
    # Our own words, checked when they were written: a month of a large account has many.
    return Entry.model_construct(
        kind=kind,
        id=subject,
        name=name,
        hour=from_ms(hour),
        hours=count,
        labels=labels[label],
        estimate=_amounts(estimate),
        idle_estimate=Decimal(idle),
        doubt=Decimal(doubt),
        **dict(zip(_SUMS, sums, strict=True)),
        billed=None if billed is None else _amounts(billed),
        not_on_bill=bool(not_on_bill),
    )


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _texts(amounts: Amounts) -> str:
    return " ".join(_text(part) for part in amounts.parts)


def _amounts(text: str) -> Amounts:
    compute, container, volume, stopped, network = (ZERO if part == "0" else Decimal(part) for part in text.split(" "))
    return Amounts(
        compute=compute, container_disk=container, volume_disk=volume, stopped_disk=stopped, network_volume=network
    )
