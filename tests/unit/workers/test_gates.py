"""A gate that ran out undecided ends its request with a word; one that was decided in time is left alone."""

from __future__ import annotations

from pods.gates import Gate, GateState
from pods.jobs import Job
from pods.model import Verb
from pods.operations import Code, OperationState, release
from pods.requests import RequestState, settle
from tests.unit.pods.builders import NOON, POD_ID, at, gate, pod
from tests.unit.store.records import asked, entry, message, only
from tests.unit.workers.world import World
from workers.act import expire, step


def at_its_gate(world: World) -> Gate:
    made, operations = asked("r1", Verb.TERMINATE, (POD_ID,), gate())
    dialog = message("r1.confirm", request_id="r1")
    world.store.walk.accept(made, operations, (dialog,), intent="r1", audit=entry(), now=NOON)
    world.runpod.pods = {POD_ID: pod()}
    return made.gates[0]


def agree(world: World, opened: Gate) -> None:
    request = world.store.walk.request("r1")
    assert request is not None
    after = settle(request, opened.model_copy(update={"state": GateState.PASSED, "decided_at": world.clock.now()}))
    operations = tuple(release(each, world.clock.now()) for each in world.store.walk.operations(request.operations))
    told = (message("r1"),)
    world.store.walk.settle(
        after, operations, was=request, messages=told, tell=(), audit=entry(), now=world.clock.now()
    )


def state(world: World) -> RequestState:
    request = world.store.walk.request("r1")
    assert request is not None
    return request.state


def test_a_gate_that_ran_out_cancels_what_it_held_and_says_so(world: World) -> None:
    at_its_gate(world)
    world.clock.at = at(300)
    expire("r1")
    operation = only(world.store, "r1")
    assert operation.outcome is not None
    assert (operation.state, operation.outcome.code) == (OperationState.CANCELLED, Code.EXPIRED)
    assert state(world) is RequestState.EXPIRED
    assert (Job.DELIVER, "r1.confirm") in world.woken
    assert world.store.client.get(world.store.keys.wanted("r1.confirm")) == "2"
    assert world.store.walk.gates_due(at(10_000)) == []


def test_an_expiry_that_comes_too_early_or_twice_does_nothing(world: World) -> None:
    at_its_gate(world)
    world.clock.at = at(299)
    expire("r1")
    assert state(world) is RequestState.WAITING
    world.clock.at = at(300)
    expire("r1")
    expire("r1")
    assert world.store.client.get(world.store.keys.wanted("r1.confirm")) == "2"


def test_an_expiry_after_the_yes_changes_nothing(world: World) -> None:
    opened = at_its_gate(world)
    world.clock.at = at(299)
    agree(world, opened)
    world.clock.at = at(300)
    expire("r1")
    assert state(world) is RequestState.ACCEPTED
    assert only(world.store, "r1").state is OperationState.ACCEPTED


def test_an_operation_at_a_gate_is_not_carried_out_whoever_wakes_it(world: World) -> None:
    at_its_gate(world)
    step(f"r1-{POD_ID}")
    world.store.walk.look_now(f"r1-{POD_ID}", NOON)
    step(f"r1-{POD_ID}")
    assert (world.runpod.reads, world.runpod.calls) == (0, [])
    assert only(world.store, "r1").state is OperationState.WAITING


def test_an_expiry_of_nothing_on_record_is_not_woken_for_ever(world: World) -> None:
    at_its_gate(world)
    world.store.client.delete(world.store.keys.request("r1"))
    expire("r1")
    assert world.store.walk.gates_due(at(10_000)) == []
