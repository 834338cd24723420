"""A simulated November, through the real pass and the real job of the bill: price changes, outages, watches
that die and watch twice. Within 1 % of what RunPod bills before it is reconciled, and equal after. Of 40 pods, and of
all 200 with PODKEEPER_FULL_MONTH=1.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.valkey import EmbeddedValkey
from pods.catalog import Part, read
from pods.fleet import Fleet, absorb
from pods.ledger.bill import BillRecord
from pods.ledger.entries import Entry
from pods.ledger.sheets import hours
from pods.ledger.sightings import SubjectKind
from pods.ledger.totals import Dimension, Window, totals
from pods.runpod.provider import Mode, build_provider
from pods.store import Store, open_store
from pods.store.books import books
from sim.clock import SimClock
from sim.runpod import FULL_KEY, PodSeed, Seed, SimRunPod, VolumeSeed, actions, mock_transport
from sim.runpod.calls import Operation
from sim.runpod.console import do
from sim.runpod.state import LIVE, Network, Persistent, SimPod, Status
from tests.unit.workers.world import FakeChat, FakeWeb
from workers.billing import reconcile
from workers.context import Context, install
from workers.passes.ledger import ledger
from workers.passes.look import Look

pytestmark = pytest.mark.long

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
#: A minute and a half of reckoning; the fifth of it is what every run of the tests does.
PODS = 200 if os.environ.get("PODKEEPER_FULL_MONTH") == "1" else 40
POLL = timedelta(hours=2)
GPUS = ("NVIDIA H100 80GB HBM3", "NVIDIA A100 80GB PCIe", "NVIDIA A40", "NVIDIA GeForce RTX 4090")
UTC_ZONE = ZoneInfo("UTC")


def seeds() -> tuple[PodSeed, ...]:
    chance = random.Random(6)  # noqa: S311
    return tuple(
        PodSeed(
            id=f"pod{number:03}",
            name=f"train-{number}",
            gpu=chance.choice(GPUS),
            gpu_count=chance.choice((1, 1, 2, 8)),
            made_ago=60,
            started_ago=0,
            disk_gb=chance.choice((20, 100)),
            persistent=Persistent(chance.choice((50, 500)), "/workspace") if number % 3 else None,
            network=None if number % 3 else Network("vol1", "/workspace"),
        )
        for number in range(PODS)
    )


class Month:
    """The account, and two watchers that are often out and start anew."""

    def __init__(self, store: Store, url: str) -> None:
        self.clock = SimClock(BEGIN, monotonic=lambda: 0.0)
        volumes = (VolumeSeed(id="vol1", name="data", size_gb=1500, data_center="EU-RO-1", made_ago=0),)
        self.sim = SimRunPod(self.clock, Seed(balance=Decimal(100_000_000), pod_seeds=seeds(), volume_seeds=volumes))
        self.chance = random.Random(11)  # noqa: S311
        self.store, self.url = store, url
        self.fleet = Fleet()
        self.looks = 0
        self.restart()

    def restart(self) -> None:
        """A process that knows nothing but what stands in the store."""
        provider = build_provider(
            api_key=FULL_KEY, clock=self.clock, mode=Mode.REST, transport=mock_transport(self.sim)
        )
        self.context = Context(
            account="main",
            store=open_store(self.url, "main"),
            provider=provider,
            chat=FakeChat(),
            web=FakeWeb(),
            clock=self.clock,
            wake=lambda _job, _subject: None,
        )
        install(self.context)

    def live(self) -> None:
        """Things happen at any time; every two hours somebody looks, save in three outages."""
        outages = [
            (BEGIN + timedelta(days=day, hours=3), timedelta(hours=hours)) for day, hours in ((4, 5), (15, 9), (25, 3))
        ]
        self.look(BEGIN)
        now = BEGIN
        while now < END:
            self.happen(now)
            now += POLL
            self.advance(now)
            if not any(start <= now < start + lasted for start, lasted in outages):
                self.look(now)

    def advance(self, to: datetime) -> None:
        self.clock.advance((to - self.clock.now()).total_seconds())
        self.sim.world.settle()

    def happen(self, now: datetime) -> None:
        """Some two changes an hour among 200 pods, at odd moments before the next look."""
        changes = sum(self.chance.random() < PODS / 200 for _ in range(4))
        for seconds in sorted(self.chance.random() * POLL.total_seconds() for _ in range(changes)):
            self.advance(now + timedelta(seconds=seconds))
            self.change(self.chance.choice(list(self.sim.world.pods.values())))

    def change(self, pod: SimPod) -> None:
        world = self.sim.world
        if pod.status is Status.EXITED:
            # A start may meet another price, as RunPod's prices move.
            pod.price *= self.chance.choice((Decimal(1), Decimal(1), Decimal("1.05"), Decimal("0.97")))
            do(world, pod.id, "start")
        elif pod.status in LIVE and not pod.stopping:
            deed = self.chance.choices(("stop", "restart", "kill", "terminate"), (6, 2, 2, 0.2))[0]
            if deed == "restart":
                actions.act(world, pod, "restart", Operation("console"))
            else:
                do(world, pod.id, deed)

    def look(self, now: datetime) -> None:
        """A poll; now and then by a watch that has just started, or by two that saw the same."""
        self.looks += 1
        if self.looks % 40 == 0:
            self.restart()
        provider, store = self.context.provider, self.context.store
        after = absorb(self.fleet, provider.list())
        volumes = tuple(provider.network_volumes())
        store.catalog.change(lambda known: read(known, Part.NETWORK_VOLUMES, volumes, now), now)
        seen = Look(before=self.fleet, after=after, now=now)
        self.fleet = after
        ledger(self.context, seen)
        if self.looks % 30 == 0:
            self.restart()
            ledger(self.context, seen)

    def books(self) -> tuple[Entry, ...]:
        return books(self.context.store, Window(start=BEGIN, end=END), UTC_ZONE, self.clock.now())

    def bill(self) -> list[BillRecord]:
        provider = self.context.provider
        return [record for kind in SubjectKind for record in provider.bill(kind, BEGIN, END).records]

    def reconcile(self) -> None:
        """As often as the clock would have begun it in the hours after."""
        for _ in range(10):
            self.clock.advance(15 * 60)
            reconcile("1")


@pytest.fixture(scope="module")
def month(valkey: EmbeddedValkey) -> Month:
    store = open_store(valkey.url, "main")
    store.client.flushall()
    month = Month(store, valkey.url)
    month.live()
    for hour in range(1, 4):
        month.advance(END + timedelta(hours=hour))
        month.look(END + timedelta(hours=hour))
    return month


def usd(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


@pytest.fixture(scope="module")
def before(month: Month) -> tuple[Entry, ...]:
    return month.books()


@pytest.fixture(scope="module")
def after(month: Month, before: tuple[Entry, ...]) -> tuple[Entry, ...]:
    assert before
    month.reconcile()
    return month.books()


@pytest.fixture(scope="module")
def billed(month: Month) -> list[BillRecord]:
    return month.bill()


def test_before_the_bill_the_estimate_is_within_one_percent(
    before: tuple[Entry, ...], billed: list[BillRecord]
) -> None:
    estimated = usd(entry.estimate.total for entry in before)
    asked = usd(record.compute + record.storage for record in billed)
    assert asked > 500 * PODS
    assert abs(estimated - asked) < asked / 100
    assert all(entry.billed is None for entry in before)


def test_hours_that_are_not_marked_agree_with_the_bill_to_the_cent(after: tuple[Entry, ...]) -> None:
    apart = [hour for entry in after for hour in hours(entry) if hour.watched]
    sure = [hour for hour in apart if not any(hour.unsure)]
    assert len(sure) > len(apart) * 8 // 10
    assert all(abs(hour.difference) <= Decimal("0.01") for hour in sure)


def test_the_doubt_of_a_marked_hour_holds_the_bill(after: tuple[Entry, ...]) -> None:
    apart = [hour for entry in after for hour in hours(entry) if hour.watched]
    assert [hour for hour in apart if abs(hour.difference) > hour.doubt + Decimal("0.01")] == []


def test_after_the_bill_the_books_are_the_bill(after: tuple[Entry, ...], billed: list[BillRecord]) -> None:
    assert all(entry.billed is not None for entry in after)
    assert usd(entry.amounts.total for entry in after) == usd(record.compute + record.storage for record in billed)
    by_pod = {row.key: row.usd for row in totals(after, Dimension.SUBJECT, UTC_ZONE)}
    for subject in ("pod000", "pod001", "vol1"):
        of_bill = [record.compute + record.storage for record in billed if record.id == subject]
        assert by_pod[subject] == usd(of_bill)


def test_the_sums_are_the_same_in_every_direction(after: tuple[Entry, ...]) -> None:
    whole = usd(entry.amounts.total for entry in after)
    for by in Dimension:
        assert usd(row.usd for row in totals(after, by, UTC_ZONE)) == whole


def test_reconciling_again_changes_nothing(month: Month, after: tuple[Entry, ...]) -> None:
    month.reconcile()
    assert month.books() == after
