"""A line of the books: one pod or volume in one hour, as estimated and, once RunPod has billed it, as billed.

Hours that are alike may stand as one line; its figures are then their sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.ledger.amounts import MS_PER_HOUR, NOTHING, ZERO, Amounts, recorded
from pods.ledger.sightings import SubjectKind
from pods.ledger.spans import UNSEEN_AT_MOST_MS
from pods.model import Value
from pods.times import Instant

HOUR: Final = timedelta(hours=1)
_MS_PER_SECOND: Final = 1_000
#: An hour that is known to better than this is known.
HALF_CENT: Final = Decimal("0.005")


class Basis(StrEnum):
    """Where a figure comes from; no figure is shown without."""

    ESTIMATE = "estimate"
    BILLED = "billed"
    #: A sum of both.
    PARTLY_BILLED = "partly billed"


class Labels(Value):
    """Whose and what it is. None: nobody's, or not known."""

    #: A Slack user, or the team that holds it when no person does.
    owner: str | None = None
    team: str | None = None
    preset: str | None = None
    #: RunPod's GPU type id.
    gpu: str | None = None
    cloud: str | None = None


class Entry(Value):
    v: int = 1
    kind: SubjectKind
    id: str
    name: str = ""
    #: Its beginning, in UTC; the first of them where there are several.
    hour: Instant
    hours: int = 1
    labels: Labels = Labels()
    estimate: Amounts = NOTHING
    #: The compute of the time it did nothing; part of the estimate.
    idle_estimate: Decimal = ZERO
    #: How far the truth may lie from the estimate, in USD.
    doubt: Decimal = ZERO
    #: Milliseconds in which it may have been one thing or another.
    open_ms: int = 0
    #: Milliseconds of which some price was never said.
    unknown_ms: int = 0
    running_ms: int = 0
    stopped_ms: int = 0
    idle_ms: int = 0
    billed: Amounts | None = None
    #: RunPod's bill of this closed hour lacks it, though it certainly cost something.
    not_on_bill: bool = False

    @property
    def key(self) -> tuple[SubjectKind, str, datetime]:
        return (self.kind, self.id, self.hour)

    @property
    def amounts(self) -> Amounts:
        return self.estimate if self.billed is None else self.billed

    @property
    def basis(self) -> Basis:
        return Basis.ESTIMATE if self.billed is None else Basis.BILLED

    @property
    def gap(self) -> bool:
        """Not known to the cent: not seen when something changed, or its price was never said."""
        return self.billed is None and any(self.unsure)

    @property
    def unsure(self) -> tuple[bool, bool, bool]:
        """Why the estimate of each of its hours may be wrong: by how much, for how long, of a price never said."""
        return (
            self.doubt > HALF_CENT * self.hours,
            self.open_ms > UNSEEN_AT_MOST_MS * self.hours,
            self.unknown_ms > 0,
        )

    @property
    def watched(self) -> bool:
        """Whether anything was seen of it; else only the bill knows that it was there."""
        return bool(self.running_ms or self.stopped_ms or self.unknown_ms or self.estimate.total)

    @property
    def watched_whole(self) -> bool:
        """Whether the estimate is of all of its time, so that it can be held against the bill."""
        if self.kind is SubjectKind.VOLUME:
            return bool(self.estimate.total)
        return self.running_ms + self.stopped_ms >= self.hours * (MS_PER_HOUR - _MS_PER_SECOND)

    @property
    def idle(self) -> Decimal:
        """Idle dollars: the idle share of what compute cost."""
        if self.billed is None or not self.estimate.compute:
            return self.idle_estimate
        return min(recorded(self.idle_estimate * self.billed.compute / self.estimate.compute), self.billed.compute)

    @property
    def difference(self) -> Decimal:
        """Billed less estimated; 0 until it is billed."""
        return ZERO if self.billed is None else self.billed.total - self.estimate.total


class IdleSpan(Value):
    """A time in which a pod was judged to do nothing. Unknown time is never idle."""

    start: Instant
    end: Instant


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def within(entries: Iterable[Entry], start: datetime, end: datetime) -> tuple[Entry, ...]:
    """Those of the hours that begin in [start, end)."""
    return tuple(entry for entry in entries if start <= entry.hour < end)
