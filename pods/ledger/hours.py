"""A life on the clock: its entries by the hour, and the closing of hours that will not change any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.ledger.amounts import MS_PER_HOUR, NOTHING, ZERO, Amounts, recorded
from pods.ledger.entries import Entry, IdleSpan, Labels, hour_of
from pods.ledger.rates import Rates
from pods.ledger.sightings import Condition, Life, Stretch, gone_since
from pods.ledger.spans import ONE, Span, begins, spans
from pods.times import from_ms, to_ms

#: A sighting, or a word of idleness, may come in this late; then its hour is closed.
LATE: Final = timedelta(hours=2)
#: What has much to close, such as a pod that was up for weeks when first seen, closes so much at a time.
AT_ONCE: Final = timedelta(days=2)
_NO_LABELS: Final = Labels()


def entries(
    life: Life, until: datetime, rates: Rates, *, labels: Labels = _NO_LABELS, idle: Iterable[IdleSpan] = ()
) -> tuple[Entry, ...]:
    """What it cost in each hour that is not closed, the running one included up to `until`."""
    idle_times = _merged(idle)
    drafts: dict[int, _Draft] = {}
    for span in spans(life, until, rates):
        for hour, piece in _by_hour(span):
            drafts.setdefault(hour, _Draft()).add(piece, idle_times)
    return tuple(draft.entry(life, hour, labels) for hour, draft in sorted(drafts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    life: Life
    entries: tuple[Entry, ...] = ()
    #: Nothing is left of it to watch.
    finished: bool = False


def closing(
    life: Life, now: datetime, rates: Rates, *, labels: Labels = _NO_LABELS, idle: Iterable[IdleSpan] = ()
) -> Closed:
    """Closes the hours that are over, seen from both sides and past being changed. An outage stays open."""
    edge = _edge(life, now)
    if edge is None or (life.closed_to is not None and edge <= life.closed_to):
        return Closed(life=life)
    # What was seen after the edge speaks for what lies before it.
    done = tuple(entry for entry in entries(life, now, rates, labels=labels, idle=idle) if entry.hour < edge)
    gone = gone_since(life)
    return Closed(life=_shortened(life, edge), entries=done, finished=gone is not None and gone <= edge)


def stopped_since(life: Life) -> datetime | None:
    """Since when it holds no compute, as far as was seen; None while it does."""
    since: datetime | None = None
    for ms, condition in life.seen:
        if condition.live:
            since = None
        elif since is None:
            since = condition.changed_at or from_ms(ms)
    if since is None or life.stopped_before is None or any(stretch.condition.live for stretch in life.stretches):
        return since
    return life.stopped_before


def last_price(life: Life) -> Decimal | None:
    """USD per hour of its compute when it last held any; None: never seen, or never said."""
    return _last_price(life.seen) or life.price_before


@dataclass(slots=True)
class _Draft:
    """An hour being added up."""

    amounts: Amounts = NOTHING
    idle: Decimal = ZERO
    doubt: Decimal = ZERO
    open_ms: int = 0
    unknown_ms: int = 0
    running_ms: Decimal = field(default=ZERO)
    stopped_ms: Decimal = field(default=ZERO)
    idle_ms: int = 0

    def add(self, span: Span, idle: Sequence[tuple[int, int]]) -> None:
        ms = span.end - span.start
        self.amounts += span.rate.over(ms)
        self.doubt += span.doubt * ms / MS_PER_HOUR
        self.open_ms += ms if span.doubt else 0
        self.unknown_ms += 0 if span.known else ms
        self.running_ms += span.live * ms
        self.stopped_ms += (ONE - span.live) * ms
        if span.live:
            overlap = sum(max(0, min(end, span.end) - max(start, span.start)) for start, end in idle)
            self.idle_ms += overlap
            self.idle += span.rate.compute * overlap / MS_PER_HOUR

    def entry(self, life: Life, hour: int, labels: Labels) -> Entry:
        return Entry(
            kind=life.kind,
            id=life.id,
            name=life.name,
            hour=from_ms(hour * MS_PER_HOUR),
            labels=labels,
            estimate=self.amounts.recorded(),
            idle_estimate=recorded(self.idle),
            doubt=recorded(self.doubt),
            open_ms=self.open_ms,
            unknown_ms=self.unknown_ms,
            running_ms=int(self.running_ms),
            stopped_ms=int(self.stopped_ms),
            idle_ms=self.idle_ms,
        )


def _by_hour(span: Span) -> Iterator[tuple[int, Span]]:
    start = span.start
    while start < span.end:
        hour = start // MS_PER_HOUR
        end = min((hour + 1) * MS_PER_HOUR, span.end)
        yield hour, Span(start=start, end=end, rate=span.rate, doubt=span.doubt, known=span.known, live=span.live)
        start = end


def _merged(idle: Iterable[IdleSpan]) -> list[tuple[int, int]]:
    """As milliseconds, without overlap: told twice is idle once."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((to_ms(span.start), to_ms(span.end)) for span in idle):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _edge(life: Life, now: datetime) -> datetime | None:
    """Up to where it can be closed: an hour's beginning."""
    settled = now - LATE
    begun = begins(life)
    if begun is None:
        return None
    if gone_since(life) is None:
        settled = min(settled, from_ms(_last(life)))
    return hour_of(min(settled, max(begun, life.closed_to or begun) + AT_ONCE))


def _last(life: Life) -> int:
    return max(stretch.times[-1] for stretch in life.stretches)


def _shortened(life: Life, edge: datetime) -> Life:
    """Without what is closed, save the last sighting before it: it is one side of what comes."""
    seen = life.seen
    past = [(ms, condition) for ms, condition in seen if ms <= to_ms(edge)]
    keep_from = past[-1][0] if past else 0
    stretches = (_since(stretch, keep_from) for stretch in life.stretches)
    return life.model_copy(
        update={
            "version": life.version + 1,
            "closed_to": edge,
            "stretches": tuple(stretch for stretch in stretches if stretch.times),
            "absent": tuple(ms for ms in life.absent if ms > keep_from),
            "price_before": _last_price(past) or life.price_before,
            "stopped_before": _stopped_at(life, past),
        }
    )


def _since(stretch: Stretch, ms: int) -> Stretch:
    return stretch.model_copy(update={"times": tuple(each for each in stretch.times if each >= ms)})


def _last_price(past: list[tuple[int, Condition]]) -> Decimal | None:
    return next((condition.price for _, condition in reversed(past) if condition.live and condition.price), None)


def _stopped_at(life: Life, past: list[tuple[int, Condition]]) -> datetime | None:
    if not past or past[-1][1].live:
        return None
    since: datetime | None = None
    for ms, condition in reversed(past):
        if condition.live:
            return since
        since = condition.changed_at or from_ms(ms)
    return life.stopped_before or since
