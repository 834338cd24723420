"""Two hundred creates, each with errors, time-outs and workers that die anywhere: exactly one pod each, told truly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from pods.model import GpuRequest
from pods.operations import Operation, OperationState
from pods.orders import Candidate, CreateOrder
from pods.runpod.provider import RunPodProvider
from pods.store.connection import Scripts
from tests.e2e.inline import Bot
from workers import act, context
from workers.automation import Creation, create, creation_id

pytestmark = pytest.mark.long

CREATES = 50
FAULTS = ("status", "timeout", "lost_answer", "drop", "malformed")


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass
class Killer:
    """Kills the process before or after a call to Redis or RunPod, now and then."""

    random: Random
    share: float
    killed: int = 0
    points: set[str] = field(default_factory=set)

    def maybe(self, point: str) -> None:
        if self.random.random() < self.share:
            self.killed += 1
            self.points.add(point)
            raise Killed(point)


@contextmanager
def dying(killer: Killer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    script, made = Scripts.run_noting, RunPodProvider.create

    def run_noting(self: Scripts, name: str, keys: Any, args: Any) -> tuple[Any, bool]:
        killer.maybe(f"before {name}")
        answer = script(self, name, keys, args)
        killer.maybe(f"after {name}")
        return answer

    def creating(self: RunPodProvider, spec: Any) -> Any:
        killer.maybe("before create")
        answer = made(self, spec)
        killer.maybe("after create")
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Scripts, "run_noting", run_noting)
        patched.setattr(RunPodProvider, "create", creating)
        yield


def ordered(bot: Bot, nth: int) -> Creation:
    channel = bot.slack.workspace.channel("gpu-pods").id
    wanted = (Candidate(gpu=GpuRequest(id="NVIDIA A40")), Candidate(gpu=GpuRequest(id="NVIDIA L4")))
    order = CreateOrder(name=f"chaos-{nth}", image="runpod/pytorch:1", ports=("8888/http",), candidates=wanted)
    return Creation(rule="chaos", create=order, subject=str(nth), channel=channel)


def unrest(bot: Bot, random: Random) -> None:
    """The next creates are carried out, and their answers are errors or never come."""
    bot.runpod.faults.clear()
    for name in ("create", "graphql:podFindAndDeployOnDemand"):
        bot.fault(kind=random.choice(FAULTS), when="after", operation=name, status=random.choice((500, 502, 504)))


def work(bot: Bot) -> None:
    """What is due, by the clock, of the steps alone: telling and watching follow when the chaos is over."""
    bot.forget_real_time()
    for operation_id in bot.store.walk.due(bot.clock.now()):
        act.step(operation_id)


def operations(bot: Bot, given: list[Creation]) -> list[Operation]:
    return list(bot.store.walk.operations(creation_id(context.current(), each) for each in given))


@pytest.mark.parametrize(("seed", "road"), [(1, "auto"), (2, "graphql"), (3, "auto"), (4, "graphql")])
def test_fifty_creates_in_chaos_make_fifty_pods(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, seed: int, road: str
) -> None:
    random = Random(seed)  # noqa: S311 - the same chaos in every run
    bot.use_api(road)
    bot.control("settings", balance="1000000", quotas={"minute": 100_000, "hour": 1_000_000})
    killer = Killer(random, share=0.02)
    given = [ordered(bot, nth) for nth in range(CREATES)]
    for each in given:
        create(context.current(), each)

    for _ in range(120):
        unrest(bot, random)
        with dying(killer, monkeypatch), suppress(Killed):
            work(bot)
        bot.clock.advance(3)
        if all(each.ended for each in operations(bot, given)):
            break
    bot.runpod.faults.clear()
    bot.pass_time(60, step=60)

    made: dict[str, list[str]] = {}
    for pod in bot.runpod.world.pods.values():
        made.setdefault(pod.env.get("PODKEEPER_OP", ""), []).append(pod.id)
    texts = "\n".join(post.text for post in bot.posts())
    assert killer.killed >= 10, killer.points
    for operation in operations(bot, given):
        assert operation.state is OperationState.DONE, operation
        assert made[operation.id] == [operation.pod_id]
        assert re.search(rf"\(`{operation.pod_id}`\) is (?:created|running|ready)[.:]", texts), texts
    assert len(bot.posts()) == CREATES
    assert "Made twice" not in texts
