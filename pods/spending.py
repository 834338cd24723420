"""What was spent this day and this month, by whom: the sums that every budget is held against. Pure.

The sums say nothing of any policy, so a policy that changes is in force at once; and what is stale is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pods.budgets import EACH, Budget, BudgetRule, Period, Scope, label_of
from pods.ledger.amounts import ZERO
from pods.ledger.entries import Entry, Labels
from pods.ledger.totals import Window, day_window, month_window
from pods.model import Record, Value
from pods.times import Instant

#: Sums older than this hold no budget.
FRESH: Final = timedelta(minutes=30)


class Spent(Value):
    #: None: some price was never said.
    usd: Decimal | None = ZERO
    #: The part of it that is only estimated.
    estimated: Decimal = ZERO
    doubt: Decimal = ZERO


Sums = Mapping[str, Spent]


class Spending(Record):
    """The sums of one local day and its month, as reckoned at `at`."""

    v: int = 1
    at: Instant
    day: date
    zone: str
    sums: dict[str, Spent]


def reckoned(entries: Iterable[Entry], now: datetime, zone: ZoneInfo) -> Spending:
    """`entries`: at least those of the month."""
    day = now.astimezone(zone).date()
    return Spending(at=now, day=day, zone=zone.key, sums=sums_on(entries, day, zone))


def sums_on(entries: Iterable[Entry], day: date, zone: ZoneInfo) -> dict[str, Spent]:
    """By scope, holder and period; who spent nothing has no sum."""
    windows = {period: _window(period, day, zone) for period in Period}
    adding: dict[str, _Adding] = {}
    for entry in entries:
        periods = [period for period, window in windows.items() if window.holds(entry.hour)]
        for scope, holder in _payers(entry.labels) if periods else ():
            for period in periods:
                adding.setdefault(_key(scope, holder, period), _Adding()).add(entry)
    return {key: each.spent() for key, each in adding.items()}


def budgets(
    rules: Iterable[BudgetRule], entries: Sequence[Entry] | None, day: date, zone: ZoneInfo
) -> tuple[Budget, ...]:
    """Every pot of the policy on this day. `entries` of None: the books cannot be read, and no pot's sum is known."""
    sums = None if entries is None else sums_on(entries, day, zone)
    return _pots(rules, dict.fromkeys(Period, sums), day, zone, ())


def pots(
    rules: Iterable[BudgetRule], spending: Spending | None, now: datetime, zone: ZoneInfo, *, of: Labels | None = None
) -> tuple[Budget, ...]:
    """Every pot now. A rule for each has one for everybody who spent, and for the holder these labels name."""
    day = now.astimezone(zone).date()
    sums = {period: spending.sums if _holds(spending, period, now, zone) and spending else None for period in Period}
    return _pots(rules, sums, day, zone, () if of is None else (of,))


def _holds(spending: Spending | None, period: Period, now: datetime, zone: ZoneInfo) -> bool:
    """Whether these sums are of the period that runs now."""
    if spending is None or spending.zone != zone.key or now - spending.at > FRESH:
        return False
    return _window(period, spending.day, zone).holds(now)


def _pots(
    rules: Iterable[BudgetRule],
    sums: Mapping[Period, Sums | None],
    day: date,
    zone: ZoneInfo,
    of: Iterable[Labels],
) -> tuple[Budget, ...]:
    return tuple(pot for rule in rules for pot in _of_rule(rule, sums[rule.period], day, zone, of))


def _of_rule(rule: BudgetRule, sums: Sums | None, day: date, zone: ZoneInfo, of: Iterable[Labels]) -> Iterable[Budget]:
    empty = Budget(rule=rule, holder=rule.name, window=rule.window(day, zone))
    if sums is None:
        return [empty]
    holders = {rule.name} if rule.name != EACH else _holders(rule, sums) | _named(rule, of)
    found = ((holder, sums.get(_key(rule.scope, holder, rule.period), Spent())) for holder in sorted(holders))
    return [
        empty.model_copy(
            update={"holder": holder, "spent": spent.usd, "estimated": spent.estimated, "doubt": spent.doubt}
        )
        for holder, spent in found
    ]


def _holders(rule: BudgetRule, sums: Sums) -> set[str]:
    head, tail = f"{rule.scope.value}/", f"/{rule.period.value}"
    return {key[len(head) : -len(tail)] for key in sums if key.startswith(head) and key.endswith(tail)}


def _named(rule: BudgetRule, of: Iterable[Labels]) -> set[str]:
    return {label for labels in of if (label := label_of(labels, rule.scope)) is not None}


def _payers(labels: Labels) -> list[tuple[Scope, str]]:
    named = ((scope, label_of(labels, scope)) for scope in Scope if scope is not Scope.ACCOUNT)
    return [(Scope.ACCOUNT, ""), *((scope, label) for scope, label in named if label is not None)]


def _key(scope: Scope, holder: str, period: Period) -> str:
    return f"{scope.value}/{holder}/{period.value}"


def _window(period: Period, day: date, zone: ZoneInfo) -> Window:
    return day_window(day, zone) if period is Period.DAY else month_window(day, zone)


class _Adding:
    """Time of which no price was said makes a sum unknown, until it is billed."""

    __slots__ = ("doubt", "estimated", "known", "usd")

    def __init__(self) -> None:
        self.usd = self.estimated = self.doubt = ZERO
        self.known = True

    def add(self, entry: Entry) -> None:
        total = entry.amounts.total
        self.usd += total
        if entry.billed is None:
            self.estimated += total
            self.doubt += entry.doubt
            self.known = self.known and not entry.unknown_ms

    def spent(self) -> Spent:
        return Spent(usd=self.usd if self.known else None, estimated=self.estimated, doubt=self.doubt)
