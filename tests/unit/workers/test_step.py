"""Wherever a step breaks off, the operation has one effect at RunPod and one end that is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from pods.audit import AuditEntry, Event
from pods.errors import NotRecorded, TimedOut
from pods.model import POD_VERBS, Pod, PodStatus, Runtime, Verb
from pods.operations import Code, Operation, OperationState
from pods.store import Store, open_store
from pods.store.walk import Taken, WalkStore
from tests.unit.pods.builders import CHANGES, POD_ID, before_call, pod
from tests.unit.store.records import only
from tests.unit.workers.world import World
from workers import context
from workers.act import step

OP = f"r1-{POD_ID}"
VERBS = list(POD_VERBS)


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def obey(world: World) -> list[Verb]:
    """RunPod does what it is told, at once; the changes that had an effect, in order."""
    effects: list[Verb] = []

    def effect(verb: Verb, told: Pod) -> None:
        now, there = world.clock.now(), world.runpod.pods.get(told.id)
        if there is None or (verb is Verb.STOP and there.status is PodStatus.EXITED):
            return
        if verb is Verb.START and there.status is PodStatus.RUNNING:
            return
        effects.append(verb)
        if verb is Verb.TERMINATE:
            del world.runpod.pods[told.id]
        elif verb is Verb.STOP:
            world.runpod.pods[told.id] = pod(PodStatus.EXITED)
        elif verb in CHANGES:
            world.runpod.pods[told.id] = there.model_copy(update=CHANGES[verb].model_dump(exclude_none=True))
        else:
            world.runpod.pods[told.id] = pod(started_at=now, runtime=Runtime(uptime_s=1))

    world.runpod.effect = effect
    return effects


def asked_for(world: World, verb: Verb) -> list[Verb]:
    world.runpod.pods = {POD_ID: before_call(verb)}
    world.accept("r1", verb)
    return obey(world)


def on_with_it(world: World, seconds: float = 1500) -> Operation:
    """The clock wakes what is due until nothing is, for so long."""
    end = world.clock.now() + timedelta(seconds=seconds)
    while world.clock.now() < end:
        for operation_id in world.store.walk.due(world.clock.now()):
            step(operation_id)
        world.clock.advance(1)
    return only(world.store, "r1")


def entries(world: World, event: Event) -> list[AuditEntry]:
    stream = cast("list[tuple[str, dict[str, str]]]", world.store.client.xrange(world.store.keys.audit))
    read = [AuditEntry.model_validate_json(fields["entry"]) for _, fields in stream]
    return [each for each in read if each.event is event]


def assert_over(world: World, operation: Operation, state: OperationState, code: Code) -> None:
    assert operation.outcome is not None
    assert (operation.state, operation.outcome.code) == (state, code)
    assert len(entries(world, Event.ENDED)) == 1
    assert world.store.walk.open_operations() == []
    assert world.store.walk.due(world.clock.now()) == []
    assert not world.store.client.exists(world.store.keys.busy(POD_ID))
    assert "r1" in world.store.outbox.keys_waiting()


@pytest.mark.parametrize("verb", VERBS)
def test_an_operation_calls_once_and_ends_when_it_is_read_back(world: World, verb: Verb) -> None:
    effects = asked_for(world, verb)
    assert_over(world, on_with_it(world), OperationState.DONE, Code.DONE)
    assert effects == [verb]
    assert world.runpod.calls == [(verb, POD_ID)]


def kill_in_call(world: World, *, after_the_effect: bool) -> None:
    """The process dies inside its first call."""
    effect = world.runpod.effect

    def dying(verb: Verb, told: Pod) -> None:
        world.runpod.effect = effect
        if after_the_effect:
            effect(verb, told)
        raise Killed

    world.runpod.effect = dying


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("after_the_effect", [False, True], ids=["before the effect", "after the effect"])
def test_a_worker_killed_in_its_call_doubles_nothing(world: World, verb: Verb, after_the_effect: bool) -> None:
    effects = asked_for(world, verb)
    kill_in_call(world, after_the_effect=after_the_effect)
    with pytest.raises(Killed):
        step(OP)
    operation = on_with_it(world)
    assert operation.state is OperationState.DONE
    assert effects == [verb]
    assert len(entries(world, Event.ENDED)) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_write_lost_after_the_call_is_read_again_not_done_again(
    world: World, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    effects = asked_for(world, verb)
    move, moves = WalkStore.move, iter((1, 2))

    def losing(walk: WalkStore, taken: Taken, after: Operation, **more: object) -> Taken | None:
        if next(moves, None) == 2:
            raise NotRecorded
        return move(walk, taken, after, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(WalkStore, "move", losing)
    step(OP)
    assert only(world.store, "r1").state is OperationState.CALLING
    operation = on_with_it(world)
    assert operation.state is OperationState.DONE
    assert effects == [verb]


def after_first_move(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """The worker is stopped between writing that it will call and calling, while something else happens."""
    move = WalkStore.move

    def stopping(walk: WalkStore, taken: Taken, after: Operation, **more: object) -> Taken | None:
        moved = move(walk, taken, after, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(WalkStore, "move", move)
        then()
        return moved

    monkeypatch.setattr(WalkStore, "move", stopping)


@pytest.mark.parametrize("verb", VERBS)
def test_a_worker_that_was_stopped_before_its_call_leaves_it_to_its_successor(
    world: World, verb: Verb, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    effects = asked_for(world, verb)

    def taken_over() -> None:
        world.clock.advance(60)
        store.client.delete(store.keys.lease(OP))
        step(OP)

    after_first_move(monkeypatch, taken_over)
    step(OP)
    assert len(world.runpod.calls) == 1, "only the successor called"
    assert on_with_it(world).state is OperationState.DONE
    assert effects == [verb]
    assert len(entries(world, Event.ENDED)) == 1


def test_a_woken_double_does_nothing_while_the_first_is_inside_its_step(world: World) -> None:
    asked_for(world, Verb.STOP)
    reads: list[int] = []
    effect = world.runpod.effect

    def doubled(verb: Verb, told: Pod) -> None:
        before = world.runpod.reads
        world.clock.advance(30)
        step(OP)
        reads.append(world.runpod.reads - before)
        effect(verb, told)

    world.runpod.effect = doubled
    step(OP)
    assert reads == [0]


# -- faults of ours


def test_a_step_that_always_fails_ends_by_its_deadline_and_says_why(world: World) -> None:
    asked_for(world, Verb.STOP)
    world.runpod.read_errors = [ZeroDivisionError() for _ in range(1000)]
    world.clock.advance(225)
    operation = on_with_it(world)
    assert_over(world, operation, OperationState.FAILED, Code.NEVER_ASKED)
    assert operation.outcome is not None
    assert "Something in me failed (error " in operation.outcome.sentence
    assert world.runpod.calls == []


def test_a_step_that_failed_once_is_taken_again(world: World) -> None:
    effects = asked_for(world, Verb.STOP)
    world.runpod.read_errors = [ZeroDivisionError()]
    assert_over(world, on_with_it(world), OperationState.DONE, Code.DONE)
    assert effects == [Verb.STOP]
    assert world.store.clockwork.counters()["job_failed_step"] == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_fault_of_ours_after_the_effect_does_not_do_it_twice(world: World, verb: Verb) -> None:
    effects = asked_for(world, verb)
    world.runpod.act_errors = [ZeroDivisionError()]
    assert on_with_it(world).state is OperationState.DONE
    assert effects == [verb]


def test_a_fault_while_redis_is_away_ends_only_the_attempt(world: World) -> None:
    away = open_store("redis://127.0.0.1:1/0", "main")
    context.install(replace(world.context, store=away))
    step(OP)


# -- what is looked at again before the call


def test_a_person_who_lost_the_right_meanwhile_gets_nothing_done(world: World) -> None:
    asked_for(world, Verb.STOP)
    world.store.people.publish('[roles]\ndefault = "viewer"\n', world.clock.now())
    operation = on_with_it(world, 5)
    assert_over(world, operation, OperationState.CANCELLED, Code.NOT_ALLOWED)
    assert world.runpod.calls == []


def test_a_step_that_read_for_too_long_reads_again_before_it_calls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for(world, Verb.STOP)
    get = world.runpod.get

    def slow(pod_id: str) -> Pod:
        world.monotonic += 9
        monkeypatch.setattr(world.runpod, "get", get)
        return get(pod_id)

    monkeypatch.setattr(world.runpod, "get", slow)
    step(OP)
    assert world.runpod.calls == []
    step(OP)
    assert world.runpod.calls == [(Verb.STOP, POD_ID)]


def test_an_unclear_answer_with_no_effect_ends_as_not_confirmed_then_is_put_right_once(world: World) -> None:
    asked_for(world, Verb.START)
    world.runpod.effect = None
    world.runpod.act_errors = [TimedOut() for _ in range(9)]
    operation = on_with_it(world, 700)
    assert operation.state is OperationState.UNKNOWN
    assert len(entries(world, Event.ENDED)) == 1
    assert not world.store.client.exists(world.store.keys.busy(POD_ID))
    world.runpod.pods = {POD_ID: pod()}
    operation = on_with_it(world)
    assert operation.state is OperationState.DONE
    assert operation.outcome is not None
    assert operation.outcome.corrected
    assert (len(entries(world, Event.ENDED)), len(entries(world, Event.CORRECTED))) == (1, 1)
