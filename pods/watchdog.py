"""Whether a part of Podkeeper itself has fallen silent, and who was told. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.model import Record
from pods.times import Instant

#: A part that has said nothing for so long by the domain's clock ...
SILENT_FOR: Final = timedelta(minutes=3)
#: ... or for so many of its rounds, whichever is longer.
SILENT_ROUNDS: Final = 4
#: ... and for so many real seconds, since the demo's clock may run fast.
SILENT_REAL_S: Final = 30.0


class Part(StrEnum):
    WATCH = "watch"
    CLOCK = "clock"


class Silence(Record):
    """One part, from its last sign of life to the next."""

    part: Part
    since: Instant
    ended_at: Instant | None = None
    places: tuple[str, ...] = ()
    fallback: str = ""


def is_silent(last: datetime | None, now: datetime, *, every_s: float, real_s: float) -> bool:
    """`real_s`: for how many real seconds its last sign of life has been the same. Never seen is not yet silent."""
    if last is None:
        return False
    longest = max(SILENT_FOR, timedelta(seconds=every_s * SILENT_ROUNDS))
    return now - last >= longest and real_s >= SILENT_REAL_S


def over(silence: Silence, last: datetime | None) -> Silence:
    """It gave a sign of life again."""
    if silence.ended_at is not None or last is None or last <= silence.since:
        return silence
    return silence.model_copy(update={"ended_at": last})
