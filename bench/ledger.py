"""What a poll of 1,000 pods costs the ledger, and what `/pod cost` costs on its books.

The floor is what every poll does anyway: writing the snapshot of the same 1,000 pods.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bench.ratios import Run, fresh_store, ratio, show
from pods.fleet import Fleet, absorb
from pods.ledger.rates import published
from pods.ledger.totals import Dimension, totals
from pods.ledger.watching import Pass, fleet_listed, passed
from pods.ledger.whose import labels_of
from pods.model import Api, Cloud, Gpu, Listing, PersistentMount, Pod, PodStatus
from pods.store import Store
from pods.store.books import month_to_date

PODS = 1_000
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def fleet(at: datetime) -> Fleet:
    pods = tuple(
        Pod(
            id=f"pod{place:04}",
            name=f"train-{place}",
            status=PodStatus.RUNNING if place % 3 else PodStatus.EXITED,
            disk_gb=20,
            persistent=PersistentMount(size_gb=50, path="/workspace"),
            gpu=Gpu(id="NVIDIA A40", count=1),
            cloud=Cloud.SECURE,
            cost_per_hour=Decimal("0.44") if place % 3 else Decimal(0),
            created_at=BEGIN,
            started_at=BEGIN,
        )
        for place in range(PODS)
    )
    return absorb(Fleet(), Listing(pods=pods, at=at, api=Api.REST))


def poll(store: Store, seen: Fleet) -> None:
    at = seen.listed_at or BEGIN
    listed = fleet_listed(seen)
    labels = {pod.id: labels_of(pod, None, lambda _: None) for pod in seen.pods}
    taken = Pass(now=at, rates=published(), lists=(listed,) if listed else (), labels=labels)
    store.ledger.take(lambda before: passed(before, taken), at)


def every(step: timedelta, since: datetime) -> Iterator[Fleet]:
    at = since
    while True:
        yield fleet(at)
        at += step


def main() -> None:
    with fresh_store() as store:
        quick = every(timedelta(seconds=30), BEGIN + timedelta(hours=5))
        snapshots = [next(quick) for _ in range(25)]
        poll(store, snapshots[0])
        once, twice = iter(snapshots[1:]), iter(snapshots[1:])

        def snapshot() -> None:
            seen = next(twice)
            store.fleet.change(lambda _: seen, BEGIN)

        rows = [ratio("a poll, nothing closes", lambda: poll(store, next(once)), snapshot, turns=20)]
        hourly = every(timedelta(hours=1), BEGIN + timedelta(hours=6))
        rows.append(ratio("a poll that closes an hour", lambda: poll(store, next(hourly)), _writes(store), turns=5))
        now = BEGIN + timedelta(hours=11)

        def cost() -> None:
            totals(month_to_date(store, UTC_ZONE, now), Dimension.OWNER, UTC_ZONE)

        rows.append(ratio("what was spent this month", cost, _writes(store), turns=5))
    show(f"The ledger of {PODS:,} pods", "writing the snapshot of the same pods", rows)


def _writes(store: Store) -> Run:
    snapshots = every(timedelta(seconds=30), BEGIN + timedelta(hours=5))
    ready = [next(snapshots) for _ in range(6)]

    def write() -> None:
        seen = ready.pop()
        store.fleet.change(lambda _: seen, BEGIN)

    return write


if __name__ == "__main__":
    main()
