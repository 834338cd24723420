"""What was spent in some days, by whom or on what: the answer to a question about money, in one value. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pods.ledger.entries import Entry
from pods.ledger.totals import Dimension, Total, Window, midnight, total
from pods.model import Value
from pods.summary import Breakdown, breakdown, each_day, known_days
from pods.times import Instant

#: The books of a question reach this far.
LONGEST: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)


class Period(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"


class Days(Value):
    """Local days, both included, of which only what is over by now is known."""

    first: date
    last: date

    def window(self, zone: ZoneInfo, now: datetime) -> Window:
        """Never empty: days to come are an instant at their beginning."""
        start = midnight(self.first, zone)
        return Window(start=start, end=max(start, min(midnight(self.last + _DAY, zone), now)))


class Spent(Value):
    """Rows dearest first, or days in order; together they are the total."""

    days: Days
    zone: str
    now: Instant
    #: Only of this owner; None: of everything.
    owner: str | None = None
    total: Total
    by: Breakdown
    #: Every day that the books know.
    by_day: tuple[Total, ...] = ()
    #: False: the books have nothing at all of these days, which is not nothing spent.
    known: bool
    #: Days that began and of which the books have nothing; they are not in the sum.
    unknown_days: int = 0
    #: Hours that certainly cost something and that RunPod's bill lacks.
    not_on_bill: int = 0

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def under_way(self) -> bool:
        """The last of the days is not over."""
        return self.today <= self.days.last


def days_of(period: Period, now: datetime, zone: ZoneInfo) -> Days:
    """Today and yesterday; the week since Monday; the month since its first."""
    today = now.astimezone(zone).date()
    if period is Period.YESTERDAY:
        return Days(first=today - _DAY, last=today - _DAY)
    if period is Period.WEEK:
        monday = today - timedelta(days=today.weekday())
        return Days(first=monday, last=monday + timedelta(days=6))
    if period is Period.MONTH:
        return Days(first=today.replace(day=1), last=today.replace(day=calendar.monthrange(today.year, today.month)[1]))
    return Days(first=today, last=today)


def spent(
    entries: Sequence[Entry],
    days: Days,
    now: datetime,
    zone: ZoneInfo,
    by: Dimension,
    *,
    owner: str | None = None,
    known: Collection[date] = (),
) -> Spent:
    """`entries` of the days' window; `known`: days that were watched or billed, whatever was spent on them."""
    theirs = [entry for entry in entries if owner is None or entry.labels.owner == owner]
    last = max(days.first, min(days.last, now.astimezone(zone).date()))
    told = known_days(entries, days.first, last, zone, known)
    return Spent(
        days=days,
        zone=zone.key,
        now=now,
        owner=owner,
        total=total(theirs),
        by=breakdown(theirs, by, zone),
        by_day=each_day(theirs, told, zone),
        known=bool(told),
        unknown_days=(last - days.first).days + 1 - len(told),
        not_on_bill=sum(entry.hours for entry in theirs if entry.not_on_bill),
    )
