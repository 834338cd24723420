"""What is certain of a life, and what is not: stretches of time at a rate, with how far the truth may lie from it.

Both sides of a gap speak for what lies between. The same start and price on both: it ran, or stood, throughout. A later
start: it ran from then on, at its price (RunPod fixes that while a pod runs). What stays open is reckoned at the middle
of what it can have been, and carries that doubt.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from pods.ledger.amounts import NOTHING, ZERO, Amounts
from pods.ledger.rates import Rates
from pods.ledger.sightings import Condition, Life, Stretch, SubjectKind, gone_since
from pods.times import from_ms, to_ms

#: Nothing stops and starts again, unseen and without a start time to tell, within this.
UNSEEN_AT_MOST_MS: Final = int(timedelta(minutes=2).total_seconds() * 1000)
#: RunPod dates a stop by when it was asked for; its container takes this long at most to go down.
_GOES_DOWN_MS: Final = 10_000
HALF: Final = Decimal("0.5")
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """[start, end) in milliseconds, at one rate per hour."""

    start: int
    end: int
    rate: Amounts
    #: How far the true rate may lie from this one, in USD per hour.
    doubt: Decimal = ZERO
    #: False: some of its price was never said, so neither rate nor doubt hold all of it.
    known: bool = True
    #: How much of it held compute: 0, 1, or a half where that is open.
    live: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class _Cost:
    rate: Amounts
    known: bool
    live: Decimal


_GONE: Final = _Cost(NOTHING, known=True, live=ZERO)


def spans(life: Life, until: datetime, rates: Rates) -> tuple[Span, ...]:
    """The life from what is closed, or else its beginning, to `until`, in order and without overlap."""
    seen = [(ms, condition) for ms, condition in life.seen if ms <= to_ms(until)]
    if not seen:
        return ()
    reader = _Reader(life, _completed(seen), rates)
    floor = to_ms(life.closed_to) if life.closed_to else 0
    clipped = (_clip(span, floor, to_ms(until)) for span in reader.all(to_ms(until)))
    return tuple(_joined(span for span in clipped if span.start < span.end))


def begins(life: Life) -> datetime | None:
    """Before this it cost nothing that is not closed; None: it was never seen."""
    seen = life.seen
    if not seen:
        return None
    first_ms, first = seen[0]
    absent = max((each for each in life.absent if each < first_ms), default=None)
    started = to_ms(first.started_at) if first.started_at and first.up else first_ms
    begun = min(started, first_ms) if absent is None else absent
    floor = to_ms(life.closed_to) if life.closed_to else begun
    return from_ms(max(begun, floor))


def thinned(life: Life) -> Life:
    """Without the sightings and absences that say no more than their neighbours do; no span changes."""
    seen = life.seen
    kept: dict[Condition, list[int]] = {}
    last = 0
    for place, (ms, condition) in enumerate(seen):
        inside = 0 < place < len(seen) - 1 and seen[place - 1][1] is condition is seen[place + 1][1]
        if inside and (_tells(condition, life.kind) or seen[place + 1][0] - last <= UNSEEN_AT_MOST_MS):
            continue
        kept.setdefault(condition, []).append(ms)
        last = ms
    stretches = tuple(Stretch(condition=each.condition, times=tuple(kept[each.condition])) for each in life.stretches)
    absent = _thinned_absence(life.absent, [ms for ms, _ in seen])
    if (stretches, absent) == (life.stretches, life.absent):
        return life
    return life.model_copy(update={"stretches": stretches, "absent": absent})


def _thinned_absence(absent: tuple[int, ...], seen: list[int]) -> tuple[int, ...]:
    """The first and the last of each absence."""
    runs = [bisect_right(seen, ms) for ms in absent]
    return tuple(
        ms
        for place, ms in enumerate(absent)
        if not (0 < place < len(absent) - 1 and runs[place - 1] == runs[place] == runs[place + 1])
    )


class _Reader:
    """Reads one life."""

    def __init__(self, life: Life, seen: list[tuple[int, Condition]], rates: Rates) -> None:
        self._life = life
        self._seen = list(_thinned(seen, life.kind))
        self._rates = rates

    def all(self, until: int) -> Iterator[Span]:
        first_ms, first = self._seen[0]
        yield from self._before(first, first_ms)
        #: What its compute last cost, should it have run unseen.
        price = self._life.price_before
        for (start, before), (end, after) in pairwise(self._seen):
            price = before.price if before.live else price
            yield from self._between(before, start, after, end, price)
        last_ms, last = self._seen[-1]
        price = last.price if last.live else price
        yield from self._after(last, last_ms, until, price)

    def _before(self, first: Condition, ms: int) -> Iterator[Span]:
        """From when it was made, if a list says it was not there before; else from its last start."""
        absent = max((each for each in self._life.absent if each < ms), default=None)
        if self._life.kind is SubjectKind.VOLUME:
            if absent is not None:
                yield _open(absent, ms, _GONE, self._cost(first))
            return
        made = to_ms(first.created_at) if first.created_at else None
        up = min(to_ms(first.started_at), ms) if first.started_at and first.up else ms
        if absent is None or made is None or made < absent:
            yield _sure(max(up, absent or 0), ms, self._cost(first))
        elif not first.live:
            yield _open(made, ms, self._cost(first), self._live(first, self._life.price_before))
        else:
            yield from self._first_start(first, made, max(up, made))
            yield _sure(max(up, made), ms, self._cost(first))

    def _first_start(self, first: Condition, made: int, up: int) -> Iterator[Span]:
        """From its making to its being up. If that took long, it may have been stopped and started on the way."""
        if up - made <= UNSEEN_AT_MOST_MS:
            yield _sure(made, up, self._cost(first))
        else:
            yield _leaning(made, up, self._cost(first), self._stopped(first))

    def _between(
        self, before: Condition, start: int, after: Condition, end: int, price: Decimal | None
    ) -> Iterator[Span]:
        if self._throughout(before, after, end - start):
            yield _sure(start, end, self._cost(before))
            return
        turn = _turn(before, after, start, end)
        began = _began(before, after, start, end)
        if before.live and not after.live and turn is not None and before.started_at == after.started_at:
            down = min(turn + _GOES_DOWN_MS, end)
            yield _sure(start, turn, self._cost(before))
            yield _open(turn, down, self._cost(before), self._cost(after))
            yield _sure(down, end, self._cost(after))
        elif after.live and not before.live and turn is not None and (began is None or turn <= began):
            yield from self._stood(before, start, turn, price)
            yield _sure(turn, end, self._cost(after))
        elif after.live and began is not None:
            if before.live and not before.up and began - start <= UNSEEN_AT_MOST_MS:
                yield _sure(start, began, self._cost(before))
            else:
                yield self._unclear(before, start, after, began, price)
            yield _sure(began, end, self._cost(after))
        else:
            yield self._unclear(before, start, after, end, price)

    def _throughout(self, before: Condition, after: Condition, ms: int) -> bool:
        if _bill(before) != _bill(after):
            return False
        return ms <= UNSEEN_AT_MOST_MS or _tells(before, self._life.kind)

    def _stood(self, before: Condition, start: int, end: int, price: Decimal | None) -> Iterator[Span]:
        """Stopped up to a known start. Over a long gap it may have run in between as well."""
        if end - start <= UNSEEN_AT_MOST_MS:
            yield _sure(start, end, self._cost(before))
        else:
            yield _leaning(start, end, self._cost(before), self._live(before, price))

    def _unclear(self, before: Condition, start: int, after: Condition, end: int, price: Decimal | None) -> Span:
        costs = [self._cost(before), self._cost(after)]
        if _bill(before) == _bill(after):
            # The same to look at, with no start to tell: most likely nothing happened.
            return _leaning(start, end, costs[0], self._live(before, price), self._stopped(before))
        if before.live and after.live and (before.started_at, before.up) != (after.started_at, after.up):
            # It came up anew. A restart holds its compute; a stop and a start do not.
            return _leaning(start, end, *costs, self._stopped(before), self._stopped(after))
        if before.live or after.live:
            return _open(start, end, *costs)
        if before.started_at != after.started_at:
            return _open(start, end, *costs, self._live(before, price))
        return _open(start, end, *costs)

    def _after(self, last: Condition, ms: int, until: int, price: Decimal | None) -> Iterator[Span]:
        gone = gone_since(self._life)
        if gone is not None and to_ms(gone) <= until:
            long = to_ms(gone) - ms > UNSEEN_AT_MOST_MS
            ran = [self._live(last, price)] if long and self._life.kind is SubjectKind.POD else []
            yield _open(ms, to_ms(gone), self._cost(last), _GONE, *ran)
        elif until - ms <= UNSEEN_AT_MOST_MS:
            yield _sure(ms, until, self._cost(last))
        elif self._life.kind is SubjectKind.VOLUME:
            yield _leaning(ms, until, self._cost(last), _GONE)
        else:
            yield _leaning(ms, until, self._cost(last), _GONE, self._live(last, price))

    def _cost(self, condition: Condition) -> _Cost:
        if condition.network_gb is not None:
            rate = self._rates.network(size_gb=condition.network_gb, tier=condition.tier)
            return _Cost(rate, known=True, live=ZERO)
        return self._live(condition, condition.price) if condition.live else self._stopped(condition)

    def _live(self, condition: Condition, price: Decimal | None) -> _Cost:
        """As if it held compute at this price."""
        known = None not in (price, condition.volume_gb, condition.disk_gb)
        rate = self._rates.running(
            disk_gb=condition.disk_gb or 0, volume_gb=condition.volume_gb or 0, compute=price or ZERO
        )
        return _Cost(rate, known=known, live=ONE)

    def _stopped(self, condition: Condition) -> _Cost:
        rate = self._rates.stopped(volume_gb=condition.volume_gb or 0)
        return _Cost(rate, known=condition.volume_gb is not None, live=ZERO)


def _bill(condition: Condition) -> tuple[object, ...]:
    """What must be the same on both sides of a gap."""
    size = (condition.disk_gb, condition.volume_gb, condition.network_gb, condition.tier)
    return (condition.live, condition.up, condition.price, condition.started_at, *size)


def _tells(condition: Condition, kind: SubjectKind) -> bool:
    """Whether the same on both sides of a gap means that nothing happened in it."""
    if kind is SubjectKind.VOLUME:
        return True
    return condition.started_at is not None and (condition.up or not condition.live)


def _began(before: Condition, after: Condition, start: int, end: int) -> int | None:
    """When the container came up, if that was between."""
    if after.started_at is None or after.started_at == before.started_at:
        return None
    began = to_ms(after.started_at)
    return began if start < began <= end else None


def _turn(before: Condition, after: Condition, start: int, end: int) -> int | None:
    """When RunPod says it changed, if that was between."""
    if after.changed_at is None or after.changed_at == before.changed_at:
        return None
    turn = to_ms(after.changed_at)
    return turn if start < turn <= end else None


def _sure(start: int, end: int, cost: _Cost) -> Span:
    return Span(start=start, end=end, rate=cost.rate, known=cost.known, live=cost.live)


def _open(start: int, end: int, *costs: _Cost) -> Span:
    """It was between the least and the most of these: the middle."""
    least = min(costs, key=lambda cost: cost.rate.total)
    most = max(costs, key=lambda cost: cost.rate.total)
    return Span(
        start=start,
        end=end,
        rate=(least.rate + most.rate).times(HALF),
        doubt=(most.rate.total - least.rate.total) * HALF,
        known=all(cost.known for cost in costs),
        live=(least.live + most.live) * HALF,
    )


def _leaning(start: int, end: int, likely: _Cost, *others: _Cost) -> Span:
    """Most likely the first, and at worst another."""
    doubt = max(abs(other.rate.total - likely.rate.total) for other in others)
    known = likely.known and all(other.known for other in others)
    return replace(_sure(start, end, likely), doubt=doubt, known=known)


def _clip(span: Span, floor: int, ceiling: int) -> Span:
    return replace(span, start=max(span.start, floor), end=min(span.end, ceiling))


def _joined(parts: Iterable[Span]) -> Iterator[Span]:
    """Neighbours at the same rate as one."""
    held: Span | None = None
    for part in parts:
        if held is not None and held.end == part.start and replace(part, start=held.start, end=held.end) == held:
            held = replace(held, end=part.end)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _thinned(seen: list[tuple[int, Condition]], kind: SubjectKind) -> Iterator[tuple[int, Condition]]:
    """Without what lies inside an unbroken run: its first and last sighting say as much."""
    for place, (ms, condition) in enumerate(seen):
        inside = 0 < place < len(seen) - 1 and seen[place - 1][1] is condition is seen[place + 1][1]
        if not inside or not _tells(condition, kind):
            yield ms, condition


def _completed(seen: list[tuple[int, Condition]]) -> list[tuple[int, Condition]]:
    """A price or size that one sighting did not say is what its neighbours say of the same run."""
    forward = _carried(seen)
    return list(reversed(_carried(list(reversed(forward)))))


def _carried(seen: list[tuple[int, Condition]]) -> list[tuple[int, Condition]]:
    told: list[tuple[int, Condition]] = []
    last = Condition()
    for ms, condition in seen:
        missing: dict[str, object] = {}
        if told:
            if condition.volume_gb is None:
                missing["volume_gb"] = last.volume_gb
            if condition.live and last.live:
                if condition.disk_gb is None:
                    missing["disk_gb"] = last.disk_gb
                if condition.price is None and condition.started_at == last.started_at:
                    missing["price"] = last.price
        filled = condition.model_copy(update=missing) if missing else condition
        told.append((ms, filled))
        last = filled
    return told
