"""The weekly sweep as told: its lines, and what became of each since. Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from pods.catalog import Catalog, Part
from pods.fleet import Fleet
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Kept, Sweep, SweepLine, kept_id
from pods.model import BILLED, Record, Value
from pods.times import Instant

#: The card's name.
CARD = "sweep"


class Unattached(Record):
    """Since when each network volume hangs on no pod, by id."""

    v: int = 1
    since: dict[str, Instant] = Field(default_factory=dict)


class Standing(StrEnum):
    #: Still there, still for nothing.
    OPEN = "open"
    KEPT = "kept"
    GONE = "gone"
    #: It runs again, or hangs on a pod again.
    USED = "used"


class LineStands(Value):
    standing: Standing = Standing.OPEN
    kept: Kept | None = None


class SweepRun(Record):
    """One week's sweep; its id is the local date it belongs to."""

    v: int = 1
    day: date
    #: None: the week in which watching began, of which nothing is told.
    sweep: Sweep | None = None
    channels: tuple[str, ...] = ()
    #: How each line stood when its card was last brought up to date.
    stands: dict[str, Standing] = Field(default_factory=dict)

    @property
    def card_keys(self) -> tuple[str, ...]:
        return tuple(f"{CARD}.{self.day.isoformat()}.{channel}" for channel in self.channels)


def line_id(line: SweepLine) -> str:
    return kept_id(line.kind, line.id)


def stands(line: SweepLine, fleet: Fleet, catalog: Catalog, kept: Kept | None, now: datetime) -> LineStands:
    """What is not known to have changed stands as it stood."""
    if kept is not None and kept.until > now:
        return LineStands(standing=Standing.KEPT, kept=kept)
    if line.kind is SubjectKind.POD:
        pod = fleet.get(line.id)
        if pod is None:
            return LineStands(standing=Standing.GONE)
        return LineStands(standing=Standing.USED if pod.status in BILLED else Standing.OPEN)
    if catalog.read_at(Part.NETWORK_VOLUMES) is not None and catalog.volume(line.id) is None:
        return LineStands(standing=Standing.GONE)
    used = any(pod.network is not None and pod.network.volume_id == line.id for pod in fleet.pods)
    return LineStands(standing=Standing.USED if used else Standing.OPEN)
