"""Budgets: how far each is spent, what is told once at each mark, and what is then asked of a create or start.

Pure. A figure that cannot be reckoned with counts as a budget that is spent: what is not known opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, field_validator, model_validator

from pods.ledger.amounts import ZERO
from pods.ledger.entries import Labels
from pods.ledger.totals import Window, day_window, month_window
from pods.ledger.usd import Usd, is_sum
from pods.model import Record, Value
from pods.roles import DecidingRole, Role
from pods.tables import Table, UserId
from pods.times import Instant

PERCENT: Final = 100
#: As a budget's name: everybody has one of their own.
EACH: Final = "*"


class Scope(StrEnum):
    ACCOUNT = "account"
    TEAM = "team"
    OWNER = "owner"
    PRESET = "preset"


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"


class Then(IntEnum):
    """What a spent budget asks of creates and starts, in rising order."""

    TELL = 1
    REQUIRE_APPROVAL = 2
    REFUSE = 3

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", " ")


def _then(value: object) -> object:
    if isinstance(value, Then):
        return value
    name = value.strip().upper().replace(" ", "_") if isinstance(value, str) else ""
    if name not in Then.__members__:
        raise ValueError('must be "tell", "require_approval" or "refuse"')
    return Then[name]


ThenName = Annotated[Then, BeforeValidator(_then), PlainSerializer(lambda then: then.word, return_type=str)]


_USER_ID: Final = TypeAdapter(UserId)


class BudgetRule(Table):
    """`[[budget]]` of the policy: so many dollars per day or month."""

    scope: Scope = Scope.ACCOUNT
    #: The team, owner or preset it is for; "*": each of them has one of its own. The account has no name.
    name: str = ""
    period: Period = Period.MONTH
    amount: Usd
    #: Percent of the amount at which it is told, once each.
    tell_at: tuple[int, ...] = (50, 80, 100)
    then: ThenName = Then.TELL

    @field_validator("tell_at")
    @classmethod
    def _tell_at(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 < percent <= 10 * PERCENT for percent in value):
            raise ValueError("must be percentages above 0, such as [50, 80, 100]")
        return tuple(sorted(set(value)))

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.scope is Scope.ACCOUNT) == bool(self.name.strip()):
            raise ValueError('needs `name` (or "*" for each) with scope team, owner or preset, and none with account')
        if self.scope is Scope.OWNER and self.name != EACH:
            _USER_ID.validate_python(self.name)
        return self

    @property
    def pot(self) -> str:
        """What it is for, in words."""
        whose = "the account" if self.scope is Scope.ACCOUNT else f"{self.scope.value} {self.name!r}"
        return f"{whose} per {self.period.value}"

    def covers(self, labels: Labels) -> bool:
        """Whether what bears these labels is paid from this budget."""
        if self.scope is Scope.ACCOUNT:
            return True
        label = label_of(labels, self.scope)
        return label is not None and self.name in {EACH, label}

    def window(self, day: date, zone: ZoneInfo) -> Window:
        return day_window(day, zone) if self.period is Period.DAY else month_window(day, zone)


class ApprovalRule(Table):
    """`[approval]` of the policy: when a second person is asked before a create or start, and who that is."""

    #: What the compute of one pod may cost an hour without asking; None: any price.
    above_per_hour: Usd | None = None
    #: Who may approve; nobody approves their own.
    role: DecidingRole = Role.ADMIN
    #: How long an answer is waited for.
    wait_min: int = Field(default=60, ge=5, le=24 * 60)


class Budget(Value):
    """One pot: a rule applied to one account, team, owner or preset, in one period."""

    rule: BudgetRule
    #: Whose it is; "" for the account.
    holder: str = ""
    window: Window
    #: None: not known, which is not nothing.
    spent: Decimal | None = None
    #: The part of it that is only estimated.
    estimated: Decimal = ZERO
    doubt: Decimal = ZERO

    @property
    def key(self) -> str:
        """The same from one policy's text to the next, whatever its amount."""
        return f"{self.rule.scope.value}/{self.holder}/{self.rule.period.value}"

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None: not known. A budget of 0 is spent from the first cent."""
        if self.spent is None or not is_sum(self.spent) or not is_sum(self.rule.amount):
            return None
        if not self.rule.amount:
            return PERCENT
        return int(self.spent * PERCENT / self.rule.amount)

    def pays_for(self, labels: Labels) -> bool:
        holder = label_of(labels, self.rule.scope) or ""
        return self.rule.covers(labels) and self.holder in {EACH, holder}

    @property
    def exhausted(self) -> bool:
        return self.percent is None or self.percent >= PERCENT

    @property
    def left(self) -> Decimal | None:
        return None if self.percent is None or self.spent is None else max(self.rule.amount - self.spent, ZERO)


def label_of(labels: Labels, scope: Scope) -> str | None:
    told = {Scope.TEAM: labels.team, Scope.OWNER: labels.owner, Scope.PRESET: labels.preset}
    return told.get(scope)


class Told(Record):
    """What has been told of one pot in one period."""

    v: int = 1
    version: int = 0
    key: str
    period_start: Instant
    amount: Decimal
    percents: tuple[int, ...] = ()
    #: Told that it cannot be reckoned.
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """To be told now: the highest mark that was reached, or that the sum is not known."""

    budget: Budget
    #: None: not known.
    percent: int | None


def noticed(told: Told | None, budget: Budget) -> tuple[Told, Notice | None]:
    """Each mark once per period, however the sum moves; several at once are told as the highest."""
    told = _current(told, budget)
    percent = budget.percent
    if percent is None:
        notice = None if told.unknown else Notice(budget=budget, percent=None)
        return _also(told, unknown=True), notice
    reached = {mark for mark in budget.rule.tell_at if percent >= mark}
    highest = max(reached, default=0)
    notice = Notice(budget=budget, percent=highest) if highest > max(told.percents, default=0) else None
    return _also(told, percents=tuple(sorted(reached | set(told.percents)))), notice


def _current(told: Told | None, budget: Budget) -> Told:
    """What was told of this period. Of another amount, only the marks that are still reached."""
    start, amount = budget.window.start, budget.rule.amount
    if told is None or told.key != budget.key or told.period_start != start:
        return Told(key=budget.key, period_start=start, amount=amount)
    if told.amount == amount or budget.percent is None:
        return told
    still = tuple(mark for mark in told.percents if budget.percent >= mark)
    return _also(told, amount=amount, percents=still)


def _also(told: Told, **changes: object) -> Told:
    after = told.model_copy(update=changes)
    return told if after == told else after.model_copy(update={"version": told.version + 1})


class Verdict(IntEnum):
    """What a create or start meets, in rising order."""

    ALLOW = 0
    TELL = 1
    REQUIRE_APPROVAL = 2
    REFUSE = 3


class Reason(Value):
    """One rule that had a say."""

    verdict: Verdict
    #: None: the price rule.
    budget: Budget | None = None
    per_hour: Decimal | None = None
    limit: Decimal | None = None


class Ruling(Value):
    verdict: Verdict
    #: The strictest first.
    reasons: tuple[Reason, ...] = ()


def ruling(pots: Iterable[Budget], price: ApprovalRule, labels: Labels, per_hour: Decimal | None) -> Ruling:
    """Whether a pod with these labels, at this price (None: not known), may be created or started.

    The strictest word counts, of every budget that would pay and of the price rule.
    """
    spent = [pot for pot in pots if pot.pays_for(labels) and pot.exhausted]
    reasons = [Reason(verdict=Verdict(pot.rule.then.value), budget=pot) for pot in spent]
    known = per_hour if is_sum(per_hour) else None
    limit = price.above_per_hour
    if limit is not None and (known is None or known > limit):
        reasons.append(Reason(verdict=Verdict.REQUIRE_APPROVAL, per_hour=known, limit=limit))
    reasons.sort(key=lambda reason: -reason.verdict)
    return Ruling(verdict=reasons[0].verdict if reasons else Verdict.ALLOW, reasons=tuple(reasons))
