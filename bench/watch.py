"""What a poll's samples, verdicts and ladder cost for a thousand pods, of which two in five idle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from bench.ratios import Ratio, fresh_store, ratio, show
from pods.fleet import Fleet, absorb
from pods.model import Api, Gpu, GpuSample, Listing, NetworkMount, Pod, PodStatus, Runtime
from pods.store import Store, open_store
from workers.context import Context
from workers.passes.ladder import climb_fleet
from workers.passes.look import Look
from workers.passes.samples import keep_samples
from workers.passes.verdicts import judge_fleet

PODS = 1_000
POLL = timedelta(seconds=30)
POLICY = "[idle]\nprotectors = []\n[ladder]\nshadow_days = 0\n"


class Polls:
    """A fleet as every poll lists it, with its own clock."""

    def __init__(self, store: Store, at: datetime) -> None:
        self.store = store
        self.at = at
        self.fleet = Fleet()
        self.context = Context(
            account="main",
            store=store,
            provider=cast("Any", None),
            chat=cast("Any", None),
            clock=self,
            wake=lambda _job, _subject: None,
            web=cast("Any", None),
        )

    def now(self) -> datetime:
        return self.at

    def listing(self) -> Listing:
        return Listing(pods=tuple(_pod(number, self.at) for number in range(PODS)), at=self.at, api=Api.REST)

    def look(self) -> Look:
        self.at += POLL
        before, self.fleet = self.fleet, absorb(self.fleet, self.listing())
        return Look(before=before, after=self.fleet, now=self.at)


def _pod(number: int, at: datetime) -> Pod:
    idle = number % 5 < 2
    use = GpuSample(util=0 if idle else 93, memory_util=1 if idle else 80)
    return Pod(
        id=f"m{number:05d}",
        name=f"fleet-{number:05d}",
        status=PodStatus.RUNNING,
        gpu=Gpu(id="NVIDIA GeForce RTX 4090", count=1),
        network=NetworkMount(volume_id="v", path="/workspace"),
        cost_per_hour=Decimal("0.34"),
        started_at=datetime.fromisoformat("2026-11-01T00:00:00+00:00"),
        runtime=Runtime(uptime_s=int(at.timestamp()) % 10_000_000, gpus=(use,), cpu_util=2, memory_util=8),
    )


def main() -> None:
    with fresh_store() as store:
        began = datetime.fromisoformat("2026-11-26T12:00:00+00:00")
        store.people.publish(POLICY, began)
        polls = Polls(store, began)
        for _ in range(70):
            keep_samples(polls.context, polls.look())
        rows = _rows(polls)
    show(f"One poll of {PODS:,} pods, two in five idle", "writing the snapshot of the same pods", rows)


def _rows(polls: Polls) -> list[Ratio]:
    looks: list[Look] = []

    def snapshot() -> None:
        """The floor, which also makes the next poll's look."""
        look = polls.look()
        looks[:] = [look]
        polls.store.fleet.change(lambda _: look.after, polls.at)

    def each(name: str, run: Callable[[Context, Look], None]) -> Ratio:
        return ratio(name, lambda: run(polls.context, looks[0]), snapshot, turns=12)

    return [
        each("samples into the rings", keep_samples),
        each("verdicts, figures in memory", judge_fleet),
        each("verdicts by another process", lambda context, look: judge_fleet(_anew(context), look)),
        ratio("all of it and the ladder, as one poll", lambda: _whole(polls), snapshot, turns=6),
    ]


def _whole(polls: Polls) -> None:
    look = polls.look()
    for each in (keep_samples, judge_fleet, climb_fleet):
        each(polls.context, look)


def _anew(context: Context) -> Context:
    """The same store without what this process remembers of it."""
    client = context.store.client.connection_pool.connection_kwargs
    url = f"redis://:{client.get('password') or ''}@{client['host']}:{client['port']}/{client.get('db', 0)}"
    store = open_store(url, "main")
    return Context(
        account="main",
        store=store,
        provider=context.provider,
        chat=context.chat,
        clock=context.clock,
        wake=context.wake,
        web=context.web,
    )


if __name__ == "__main__":
    main()
