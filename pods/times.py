"""Instants: aware UTC in memory, integer milliseconds in every record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def from_ms(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def _instant(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_ms(value)
    return value


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without its zone")
    # Milliseconds are all a record keeps, so they are all a value holds.
    return from_ms(to_ms(value))


#: A time that survives a record unchanged.
Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_utc), PlainSerializer(to_ms, return_type=int)]
