"""A simulated November of 200 pods: within 1 % of what RunPod bills before it is reconciled, and equal after."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from pods.ledger.bill import Bill, BillRecord, Reconciled, reconciled
from pods.ledger.entries import Entry
from pods.ledger.hours import entries
from pods.ledger.rates import published
from pods.ledger.sightings import Condition, Life, SubjectKind, volumes_listed
from pods.ledger.totals import Dimension, totals
from pods.offers import NetworkVolume
from sim.clock import SimClock
from sim.runpod import FULL_KEY, PodSeed, Seed, SimRunPod, VolumeSeed, actions, mock_transport
from sim.runpod.calls import Operation
from sim.runpod.console import do
from sim.runpod.state import LIVE, Network, Persistent, SimPod, Status

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
PODS = 200
POLL = timedelta(minutes=30)
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


@dataclass
class Month:
    """The account, and what a watch that is often out saw of it."""

    sim: SimRunPod
    clock: SimClock
    chance: random.Random
    seen: dict[str, list[tuple[datetime, Condition | None]]] = field(default_factory=dict)
    volumes: list[tuple[datetime, Condition | None]] = field(default_factory=list)

    def live(self) -> None:
        """Things happen at any time; every half hour somebody looks, save in three outages."""
        outages = [
            (BEGIN + timedelta(days=day, hours=3), timedelta(hours=hours)) for day, hours in ((4, 5), (15, 9), (25, 2))
        ]
        now = BEGIN
        while now < END:
            self._happen(now)
            now += POLL
            self.clock.advance((now - self.clock.now()).total_seconds())
            self.sim.world.settle()
            if not any(start <= now < start + lasted for start, lasted in outages):
                self._look(now)

    def _happen(self, now: datetime) -> None:
        """Some six changes an hour, at odd moments before the next look."""
        moments = sorted(self.chance.random() * POLL.total_seconds() for _ in range(3))
        for seconds in moments:
            self.clock.advance((now + timedelta(seconds=seconds) - self.clock.now()).total_seconds())
            self.sim.world.settle()
            self._change(self.chance.choice(list(self.sim.world.pods.values())))

    def _change(self, pod: SimPod) -> None:
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

    def _look(self, now: datetime) -> None:
        world = self.sim.world
        for pod_id in {*self.seen, *world.pods}:
            pod = world.pods.get(pod_id)
            self.seen.setdefault(pod_id, []).append((now, None if pod is None else condition(pod)))
        volumes = [
            NetworkVolume(id=each.id, name=each.name, size_gb=each.size_gb, data_center=None)
            for each in world.volumes.values()
        ]
        listed = volumes_listed(volumes, now)
        self.volumes += [(now, found) for _, found in listed.found.values()]


def condition(pod: SimPod) -> Condition:
    """What `condition_of` would make of the pod's listing."""
    volume = pod.persistent.size_gb if pod.persistent else 0
    return _condition(pod.status, (pod.disk_gb, volume), pod.cost, pod.created_at, pod.started_at)


@cache
def _condition(
    status: Status, disks: tuple[int, int], cost: Decimal, created_at: datetime, started_at: datetime | None
) -> Condition:
    return Condition(
        live=status in LIVE,
        up=status is Status.RUNNING,
        price=cost,
        disk_gb=disks[0],
        volume_gb=disks[1],
        created_at=created_at,
        started_at=started_at,
    )


@pytest.fixture(scope="module")
def month() -> Month:
    clock = SimClock(BEGIN, monotonic=lambda: 0.0)
    volumes = (VolumeSeed(id="vol1", name="data", size_gb=1500, data_center="EU-RO-1", made_ago=0),)
    sim = SimRunPod(clock, Seed(balance=Decimal(100_000_000), pod_seeds=seeds(), volume_seeds=volumes))
    month = Month(sim, clock, random.Random(11))  # noqa: S311
    month._look(BEGIN)
    month.live()
    return month


@pytest.fixture(scope="module")
def books(month: Month) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for pod_id, sightings in month.seen.items():
        life = Life(kind=SubjectKind.POD, id=pod_id, name=pod_id).saw(*sightings)
        found += entries(life, END, published())
    volume = Life(kind=SubjectKind.VOLUME, id="vol1").saw(*month.volumes)
    return (*found, *entries(volume, END, published()))


@pytest.fixture(scope="module")
def bills(month: Month) -> tuple[Bill, Bill]:
    """As asked for three hours into December, by hours."""
    month.clock.advance(3 * 3600)
    headers = {"authorization": f"Bearer {FULL_KEY}", "user-agent": "podkeeper-tests"}
    query = {"bucketSize": "hour", "startTime": BEGIN.isoformat(), "endTime": END.isoformat()}
    with httpx.Client(transport=mock_transport(month.sim), base_url="https://api.runpod.io", headers=headers) as api:
        of_pods = api.get("/v2/billing/pods", params=query).raise_for_status().json()
        of_volumes = api.get("/v2/billing/network-volumes", params=query).raise_for_status().json()
    return (
        bill(SubjectKind.POD, [pod_record(each) for each in of_pods["records"]]),
        bill(SubjectKind.VOLUME, [volume_record(each) for each in of_volumes["records"]]),
    )


def bill(kind: SubjectKind, records: list[BillRecord]) -> Bill:
    return Bill(kind=kind, start=BEGIN, end=END, asked_at=END + timedelta(hours=3), records=tuple(records))


def usd(amount: float) -> Decimal:
    return Decimal(str(amount))


def pod_record(record: dict[str, Any]) -> BillRecord:
    compute = usd(record["gpuAmount"]) + usd(record["cpuAmount"])
    return BillRecord(
        id=record["podId"],
        start=record["startTime"],
        end=record["endTime"],
        compute=compute,
        storage=usd(record["diskAmount"]),
    )


def volume_record(record: dict[str, Any]) -> BillRecord:
    return BillRecord(
        id=record["networkVolumeId"],
        start=record["startTime"],
        end=record["endTime"],
        storage=usd(record["totalAmount"]),
    )


@pytest.fixture(scope="module")
def settled(books: tuple[Entry, ...], bills: tuple[Bill, Bill]) -> Reconciled:
    return reconciled(reconciled(books, bills[0], {}).entries, bills[1], {})


def billed(bills: tuple[Bill, Bill]) -> Decimal:
    return sum((record.compute + record.storage for bill in bills for record in bill.records), Decimal(0))


def test_before_the_bill_the_estimate_is_within_one_percent(books: tuple[Entry, ...], bills: tuple[Bill, Bill]) -> None:
    estimated = sum((entry.estimate.total for entry in books), Decimal(0))
    assert billed(bills) > 100_000
    assert abs(estimated - billed(bills)) < billed(bills) / 100


def test_hours_that_are_not_marked_agree_with_the_bill_to_the_cent(settled: Reconciled) -> None:
    sure = [entry for entry in settled.entries if not entry.model_copy(update={"billed": None}).gap]
    assert len(sure) > len(settled.entries) * 9 // 10
    assert all(abs(entry.difference) <= Decimal("0.01") for entry in sure)


def test_the_doubt_of_a_marked_hour_holds_the_bill(settled: Reconciled) -> None:
    off = [entry for entry in settled.entries if abs(entry.difference) > entry.doubt + Decimal("0.01")]
    assert off == []


def test_after_the_bill_the_books_are_the_bill(settled: Reconciled, bills: tuple[Bill, Bill]) -> None:
    assert all(entry.billed is not None for entry in settled.entries)
    assert sum((entry.amounts.total for entry in settled.entries), Decimal(0)) == billed(bills)
    by_pod = {row.key: row.usd for row in totals(settled.entries, Dimension.SUBJECT, UTC_ZONE)}
    for pod_id in ("pod000", "pod001", "vol1"):
        of_bill = [record for bill in bills for record in bill.records if record.id == pod_id]
        assert by_pod[pod_id] == sum((record.compute + record.storage for record in of_bill), Decimal(0))


def test_reconciling_twice_changes_nothing(settled: Reconciled, bills: tuple[Bill, Bill]) -> None:
    again = reconciled(settled.entries, bills[0], {})
    assert again.changed == ()
    assert all(before is after for before, after in zip(settled.entries, again.entries, strict=True))
