"""What is to come: the month's end with a band, what is usual, what is out of the usual, how long the balance lasts.

Pure. Usual is the median of the same weekday, and how far days lie apart is their MAD: one wild day moves neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from pods.ledger.amounts import ZERO
from pods.ledger.entries import Entry
from pods.ledger.totals import Dimension, Window, day_window, key_of, midnight, month_window
from pods.model import Value
from pods.times import Instant

#: A MAD times this is what a standard deviation would be.
MAD_TO_SIGMA: Final = Decimal("1.4826")
#: Eight days of ten lie within so many of those.
BAND: Final = Decimal("1.2816")
#: So many of those from the usual is an anomaly.
ANOMALY: Final = Decimal("3.5")
#: Days never lie closer than this in truth: of the usual, and in USD.
LEAST_SPREAD: Final = Decimal("0.05")
LEAST_SPREAD_USD: Final = Decimal(1)
WEEKS_BACK: Final = 8
LEAST_WEEKDAYS: Final = 3
LEAST_DAYS: Final = 5

DaySums = Mapping[date, Decimal]


class Usual(Value):
    """What such a day costs."""

    usd: Decimal
    #: How far such days lie apart, as a standard deviation would say it.
    spread: Decimal
    #: Days it is made of; of the same weekday, or of any.
    days: int
    same_weekday: bool


class Anomaly(Value):
    dimension: Dimension | None = None
    #: The owner, GPU and so on; None with no dimension: the account.
    key: str | None = None
    usd: Decimal
    usual: Decimal
    #: Spreads from the usual; negative: less than usual.
    score: Decimal


class Forecast(Value):
    """The month's end, estimated: eight times of ten it lies from low to high."""

    spent: Decimal
    usd: Decimal
    low: Decimal
    high: Decimal
    #: Days it is made of; 0: only of what burns now.
    days: int


class Quote(Value):
    """What a pod would cost, estimated. Bound to the price: another price is another quote."""

    #: USD per hour of compute and disks; None: not known.
    per_hour: Decimal | None
    at: Instant
    tonight: Decimal | None = None
    friday: Decimal | None = None
    #: USD per month once it is stopped.
    stopped_per_month: Decimal | None = None


def day_sums(entries: Iterable[Entry], window: Window, zone: ZoneInfo) -> dict[date, Decimal]:
    """Each day's sum in the window. A day of which some price was never said has none: it would seem cheap."""
    sums: dict[date, Decimal] = {}
    unknown: set[date] = set()
    for entry in entries:
        if window.holds(entry.hour):
            day = entry.hour.astimezone(zone).date()
            sums[day] = sums.get(day, ZERO) + entry.amounts.total
            if entry.billed is None and entry.unknown_ms:
                unknown.add(day)
    return {day: usd for day, usd in sums.items() if day not in unknown}


def usual(history: DaySums, day: date) -> Usual | None:
    """What this day usually costs, by the eight weeks before it; None with too few days to say."""
    since = day - timedelta(weeks=WEEKS_BACK)
    days = {each: usd for each, usd in history.items() if since <= each < day}
    same = [usd for each, usd in days.items() if each.weekday() == day.weekday()]
    if len(same) >= LEAST_WEEKDAYS:
        return _usual(same, same_weekday=True)
    return _usual(list(days.values()), same_weekday=False) if len(days) >= LEAST_DAYS else None


def anomaly(usd: Decimal, normal: Usual | None) -> Anomaly | None:
    """Out of the usual, up or down; None too where nothing is usual yet."""
    if normal is None:
        return None
    score = (usd - normal.usd) / normal.spread
    return Anomaly(usd=usd, usual=normal.usd, score=score) if abs(score) > ANOMALY else None


def anomalies(
    entries: Sequence[Entry], day: date, zone: ZoneInfo, by: Iterable[Dimension] = (Dimension.OWNER, Dimension.GPU)
) -> tuple[Anomaly, ...]:
    """Of the account, and of each owner and GPU; the largest difference in dollars first.

    Who spent nothing on a day that the ledger knows did spend nothing: such days count as 0.
    """
    past = Window(start=midnight(day - timedelta(weeks=WEEKS_BACK), zone), end=day_window(day, zone).end)
    known = day_sums(entries, past, zone)
    if day not in known:
        return ()
    found: list[Anomaly] = []
    if (account := anomaly(known[day], usual(known, day))) is not None:
        found.append(account)
    for dimension in by:
        groups: dict[str | None, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(key_of(entry, dimension, zone), []).append(entry)
        for key, group in groups.items():
            sums = dict.fromkeys(known, ZERO) | day_sums(group, past, zone)
            odd = anomaly(sums[day], usual(sums, day)) if day in sums else None
            if odd is not None:
                found.append(odd.model_copy(update={"dimension": dimension, "key": key}))
    return tuple(sorted(found, key=lambda each: -abs(each.usd - each.usual)))


def month_end(
    history: DaySums, spent: Decimal, now: datetime, zone: ZoneInfo, burn: Decimal | None = None
) -> Forecast | None:
    """What was spent, and for each day left what such a day usually costs; `burn` (USD per hour) where none is usual.

    None where neither is known.
    """
    today = now.astimezone(zone).date()
    end = month_window(today, zone).end
    to_come = spread = ZERO
    used = 0
    day = today
    while midnight(day, zone) < end:
        window = day_window(day, zone)
        share = Window(start=max(window.start, now), end=window.end).hours / window.hours
        normal = usual(history, day) or usual(history, today)
        if normal is None:
            if burn is None:
                return None
            # With nothing to compare, what burns now may as well halve as double.
            normal = Usual(usd=burn * 24, spread=burn * 24 / 2, days=0, same_weekday=False)
        to_come += normal.usd * share
        spread += (normal.spread * share) ** 2
        used = max(used, normal.days)
        day += timedelta(days=1)
    band = BAND * spread.sqrt()
    return Forecast(
        spent=spent, usd=spent + to_come, low=spent + max(to_come - band, ZERO), high=spent + to_come + band, days=used
    )


FRIDAY: Final = 4


def quoted(
    per_hour: Decimal | None, now: datetime, zone: ZoneInfo, *, stopped_per_month: Decimal | None = None
) -> Quote:
    """To tonight and to Friday: until that day's midnight, local. On a Friday both are the same."""
    today = now.astimezone(zone).date()
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    return Quote(
        per_hour=per_hour,
        at=now,
        tonight=_until(per_hour, now, midnight(today + timedelta(days=1), zone)),
        friday=_until(per_hour, now, midnight(friday + timedelta(days=1), zone)),
        stopped_per_month=stopped_per_month,
    )


def _until(per_hour: Decimal | None, now: datetime, end: datetime) -> Decimal | None:
    return None if per_hour is None else per_hour * Window(start=now, end=end).hours


def _usual(days: Sequence[Decimal], *, same_weekday: bool) -> Usual:
    middle = median(days)
    mad = median(abs(each - middle) for each in days)
    spread = max(mad * MAD_TO_SIGMA, middle * LEAST_SPREAD, LEAST_SPREAD_USD)
    return Usual(usd=middle, spread=spread, days=len(days), same_weekday=same_weekday)
