"""Who is on call, and whom it goes to when nobody answers: `[oncall]` of the policy. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from pods.hours import instant_of, is_quiet
from pods.losses import Severity
from pods.tables import GroupId, Table, UserId
from pods.times import MINUTE
from pods.watch_rules import QuietHours

_DAYS: Final = 7


class Step(Table):
    """Whom it goes to when nobody has acknowledged it by then."""

    after_min: int = Field(ge=1, le=24 * 60)
    users: tuple[UserId, ...] = ()
    group: GroupId | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Step:
        if not self.users and not self.group:
            raise ValueError("needs `users` or a `group`, or it escalates to nobody")
        return self


class OnCallRule(Table):
    """`[oncall]`."""

    #: Always on call.
    users: tuple[UserId, ...] = ()
    group: GroupId | None = None
    #: One of these each week, in turn.
    rotation: tuple[UserId, ...] = ()
    #: The day the first one's first week begins.
    rotation_from: date = date(2026, 1, 5)
    #: When the week passes from one to the next, in the policy's zone.
    handover: time = time(9)
    escalate: tuple[Step, ...] = ()
    #: Nobody is called for what runs again by itself in these hours; it is told when they end.
    quiet: QuietHours | None = None

    @model_validator(mode="after")
    def _rising(self) -> OnCallRule:
        minutes = [step.after_min for step in self.escalate]
        if minutes != sorted(set(minutes)):
            raise ValueError("needs the steps of `escalate` in rising order of `after_min`")
        return self

    @property
    def groups(self) -> frozenset[str]:
        """Whose members may answer."""
        named = {self.group, *(step.group for step in self.escalate)}
        return frozenset(group for group in named if group)

    def hushes(self, severity: Severity, zone: ZoneInfo, now: datetime) -> bool:
        return severity is Severity.LOW and is_quiet(self.quiet, zone, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    users: tuple[str, ...] = ()
    group: str | None = None
    #: The one whose week it is, and until when.
    turn: str = ""
    turn_until: datetime | None = None

    @property
    def nobody(self) -> bool:
        return not self.users and not self.group


def on_call(rule: OnCallRule, zone: ZoneInfo, now: datetime) -> OnCall:
    """Who is called now."""
    if not rule.rotation:
        return OnCall(users=rule.users, group=rule.group)
    week, until = _week(rule, zone, now)
    turn = rule.rotation[week % len(rule.rotation)]
    users = tuple(dict.fromkeys((turn, *rule.users)))
    return OnCall(users=users, group=rule.group, turn=turn, turn_until=until)


def _week(rule: OnCallRule, zone: ZoneInfo, now: datetime) -> tuple[int, datetime]:
    """Which week of the rotation it is, and when it ends; weeks are of local days, so clock changes move nothing."""
    today = now.astimezone(zone).date()
    if now < instant_of(today, rule.handover, zone):
        today -= timedelta(days=1)
    week = (today - rule.rotation_from).days // _DAYS
    ends = rule.rotation_from + timedelta(days=_DAYS * (week + 1))
    return week, instant_of(ends, rule.handover, zone).astimezone(UTC)


def escalation_due(rule: OnCallRule, told_at: datetime, steps_told: int, now: datetime) -> Step | None:
    """The next step of the escalation, once its minutes since the card was told have passed."""
    if steps_told >= len(rule.escalate):
        return None
    step = rule.escalate[steps_told]
    return step if now - told_at >= step.after_min * MINUTE else None
