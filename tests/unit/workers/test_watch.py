"""A list pass makes the snapshot; one that failed, or is older than what is known, takes nothing away."""

from __future__ import annotations

import pytest

from pods.errors import TimedOut
from pods.jobs import Job
from pods.model import PodStatus, Quota, Verb
from pods.operations import OperationState
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at, pod
from tests.unit.store.records import only
from tests.unit.workers.world import World
from workers.act import step
from workers.watch import poll

OP = f"r1-{POD_ID}"


@pytest.fixture
def seen(world: World) -> World:
    """One pod is known."""
    world.runpod.pods = {POD_ID: pod()}
    poll("1")
    return world


def test_a_list_pass_is_the_snapshot(seen: World) -> None:
    fleet = seen.store.fleet.load()
    assert (fleet.pods, fleet.listed_at, fleet.failing_since) == ((pod(),), NOON, None)


def test_a_failed_pass_keeps_what_was_known_and_says_since_when(seen: World) -> None:
    for _ in range(2):
        seen.clock.advance(10)
        seen.runpod.list_errors = [TimedOut()]
        poll("2")
    fleet = seen.store.fleet.load()
    assert fleet.pods == (pod(),)
    assert (fleet.listed_at, fleet.tried_at, fleet.failing_since) == (NOON, at(20), at(10))
    assert fleet.trouble == TimedOut.sentence_default
    poll("3")
    assert seen.store.fleet.load().failing_since is None


def test_a_pod_that_one_list_lacks_is_kept(seen: World) -> None:
    seen.clock.advance(10)
    seen.runpod.pods = {}
    poll("2")
    assert seen.store.fleet.load().pods == (pod(),)


def confirming(world: World) -> None:
    """A stop was called; nothing shows yet."""
    world.accept("r1", Verb.STOP)
    step(OP)
    assert only(world.store, "r1").state is OperationState.CONFIRMING


def test_an_operation_that_waits_for_what_the_list_shows_looks_at_once(seen: World) -> None:
    confirming(seen)
    seen.runpod.pods = {POD_ID: pod(PodStatus.EXITED)}
    seen.woken.clear()
    seen.clock.advance(1)
    poll("2")
    assert (Job.STEP, OP) in seen.woken
    step(OP)
    assert only(seen.store, "r1").state is OperationState.DONE


def test_an_operation_whose_pod_did_not_change_is_left_to_its_time(seen: World) -> None:
    confirming(seen)
    seen.woken.clear()
    poll("2")
    assert (Job.STEP, OP) not in seen.woken


def test_a_list_pass_says_what_it_saw_and_what_runpod_still_allows(seen: World) -> None:
    seen.runpod.quotas_left = (Quota(window="minute", remaining=58, reset_s=30),)
    seen.clock.advance(30)
    poll("2")
    assert seen.store.clockwork.reports()["watch"] == {
        "at": to_ms(at(30)),
        "pods": 1,
        "capabilities": "get,list",
        "quota_minute": 58,
    }


def test_failed_passes_are_counted_apart(seen: World) -> None:
    seen.runpod.list_errors = [TimedOut(), TimedOut()]
    for _ in range(3):
        poll("2")
    assert seen.store.clockwork.counters() == {"poll_ok": 2, "poll_failed": 2}


def test_a_failed_pass_wakes_nobody_anew(seen: World) -> None:
    confirming(seen)
    seen.woken.clear()
    seen.runpod.pods = {POD_ID: pod(PodStatus.EXITED)}
    seen.runpod.list_errors = [TimedOut()]
    poll("2")
    assert seen.woken == []


def test_an_operation_that_has_not_called_yet_is_left_to_its_time(seen: World) -> None:
    seen.accept("r1", Verb.STOP)
    seen.woken.clear()
    seen.runpod.pods = {POD_ID: pod(PodStatus.EXITED)}
    poll("2")
    assert seen.woken == []
