"""Which days of RunPod's bill to ask for, and what a day of the books is afterwards. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pods.ledger.bill import Bill, Billing, reconciled
from pods.ledger.entries import Entry, Labels, hour_of
from pods.ledger.sheets import hours, joined
from pods.ledger.totals import Window

#: How far back the bill is read when the books begin: as far as what is usual looks back.
FIRST_BACK: Final = timedelta(weeks=8)
#: The last days are asked for again each time: RunPod may add to them.
AGAIN: Final = timedelta(days=1)
#: Days asked for at once.
MOST_DAYS: Final = 10
#: So often, once the books are up to date; while they are behind, each time.
EVERY: Final = timedelta(minutes=55)
#: Days stay apart by hours for the current month and so many before it; then only their sums are kept, for so long.
MONTHS_BY_HOUR: Final = 2
BOOKS_FOR: Final = timedelta(days=400)
_DAY: Final = timedelta(days=1)


def due(billing: Billing, now: datetime) -> tuple[Window, ...]:
    """Days, or what of them is over, to ask for now: what was not settled yet, the last ones again, then the past."""
    end, recent = hour_of(now), hour_of(now - AGAIN)
    since = min(billing.billed_to or recent, recent)
    past = [window for window in _days(now - FIRST_BACK, _read_from(billing, now)) if window.start >= now - FIRST_BACK]
    just_asked = billing.asked_at is not None and now - billing.asked_at < EVERY
    if just_asked and not past and since >= recent:
        return ()
    forward = _days(since, end)
    if len(forward) > MOST_DAYS:
        forward = [*forward[: MOST_DAYS - 2], *forward[-2:]]
    return (*forward, *past[::-1][: MOST_DAYS - len(forward)])


def _read_from(billing: Billing, now: datetime) -> datetime:
    return billing.read_from or _begin(hour_of(now - AGAIN).date())


def _days(since: datetime, end: datetime) -> list[Window]:
    day = since.astimezone(UTC).date()
    windows: list[Window] = []
    while (start := _begin(day)) < end:
        windows.append(Window(start=start, end=min(start + _DAY, end)))
        day += _DAY
    return windows


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def without_open(bill: Bill, open_from: Mapping[str, datetime]) -> Bill:
    """Without the hours of which the watch has not said its last word: they are billed once they are in the books."""
    records = tuple(each for each in bill.records if each.id not in open_from or each.start < open_from[each.id])
    return bill.model_copy(update={"records": records})


def settled(
    lines: Iterable[Entry], bill: Bill, labels: Mapping[str, Labels], names: Mapping[str, str]
) -> tuple[Entry, ...]:
    """A day's lines once it is reconciled. `labels` and `names`: of what only the bill knew of."""
    apart = [hour for line in lines if line.kind is bill.kind for hour in hours(line)]
    subjects: dict[str, list[Entry]] = {}
    for entry in reconciled(apart, bill, labels).entries:
        named = entry if entry.name else entry.model_copy(update={"name": names.get(entry.id, "")})
        subjects.setdefault(entry.id, []).append(named)
    return tuple(line for each in subjects.values() for line in joined(each))


def reached(billing: Billing, windows: Sequence[Window], open_from: Mapping[str, datetime], now: datetime) -> Billing:
    """After these windows, in the order of `due`, were asked for and answered. What is open is asked for again."""
    since = billing.billed_to or _begin(hour_of(now - AGAIN).date())
    for window in sorted(windows, key=lambda each: each.start):
        if window.start <= since:
            since = max(since, window.end)
    held = min([since, hour_of(now - AGAIN), *open_from.values()])
    changes = {
        "billed_to": max(held, billing.billed_to or held),
        "read_from": min([_read_from(billing, now), *(window.start for window in windows)]),
        "asked_at": now,
        "failing_since": None,
        "trouble": "",
    }
    return billing.model_copy(update=changes)


def failed(billing: Billing, why: str, now: datetime) -> Billing:
    return billing.model_copy(update={"failing_since": billing.failing_since or now, "trouble": why})


def by_hour_from(now: datetime) -> date:
    """Days before this are kept as their sums."""
    first = now.astimezone(UTC).date().replace(day=1)
    for _ in range(MONTHS_BY_HOUR):
        first = (first - _DAY).replace(day=1)
    return first
