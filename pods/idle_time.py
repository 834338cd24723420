"""The times in which a pod was proven to do nothing, for the books. Pure. Unknown time is never idle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pods.ledger.entries import IdleSpan
from pods.verdicts import Verdict

#: Months are summed up from here.
KEPT_FOR: Final = timedelta(days=40)
#: Two spans this close are one: the proof was renewed between two polls.
_JOINT: Final = timedelta(seconds=1)


def idled(spans: tuple[IdleSpan, ...], verdict: Verdict) -> tuple[IdleSpan, ...]:
    """The spans with the time that this verdict proves; the same where it proves none. In order, none overlap."""
    if not verdict.settled or verdict.since is None or verdict.evidence.last_at is None:
        return spans
    start, end = verdict.since, verdict.evidence.last_at
    if end <= start or (spans and end <= spans[-1].end):
        return spans
    last = spans[-1] if spans else None
    if last is not None and start <= last.end + _JOINT:
        joined = last.model_copy(update={"end": end})
        return (*spans[:-1], joined)
    return (*_kept(spans, end), IdleSpan(start=start, end=end))


def _kept(spans: tuple[IdleSpan, ...], now: datetime) -> tuple[IdleSpan, ...]:
    return tuple(span for span in spans if span.end > now - KEPT_FOR)
