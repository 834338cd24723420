"""The figures of a daily or weekly summary, for the account or one person, in one value. How they look is the view's.

Pure. Every figure says whether it is billed or estimated, and rounding is left to whoever shows it (`money.in_cents`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from pods.budgets import Budget
from pods.forecast import WEEKS_BACK, Anomaly, Forecast, Usual, anomalies, day_sums, month_end, usual
from pods.ledger.amounts import ZERO
from pods.ledger.entries import Entry, within
from pods.ledger.runway import Runway
from pods.ledger.savings import Saving, StopByBot, saved
from pods.ledger.totals import (
    Dimension,
    Total,
    Window,
    day_of,
    day_window,
    key_of,
    midnight,
    month_window,
    top,
    total,
    totals,
    week_window,
)
from pods.model import Record, Value
from pods.money import in_cents
from pods.times import Instant

_RECENT: Final = 7


class Edition(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


class Breakdown(Value):
    """Rows dearest first, at most fifty, and the others as one; together they are the total."""

    by: Dimension
    rows: tuple[Total, ...] = ()
    others: Total | None = None

    @property
    def all(self) -> tuple[Total, ...]:
        return (*self.rows, self.others) if self.others else self.rows

    @property
    def in_cents(self) -> tuple[Decimal, ...]:
        """What to show for each of `all`, so that the column adds up to the total shown."""
        return in_cents([row.usd for row in self.all])


class Change(Value):
    """Against the usual such day, or days; estimated from the books."""

    usual: Decimal
    difference: Decimal
    same_weekday: bool

    @property
    def percent(self) -> Decimal | None:
        return self.difference * 100 / self.usual if self.usual else None


class Reconciliation(Value):
    """What was estimated of the hours that are billed and were watched throughout, and what was billed for them."""

    estimated: Decimal
    billed: Decimal
    hours: int
    #: USD billed for hours that nobody watched: there was no estimate.
    unwatched: Decimal = ZERO
    #: Hours that certainly cost something and are not on the bill.
    not_on_bill: int


class Summary(Value):
    edition: Edition
    window: Window
    #: The first local day of the window, and its zone: with the channel, the period's identity.
    day: date
    zone: str
    made_at: Instant
    #: A personal edition is of what this owner spent; None: everything.
    owner: str | None = None
    #: False: the books have nothing at all of the window, which is not nothing spent.
    known: bool = True
    total: Total
    reconciliation: Reconciliation
    change: Change | None = None
    by_owner: Breakdown
    by_gpu: Breakdown
    by_subject: Breakdown
    by_day: Breakdown
    #: Of the seven days up to the last of the window, those that the books know.
    recent: tuple[Total, ...] = ()
    idle: Decimal
    stopped_storage: Decimal
    month_to_date: Total
    #: Days of the month so far of which the books have nothing; they are not in its sum.
    month_unknown_days: int = 0
    forecast: Forecast | None = None
    budgets: tuple[Budget, ...] = ()
    runway: Runway | None = None
    #: USD that stops of idle pods by the bot saved in the window, estimated.
    saved: Decimal
    anomalies: tuple[Anomaly, ...] = ()
    actions: tuple[Saving, ...] = ()

    @property
    def would_save(self) -> Decimal:
        """USD per month, of the actions together."""
        return sum((action.per_month for action in self.actions), ZERO)


class Printed(Record):
    """A summary as it was told, with what Slack and the catalog called people and GPU types then."""

    summary: Summary
    people: dict[str, str] = Field(default_factory=dict)
    gpus: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a summary is made of, besides the books; all as known at `now`."""

    now: datetime
    zone: ZoneInfo
    #: Days that were watched or billed, so that nothing in the books is nothing spent.
    known: Collection[date] = ()
    budgets: Sequence[Budget] = ()
    runway: Runway | None = None
    stops: Sequence[StopByBot] = ()
    actions: Sequence[Saving] = ()


def window_for(edition: Edition, day: date, zone: ZoneInfo) -> Window:
    """The local day, or the week from Monday that holds it."""
    return day_window(day, zone) if edition is Edition.DAILY else week_window(day, zone)


def books_from(day: date, zone: ZoneInfo) -> datetime:
    """How far back `summary` needs the books: the month, and the weeks that say what is usual."""
    return min(month_window(day, zone).start, midnight(day - timedelta(weeks=WEEKS_BACK), zone))


def summary(
    edition: Edition, day: date, entries: Iterable[Entry], figures: Figures, *, owner: str | None = None
) -> Summary:
    """Of the day, or of the week that holds it. `owner`: only what is theirs, for a personal edition."""
    zone, now = figures.zone, figures.now
    window = window_for(edition, day, zone)
    every = tuple(entries)
    books = [entry for entry in every if owner is None or entry.labels.owner == owner]
    shown_of_all = within(every, window.start, window.end)
    shown = within(books, window.start, window.end)
    whole = total(shown)
    first = window.start.astimezone(zone).date()
    last = (window.end - timedelta(microseconds=1)).astimezone(zone).date()
    month = month_window(last, zone)
    known = Window(start=books_from(first, zone), end=window.end)
    # Who spent nothing on a day that the books know did spend nothing.
    history = dict.fromkeys(day_sums(every, known, zone), ZERO) | day_sums(books, known, zone)
    to_date = total(within(books, month.start, min(month.end, now)))
    return Summary(
        edition=edition,
        window=window,
        day=first,
        zone=zone.key,
        made_at=now,
        owner=owner,
        known=unknown_days(shown_of_all, first, last, zone, figures.known) <= (last - first).days,
        total=whole,
        reconciliation=_reconciliation(shown),
        change=_change(whole.usd, history, first, last),
        by_owner=breakdown(shown, Dimension.OWNER, zone),
        by_gpu=breakdown(shown, Dimension.GPU, zone),
        by_subject=breakdown(shown, Dimension.SUBJECT, zone),
        by_day=breakdown(shown, Dimension.DAY, zone),
        recent=_recent(every, books, last, figures),
        idle=whole.idle,
        stopped_storage=whole.amounts.stopped_disk,
        month_to_date=to_date,
        month_unknown_days=_month_unknown(every, month, figures),
        forecast=month_end(history, to_date.usd, now, zone, _burn(figures, owner)) if month.holds(now) else None,
        budgets=_budgets(figures, owner),
        runway=figures.runway if owner is None else None,
        saved=saved(_stops(figures, books, owner), window, now),
        anomalies=_anomalies(edition, books, first, zone),
        actions=_actions(figures, owner),
    )


def breakdown(entries: Iterable[Entry], by: Dimension, zone: ZoneInfo) -> Breakdown:
    rows, others = top(totals(entries, by, zone))
    return Breakdown(by=by, rows=rows, others=others)


def _recent(every: Iterable[Entry], books: Iterable[Entry], last: date, figures: Figures) -> tuple[Total, ...]:
    zone = figures.zone
    first = last - timedelta(days=_RECENT - 1)
    week = Window(start=midnight(first, zone), end=day_window(last, zone).end)
    days = known_days(within(every, week.start, week.end), first, last, zone, figures.known)
    return each_day(within(books, week.start, week.end), days, zone)


def each_day(books: Iterable[Entry], days: Iterable[date], zone: ZoneInfo) -> tuple[Total, ...]:
    """A row for each of these days, also for those on which nothing was spent."""
    rows = {row.key: row for row in totals(books, Dimension.DAY, zone)}
    return tuple(rows.get(day.isoformat()) or Total(key=day.isoformat()) for day in days)


def known_days(
    every: Iterable[Entry], first: date, last: date, zone: ZoneInfo, known: Collection[date] = ()
) -> tuple[date, ...]:
    """Those of the days from first to last that the books have something of, or that were watched or billed."""
    found = {day_of(entry.hour, zone) for entry in every} | set(known)
    days = (first + timedelta(days=each) for each in range((last - first).days + 1))
    return tuple(day for day in days if day in found)


def unknown_days(every: Iterable[Entry], first: date, last: date, zone: ZoneInfo, known: Collection[date] = ()) -> int:
    return (last - first).days + 1 - len(known_days(every, first, last, zone, known))


def _month_unknown(every: Sequence[Entry], month: Window, figures: Figures) -> int:
    last = min(month.end - timedelta(microseconds=1), figures.now).astimezone(figures.zone).date()
    first = month.start.astimezone(figures.zone).date()
    return unknown_days(within(every, month.start, month.end), first, last, figures.zone, figures.known)


def _reconciliation(entries: Sequence[Entry]) -> Reconciliation:
    billed = [entry for entry in entries if entry.billed is not None]
    watched = [entry for entry in billed if entry.watched_whole]
    return Reconciliation(
        estimated=sum((entry.estimate.total for entry in watched), ZERO),
        billed=sum((entry.amounts.total for entry in watched), ZERO),
        hours=sum(entry.hours for entry in watched),
        unwatched=sum((entry.amounts.total for entry in billed if not entry.watched), ZERO),
        not_on_bill=sum(entry.hours for entry in entries if entry.not_on_bill),
    )


def _change(usd: Decimal, history: dict[date, Decimal], first: date, last: date) -> Change | None:
    """Each day against its usual one. One day without makes the whole not comparable."""
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    normal = [usual({day: sum_ for day, sum_ in history.items() if day < first}, day) for day in days]
    known: list[Usual] = [each for each in normal if each is not None]
    if len(known) < len(days) or any(day not in history for day in days):
        return None
    expected = sum((each.usd for each in known), ZERO)
    return Change(usual=expected, difference=usd - expected, same_weekday=all(each.same_weekday for each in known))


def _anomalies(edition: Edition, entries: Sequence[Entry], first: date, zone: ZoneInfo) -> tuple[Anomaly, ...]:
    if edition is Edition.DAILY:
        return anomalies(entries, first, zone)
    week = [anomalies(entries, first + timedelta(days=each), zone) for each in range(7)]
    return tuple(sorted((odd for day in week for odd in day), key=lambda odd: -abs(odd.usd - odd.usual)))


def _burn(figures: Figures, owner: str | None) -> Decimal | None:
    """The account's burn says nothing of one person."""
    return figures.runway.burn if figures.runway is not None and owner is None else None


def _budgets(figures: Figures, owner: str | None) -> tuple[Budget, ...]:
    return tuple(pot for pot in figures.budgets if owner is None or pot.holder == owner)


def _stops(figures: Figures, entries: Iterable[Entry], owner: str | None) -> list[StopByBot]:
    theirs = {entry.id for entry in entries}
    return [stop for stop in figures.stops if owner is None or stop.pod_id in theirs]


def _actions(figures: Figures, owner: str | None) -> tuple[Saving, ...]:
    return tuple(action for action in figures.actions if owner is None or action.owner == owner)


#: Columns of the CSV, in order.
COLUMNS: Final = (
    "day",
    "kind",
    "id",
    "name",
    "owner",
    "team",
    "preset",
    "gpu",
    "cloud",
    "running_hours",
    "compute_usd",
    "container_disk_usd",
    "volume_disk_usd",
    "stopped_disk_usd",
    "network_volume_usd",
    "total_usd",
    "idle_usd",
    "basis",
    "doubt_usd",
    "gap_hours",
)


def table(entries: Iterable[Entry], zone: ZoneInfo) -> str:
    """Everything as CSV: a row for each pod or volume and day and whose it was, unrounded."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        day = key_of(entry, Dimension.DAY, zone) or ""
        labels = entry.labels
        words = (labels.owner, labels.team, labels.preset, labels.gpu, labels.cloud)
        groups.setdefault((day, entry.kind.value, entry.id, *(word or "" for word in words)), []).append(entry)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (day, kind, subject, *whose), group in sorted(groups.items()):
        row = total(group)
        hours = Decimal(sum(entry.running_ms for entry in group)) / 3_600_000
        money = [*row.amounts.parts, row.usd, row.idle]
        writer.writerow(
            [_text(cell) for cell in (day, kind, subject, row.name, *whose)]
            + [f"{hours:.4f}", *(f"{figure:f}" for figure in money), row.basis.value, f"{row.doubt:f}", str(row.gaps)]
        )
    return out.getvalue()


def _text(cell: str) -> str:
    """A name that a spreadsheet would take for a formula is kept as text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
