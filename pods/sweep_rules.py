"""When the weekly sweep is told, what is old enough for it, and who may delete a network volume. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer

from pods.hours import instant_of
from pods.roles import DecidingRole, Role
from pods.tables import Table


class Weekday(IntEnum):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


_WEEK: Final = timedelta(days=7)


def _weekday(value: object) -> object:
    if isinstance(value, Weekday):
        return value
    if not isinstance(value, str) or value.strip().upper() not in Weekday.__members__:
        raise ValueError('must be a day of the week, such as "monday"')
    return Weekday[value.strip().upper()]


def _time(value: object) -> object:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('must be a time of day, such as "09:00"') from None


WeekdayName = Annotated[Weekday, BeforeValidator(_weekday), PlainSerializer(lambda day: day.name.lower(), str)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]


class SweepRule(Table):
    """`[sweep]` of the policy. It goes where `cost` is routed; without such a route there is none."""

    weekday: WeekdayName = Weekday.MONDAY
    at: TimeOfDay = time(9)
    #: A pod stopped last night is not forgotten, and a volume between two pods is no orphan.
    stopped_days: int = Field(default=3, ge=1, le=365)
    unattached_days: int = Field(default=7, ge=1, le=365)
    #: For how long Keep keeps.
    keep_days: int = Field(default=30, ge=1, le=365)
    #: Who may delete a network volume.
    delete_volume: DecidingRole = Role.ADMIN


def latest(rule: SweepRule, now: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    """The newest occurrence that has come: its local date, which names it, and its instant."""
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - rule.weekday) % _WEEK.days)
    at = instant_of(day, rule.at, zone)
    if at > now:
        day -= _WEEK
        at = instant_of(day, rule.at, zone)
    return day, at
