"""A table of what was spent, wanted by a person as a file. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pods.model import Record
from pods.spent import Days
from pods.times import Instant

#: Nobody waits longer; then it is told that it did not come.
PATIENCE = timedelta(hours=1)


class CsvWish(Record):
    """Goes to the person's direct messages. Done once it stands there, or once it was told why it does not."""

    user: str
    days: Days
    #: Only what this owner spent; None: everything.
    owner: str | None = None
    asked_at: Instant
    done: bool = False

    @property
    def filename(self) -> str:
        whose = f"-{self.owner}" if self.owner else ""
        return f"runpod-cost-{self.days.first}-{self.days.last}{whose}.csv"

    def late(self, now: datetime) -> bool:
        return now - self.asked_at > PATIENCE


def value_of(days: Days, owner: str | None) -> str:
    """As a button carries it."""
    return f"{days.first}:{days.last}:{owner or ''}"


def wish(value: str, user: str, now: datetime) -> CsvWish:
    """Of a button's value. Raises ValueError where it is none of ours."""
    first, last, owner = value.split(":")
    days = Days(first=date.fromisoformat(first), last=date.fromisoformat(last))
    return CsvWish(user=user, days=days, owner=owner or None, asked_at=now)
