"""A list pass takes figures from wherever RunPod gives them, and is not believed when it drops most of the fleet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.changes import ChangeKind
from pods.errors import ServerFault
from pods.model import Api, GpuSample, Listing, Pod, PodStatus, Quota, Runtime, Verb
from pods.ports import Capability
from pods.telemetry import Source
from tests.unit.pods.builders import NOON, pod
from tests.unit.workers.world import World
from workers.watch import poll

FULL = Runtime(uptime_s=3600, gpus=(GpuSample(util=0, memory_util=0),) * 2, cpu_util=3, memory_util=4)


def bare(each: Pod) -> Pod:
    assert each.runtime is not None
    runtime = each.runtime.model_copy(update={"gpus": None, "cpu_util": None, "memory_util": None})
    return each.model_copy(update={"runtime": runtime})


@pytest.fixture
def fleet(world: World) -> World:
    world.runpod.pods = {name: pod(id=name, name=name, runtime=FULL) for name in ("a", "b", "c", "d")}
    return world


def look(world: World, minutes: float = 0.5) -> None:
    world.clock.advance(minutes * 60)
    poll("1")


def reported(world: World) -> tuple[Source, int, int]:
    reporting = world.store.verdicts.state().reporting
    return reporting.source, reporting.got, reporting.unread


def sampled(world: World, name: str) -> bool:
    return world.store.samples.of(name).raw[-1].complete


def test_a_list_with_figures_is_all_that_is_asked_for(fleet: World) -> None:
    look(fleet)
    assert (reported(fleet), fleet.runpod.reads, fleet.runpod.figure_lists) == ((Source.LIST, 4, 0), 0, 0)
    assert sampled(fleet, "a")


def test_else_one_graphql_list_completes_it(fleet: World) -> None:
    fleet.runpod.can |= {Capability.ACCOUNT}
    fleet.runpod.list_shows = bare
    fleet.runpod.figures_answer = Listing(pods=tuple(fleet.runpod.pods.values()), at=NOON, api=Api.GRAPHQL)
    for _ in range(2):
        look(fleet)
    assert (reported(fleet), fleet.runpod.figure_lists, fleet.runpod.reads) == ((Source.GRAPHQL, 4, 0), 2, 0)
    assert sampled(fleet, "d")


def test_else_pods_are_read_one_by_one_within_half_the_quota(fleet: World) -> None:
    fleet.runpod.list_shows = bare
    look(fleet)
    fleet.runpod.quotas_left = [Quota(window="minute", remaining=53, reset_s=60, limit=100)]
    fleet.runpod.reads = 0
    look(fleet)
    assert (reported(fleet), fleet.runpod.reads) == ((Source.READS, 3, 1), 3)
    assert [sampled(fleet, each) for each in "abcd"] == [True, True, True, False]


def test_else_nothing_is_known_and_it_is_not_asked_for_all_the_time(fleet: World) -> None:
    fleet.runpod.pods = {name: bare(each) for name, each in fleet.runpod.pods.items()}
    for _ in range(4):
        look(fleet)
    assert reported(fleet)[:2] == (Source.NOWHERE, 0)
    assert fleet.runpod.reads <= 4
    look(fleet, minutes=6)
    assert not sampled(fleet, "a")
    assert {each.kind.value for each in fleet.store.verdicts.all().values()} == {"unknown"}


@pytest.mark.parametrize("left", [[], ["a"]])
def test_a_list_that_drops_pods_that_are_there_is_a_failure_and_no_news(fleet: World, left: list[str]) -> None:
    look(fleet)
    fleet.runpod.list_shows = lambda each: each if each.id in left else None
    for _ in range(60):
        look(fleet)
    known = fleet.store.fleet.load()
    assert len(known.entries) == 4
    assert known.failing_since == NOON + timedelta(seconds=60)
    assert "leaves out pods" in known.trouble
    assert fleet.store.changes.since(NOON) == ()


def test_a_list_in_doubt_is_not_believed_while_nothing_can_be_read(fleet: World) -> None:
    look(fleet)
    fleet.runpod.list_shows = lambda _: None
    fleet.runpod.read_errors = [ServerFault()]
    look(fleet)
    assert fleet.store.fleet.load().failing_since is not None


def test_pods_that_are_truly_gone_are_gone_once(fleet: World) -> None:
    look(fleet)
    fleet.runpod.pods = {}
    for _ in range(4):
        look(fleet)
    gone = fleet.store.changes.since(NOON)
    assert sorted((each.kind, each.pod_id) for each in gone) == [(ChangeKind.GONE, each) for each in "abcd"]


def test_a_change_stands_once_whoever_saw_it_and_says_who_asked(fleet: World) -> None:
    look(fleet)
    fleet.accept("r1", Verb.STOP, ["a"])
    stopped = {"status": PodStatus.EXITED, "runtime": None}
    for name in ("a", "b"):
        fleet.runpod.pods[name] = fleet.runpod.pods[name].model_copy(update=stopped)
    fleet.clock.advance(30)
    poll("2")
    poll("2")
    found = {each.pod_id: each for each in fleet.store.changes.since(NOON)}
    assert len(fleet.store.changes.since(NOON)) == 2
    assert (found["a"].asked_by, found["b"].asked_by) == ("U1", "")
    assert fleet.store.changes.of("b", NOON) == (found["b"],)


def test_polls_are_left_out_before_runpod_would_refuse_one(fleet: World) -> None:
    look(fleet)
    fleet.runpod.quotas_left = [Quota(window="minute", remaining=20, reset_s=60, limit=100)]
    look(fleet)
    assert fleet.store.fleet.load().listed_at == NOON + timedelta(seconds=30)
    look(fleet)
    assert fleet.store.fleet.load().listed_at == NOON + timedelta(seconds=90)
