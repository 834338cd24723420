"""Invented lives of pods: what truly happened, what it truly cost, and what polls would have seen of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from pods.ledger.sightings import Condition, Life, SubjectKind

START = datetime(2026, 11, 2, tzinfo=UTC)
#: Published rates, written out once more on purpose.
CONTAINER = Decimal("0.10")
RUNNING = Decimal("0.10")
STOPPED = Decimal("0.20")
HOURS_PER_MONTH = 730
#: Runs and rests last longer than what may pass unseen without a start time.
SHORTEST_S = 125


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Piece:
    """From `start` seconds on it is like this."""

    start: int
    live: bool
    price: Decimal
    started: int | None
    up: bool = False
    #: When RunPod says it last began or ceased to hold compute.
    changed: int | None = None


@dataclass(frozen=True)
class TrueLife:
    pieces: tuple[Piece, ...]
    end: int
    disk_gb: int
    volume_gb: int

    @property
    def made(self) -> int:
        return self.pieces[0].start

    def condition(self, second: int, *, dated: bool = False, mute: bool = False) -> Condition | None:
        """What a list would say at this second; None: it is not there."""
        if not self.made <= second < self.end:
            return None
        piece = self.pieces[bisect_right([each.start for each in self.pieces], second) - 1]
        return Condition(
            live=piece.live,
            up=piece.up,
            price=None if mute and piece.live else piece.price,
            disk_gb=self.disk_gb,
            volume_gb=self.volume_gb,
            created_at=at(self.made),
            started_at=None if piece.started is None else at(piece.started),
            changed_at=at(piece.changed) if dated and piece.changed is not None else None,
        )

    def cost(self, start: int, end: int) -> Decimal:
        """The closed form: rate times time, piece by piece."""
        ends = [piece.start for piece in self.pieces[1:]] + [self.end]
        return sum(
            (
                self._rate(piece) * max(0, min(stop, end) - max(piece.start, start)) / 3600
                for piece, stop in zip(self.pieces, ends, strict=True)
            ),
            Decimal(0),
        )

    def _rate(self, piece: Piece) -> Decimal:
        if not piece.live:
            return self.volume_gb * STOPPED / HOURS_PER_MONTH
        return piece.price + (self.disk_gb * CONTAINER + self.volume_gb * RUNNING) / HOURS_PER_MONTH


@st.composite
def lives(draw: st.DrawFn, *, reprices: bool = True) -> TrueLife:
    """Runs and rests in turn; runs with restarts and price changes inside."""
    now = draw(st.integers(0, 7200))
    price = Decimal(draw(st.integers(16, 6000))) / 100
    started: int | None = None
    pieces: list[Piece] = []
    for run in range(draw(st.integers(1, 4))):
        pieces.append(Piece(now, live=True, price=price, started=started, changed=now))
        changed, began = now, now
        started = now = now + draw(st.integers(1, 90))
        pieces.append(Piece(now, live=True, price=price, started=started, up=True, changed=changed))
        for event in draw(st.lists(st.sampled_from(["restart", "price"]), max_size=2)):
            now += draw(st.integers(60, 9000))
            if event == "price" and reprices:
                price += Decimal(draw(st.integers(1, 300))) / 100
            elif event == "restart":
                pieces.append(Piece(now, live=True, price=price, started=started, changed=changed))
                started = now = now + draw(st.integers(1, 60))
            pieces.append(Piece(now, live=True, price=price, started=started, up=True, changed=changed))
        now = max(now + draw(st.integers(1, 20_000)), began + SHORTEST_S)
        if run < 3 and draw(st.booleans()):
            asked = now - draw(st.integers(0, 9))
            pieces.append(Piece(now, live=False, price=Decimal(0), started=started, changed=max(asked, started)))
            now += draw(st.integers(SHORTEST_S, 30_000))
        else:
            break
    return TrueLife(tuple(pieces), end=now, disk_gb=draw(st.integers(0, 200)), volume_gb=draw(st.integers(0, 2000)))


Sighting = tuple[datetime, Condition | None]


@dataclass(frozen=True)
class Watch:
    """A poll every so many seconds, save in outages; some polls do not say what a pod costs."""

    every: int
    hours: int = 30
    outages: tuple[tuple[int, int], ...] = ()
    dated: bool = False
    mute: frozenset[int] = frozenset()
    offset: int = 0

    @property
    def polls(self) -> list[int]:
        return [
            second
            for second in range(self.offset, self.hours * 3600, self.every)
            if not any(begin <= second < begin + lasted for begin, lasted in self.outages)
        ]

    def sightings(self, life: TrueLife) -> list[Sighting]:
        return [
            (at(second), life.condition(second, dated=self.dated, mute=place in self.mute))
            for place, second in enumerate(self.polls)
        ]

    def repriced_unseen(self, truth: TrueLife) -> set[int]:
        """Hours of a run whose price changed before it was first seen: RunPod does not do that, and nothing tells."""
        hours: set[int] = set()
        for before, piece in pairwise(truth.pieces):
            if before.live and piece.live and before.started == piece.started and before.price != piece.price:
                seen = next((poll for poll in self.polls if poll >= (piece.started or 0)), piece.start)
                if seen >= piece.start:
                    hours |= set(range((piece.started or 0) // 3600, seen // 3600 + 1))
        return hours

    def life(self, truth: TrueLife) -> Life:
        return empty().saw(*self.sightings(truth))


def empty() -> Life:
    return Life(kind=SubjectKind.POD, id="abc123")


@st.composite
def watches(draw: st.DrawFn, hours: int = 30) -> Watch:
    """A poll every so often, with outages short and long."""
    every = draw(st.sampled_from([30, 60, 90, 300]))
    outages = draw(st.lists(st.tuples(st.integers(1, hours * 3600), st.integers(30, 6 * 3600)), max_size=5))
    mute = draw(st.frozensets(st.integers(0, hours * 3600 // every), max_size=30))
    return Watch(every, hours, tuple(outages), dated=draw(st.booleans()), mute=mute)
