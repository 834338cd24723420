"""Small books for tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pods.ledger.amounts import Amounts
from pods.ledger.entries import Entry, Labels
from pods.ledger.sightings import SubjectKind

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
#: A Monday.
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def entry(hour: datetime, usd: str = "1", /, **changes: object) -> Entry:
    """A pod's hour of so much compute."""
    usual = Entry(
        kind=SubjectKind.POD,
        id="abc123",
        name="nlp-train",
        hour=hour,
        labels=Labels(owner="U1", team="nlp", preset="train", gpu="NVIDIA A40", cloud="SECURE"),
        estimate=Amounts(compute=Decimal(usd)),
        running_ms=3_600_000,
    )
    return usual.model_copy(update=changes)


def day_of(day: datetime, usd: str, /, **changes: object) -> Entry:
    """A whole day's dollars in its noon's hour."""
    return entry(day + timedelta(hours=12), usd, **changes)


def weeks(usd: list[str], /, end: datetime = MONDAY, **changes: object) -> list[Entry]:
    """A day for each figure, the last one the day before `end`."""
    count = len(usd)
    return [day_of(end - timedelta(days=count - place), figure, **changes) for place, figure in enumerate(usd)]
