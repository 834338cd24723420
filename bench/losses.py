"""From a loss to the posted alert, in poll intervals, for fleets of 10, 1,000 and 10,000 pods; and what a look costs.

The intervals are counted in simulated time, so they are the same on every machine. The cost is a ratio against a list
pass of the same run.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import structlog
from rich.console import Console
from rich.table import Table

from bench.ratios import Ratio, fresh_store, ratio, show
from sim.runpod.seeds import PodSeed, Seed
from tests.unit.workers.lossworld import ONCALL, LossWorld
from workers import watch
from workers.losses.detect import losses
from workers.passes.look import Look

#: Pods, and how many losses of each kind are timed among them; pods that are gone do not come back.
SIZES: Final = ((10, 40, 8), (1_000, 12, 12), (10_000, 3, 3))
POLL_S: Final = 30.0
#: Losses closer together would be one incident.
APART_S: Final = 600.0
#: RunPod's own deeds: one that stays in the list, one that leaves it.
KINDS: Final = {"stopped": "kill", "gone": "terminate"}
MOST_POLLS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    pods: int
    kind: str
    #: Poll intervals from the loss to the post.
    took: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.took)

    @property
    def p99(self) -> float:
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]


def main() -> None:
    structlog.configure(processors=[_silent])
    watch.PASSES = (losses,)  # type: ignore[attr-defined]
    latencies: list[Latency] = []
    costs: list[Ratio] = []
    for pods, *trials in SIZES:
        with fresh_store() as store:
            world = LossWorld(store, _account(pods), mode="rest")
            world.control("settings", page_size=1_000)
            world.poll()
            costs.append(_cost(world, pods))
            chance = random.Random(pods)  # noqa: S311 - which moment of the interval
            for (kind, deed), times in zip(KINDS.items(), trials, strict=True):
                took = [_trial(world, deed, chance) for _ in range(times)]
                latencies.append(Latency(pods=pods, kind=kind, took=took))
            world.close()
        Console().print(f"{pods:,} pods done")
    _show(latencies)
    show("A look for losses in which nothing happened", "one list pass of the same account", costs)


def _silent(_logger: object, _method: str, _event: object) -> str:
    raise structlog.DropEvent


def _account(count: int) -> Seed:
    """Running pods that on-call is told of."""
    names = (f"m0{index:05d}" for index in range(count))
    pods = tuple(PodSeed(id=name, name=name, gpu="NVIDIA GeForce RTX 4090") for name in names)
    return Seed(balance=Decimal(10_000_000), spend_limit=Decimal(1_000_000), pod_seeds=pods)


def _trial(world: LossWorld, deed: str, chance: random.Random) -> float:
    """One loss at some moment between two polls; how many intervals until its card was posted."""
    for pod in tuple(world.sim.world.pods.values()):
        if pod.status.value == "EXITED":
            world.deed(pod.id, "start")
    world.clock.advance(APART_S)
    world.poll()
    told = len(world.posted(ONCALL, "Incident `"))
    running = [pod.id for pod in world.sim.world.pods.values() if pod.status.value == "RUNNING"]
    moment = chance.random()
    world.clock.advance(POLL_S * moment)
    world.deed(chance.choice(running), deed)
    world.clock.advance(POLL_S * (1 - moment))
    for polls in range(1, MOST_POLLS):
        world.poll()
        if len(world.posted(ONCALL, "Incident `")) > told:
            return polls - moment
        world.clock.advance(POLL_S)
    raise AssertionError("the loss was never told")


def _cost(world: LossWorld, pods: int) -> Ratio:
    fleet = world.store.fleet.load()
    look = Look(before=fleet, after=fleet, now=world.clock.now())
    turns = 5 if pods > 1_000 else 20
    return ratio(f"{pods:,} pods", lambda: losses(world.context, look), world.provider.list, turns=turns)


def _show(latencies: Sequence[Latency]) -> None:
    table = Table("Pods", "Loss", "median", "p99", title="From the loss to the posted alert, in poll intervals")
    for each in latencies:
        table.add_row(f"{each.pods:,}", each.kind, f"{each.median:.2f}", f"{each.p99:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
