"""When and where the summary is told: `[summary]` of the policy. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pods.hours import instant_of
from pods.model import Record
from pods.summary import Edition
from pods.sweep_rules import TimeOfDay, Weekday, WeekdayName
from pods.tables import ChannelId, Table, UserId

#: The card that tells one.
CARD: Final = "summary"
_DAY: Final = timedelta(days=1)


class SummaryRule(Table):
    """In the policy's zone."""

    daily: bool = True
    at: TimeOfDay = time(9)
    weekly: bool = True
    #: The day on which the week before is summed up, at the same time.
    weekly_on: WeekdayName = Weekday.MONDAY
    #: Where; none: wherever `cost` is routed without a filter.
    channels: tuple[ChannelId, ...] = ()
    #: Who gets one of their own spending by direct message, each day.
    personal: tuple[UserId, ...] = ()

    def wanted(self, edition: Edition) -> bool:
        return self.daily if edition is Edition.DAILY else self.weekly


class Told(Record):
    """Which period of an edition was told last, by the local day it was due on."""

    last: date


def due(rule: SummaryRule, edition: Edition, now: datetime, zone: ZoneInfo) -> date:
    """The local day on which the newest period that has come was due. However many were missed, it is one."""
    day = now.astimezone(zone).date()
    while not _on(rule, edition, day) or instant_of(day, rule.at, zone) > now:
        day -= _DAY
    return day


def _on(rule: SummaryRule, edition: Edition, day: date) -> bool:
    return edition is Edition.DAILY or day.weekday() == rule.weekly_on


def summed_up(edition: Edition, due_on: date) -> date:
    """A day of what is summed up on that day: the day before it, or the week before its own."""
    return due_on - _DAY if edition is Edition.DAILY else due_on - timedelta(days=7)


def told(before: Told | None, due_on: date) -> tuple[Told, bool]:
    """The record, and whether the period is told now: once, also where a change of zone brings its day back.

    The first time nothing is told: the books have only begun.
    """
    if before is None:
        return Told(last=due_on), False
    if due_on <= before.last:
        return before, False
    return before.model_copy(update={"last": due_on}), True
