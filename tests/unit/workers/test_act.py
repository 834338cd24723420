"""A step reads before it calls, calls at most once, and writes nothing once another worker has the operation."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from structlog.typing import EventDict

from pods.audit import AuditEntry, Event
from pods.errors import NotRecorded, ServerFault
from pods.fleet import Fleet, absorb
from pods.jobs import Job
from pods.model import PodStatus, Verb
from pods.operations import DEADLINES, Code, Operation, OperationState
from pods.store.walk import WalkStore
from tests.unit.pods.builders import POD_ID, at, pod
from tests.unit.store.records import only
from tests.unit.workers.world import POLICY, World
from workers import lease
from workers.act import step

S = OperationState
OP = f"r1-{POD_ID}"


@pytest.fixture(autouse=True)
def running(world: World) -> None:
    world.runpod.pods = {POD_ID: pod()}


def accepted(world: World, verb: Verb = Verb.STOP) -> None:
    world.accept("r1", verb)


def known(world: World) -> Operation:
    return only(world.store, "r1")


def shows(world: World, status: PodStatus) -> None:
    world.runpod.pods[POD_ID] = pod(status)


def step_after(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    step(OP)


def take_over(world: World, after: float = 0) -> None:
    """The lease of the worker that is inside a step runs out, and another one makes a step of its own."""
    world.store.client.delete(world.store.keys.lease(OP))
    step_after(world, after)


def audited(world: World) -> list[AuditEntry]:
    stream: Any = world.store.client.xrange(world.store.keys.audit)
    return [AuditEntry.model_validate_json(fields["entry"]) for _, fields in stream]


def test_a_stop_is_called_once_read_back_and_told(world: World) -> None:
    accepted(world)
    step(OP)
    assert world.runpod.calls == [(Verb.STOP, POD_ID)]
    assert known(world).state is S.CONFIRMING
    step_after(world, 2)
    assert known(world).state is S.CONFIRMING
    shows(world, PodStatus.EXITED)
    step_after(world, 4)
    assert (known(world).state, known(world).calls) == (S.DONE, 1)
    assert world.store.walk.holder(POD_ID) is None
    assert [entry.event for entry in audited(world)] == [Event.ACCEPTED, Event.CALLED, Event.ENDED]
    assert audited(world)[-1].runpod_request == "req-1"
    assert (Job.DELIVER, "r1") in world.woken
    assert world.store.clockwork.counters() == {"operation_done": 1}


def test_an_operation_that_is_not_due_is_not_even_read(world: World) -> None:
    accepted(world)
    step(OP)
    step_after(world, 1)
    assert world.runpod.reads == 1


def test_each_step_gives_its_lease_back(world: World) -> None:
    accepted(world)
    step(OP)
    assert not world.store.client.exists(world.store.keys.lease(OP))


# -- two workers


def test_a_second_worker_leaves_the_operation_to_the_first(world: World) -> None:
    accepted(world)
    world.runpod.meanwhile = lambda: step(OP)
    step(OP)
    assert world.runpod.reads == 1
    assert len(world.runpod.calls) == 1


def test_a_worker_overtaken_while_it_read_neither_writes_nor_calls(world: World, logged: list[EventDict]) -> None:
    accepted(world)
    others: list[Operation] = []

    def overtaken() -> None:
        take_over(world)
        others.append(known(world))

    world.runpod.meanwhile = overtaken
    step(OP)
    assert len(world.runpod.calls) == 1
    assert [known(world)] == others
    assert [line["event"] for line in logged if line["log_level"] == "warning"] == ["write.lost"]


def test_a_worker_overtaken_just_before_its_call_does_not_call(
    world: World, logged: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(world)
    still_ours = WalkStore.still_ours

    def paused(walk: WalkStore, taken: Any) -> bool:
        monkeypatch.setattr(WalkStore, "still_ours", still_ours)
        shows(world, PodStatus.EXITED)
        take_over(world, 15)
        return still_ours(walk, taken)

    monkeypatch.setattr(WalkStore, "still_ours", paused)
    step(OP)
    assert world.runpod.calls == []
    assert known(world).state is S.DONE
    assert "attempt.lost" in [line["event"] for line in logged]


def test_what_a_worker_overtaken_inside_its_call_heard_is_not_written(world: World) -> None:
    accepted(world)

    def overtaken(verb: Verb, seen: object) -> None:
        shows(world, PodStatus.EXITED)
        take_over(world, 15)

    world.runpod.effect = overtaken
    world.runpod.act_errors = [ServerFault("502")]
    step(OP)
    assert len(world.runpod.calls) == 1
    assert (known(world).state, known(world).trouble) == (S.DONE, "")
    assert world.store.walk.open_operations() == []


def test_a_lease_is_renewed_while_its_worker_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after Redis did not answer one renewal."""
    accepted(world)
    taken = world.store.walk.take(OP, world.clock.now())
    assert taken is not None
    renewed, asked = threading.Event(), 0
    renew = WalkStore.renew

    def heard(walk: WalkStore, mine: Any) -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise NotRecorded("away")
        answer = renew(walk, mine)
        renewed.set()
        return answer

    monkeypatch.setattr(lease, "RENEW_EVERY_S", 0)
    monkeypatch.setattr(WalkStore, "renew", heard)
    world.store.client.pexpire(world.store.keys.lease(OP), 900)
    with lease.held(world.store.walk, taken):
        assert renewed.wait(5)
        assert world.store.client.pttl(world.store.keys.lease(OP)) > 900
    assert not world.store.client.exists(world.store.keys.lease(OP))


# -- what keeps a call from being made


def demote(world: World) -> None:
    world.store.people.publish(POLICY.replace('default = "operator"', 'default = "viewer"'), world.clock.now())


def test_who_lost_the_right_before_the_first_call_calls_nothing(world: World) -> None:
    accepted(world)
    demote(world)
    step(OP)
    operation = known(world)
    assert world.runpod.calls == []
    assert (operation.state, operation.calls) == (S.CANCELLED, 0)
    assert operation.outcome is not None
    assert operation.outcome.code is Code.NOT_ALLOWED
    assert world.store.walk.holder(POD_ID) is None
    assert world.store.client.get(world.store.keys.wanted("r1")) == "2"


def test_a_channel_whose_ceiling_fell_keeps_the_first_call_from_being_made(world: World) -> None:
    accepted(world)
    world.store.people.publish(POLICY.replace('"admin"', '"viewer"'), world.clock.now())
    step(OP)
    assert known(world).state is S.CANCELLED
    assert world.runpod.calls == []


def test_what_was_called_is_followed_to_its_end_whoever_asked(world: World) -> None:
    accepted(world)
    world.runpod.act_errors = [ServerFault("502")]
    step(OP)
    demote(world)
    step_after(world, 15)
    assert len(world.runpod.calls) == 2
    shows(world, PodStatus.EXITED)
    step_after(world, 2)
    assert known(world).state is S.DONE


# -- faults of ours


def test_an_unforeseen_fault_while_reading_ends_one_attempt_only(world: World, logged: list[EventDict]) -> None:
    accepted(world)
    world.runpod.read_errors = [ZeroDivisionError()]
    step(OP)
    (fault,) = [line for line in logged if line["event"] == "job.failed"]
    assert fault["error_id"] in known(world).trouble
    assert world.store.clockwork.counters()["job_failed_step"] == 1
    assert not world.store.client.exists(world.store.keys.lease(OP))
    step_after(world, 5)
    shows(world, PodStatus.EXITED)
    step_after(world, 2)
    assert (known(world).state, len(world.runpod.calls)) == (S.DONE, 1)


def test_after_an_unforeseen_fault_inside_the_call_the_pod_is_read(world: World) -> None:
    accepted(world)
    world.runpod.act_errors = [ZeroDivisionError()]
    step(OP)
    assert known(world).state is S.CALLING
    shows(world, PodStatus.EXITED)
    step_after(world, 15)
    assert (known(world).state, len(world.runpod.calls)) == (S.DONE, 1)


def test_a_fault_that_stays_ends_the_operation_at_its_deadline(world: World) -> None:
    accepted(world)
    world.runpod.read_errors = [ZeroDivisionError() for _ in range(99)]
    while not known(world).ended:
        step_after(world, 5)
        assert world.clock.now() <= at(DEADLINES[Verb.STOP].total_seconds())
    outcome = known(world).outcome
    assert outcome is not None
    assert outcome.code is Code.NEVER_ASKED
    assert "error " in outcome.sentence
    assert world.store.walk.holder(POD_ID) is None


def test_a_store_that_is_away_is_no_fault_of_the_operation(world: World, logged: list[EventDict]) -> None:
    accepted(world)
    world.runpod.read_errors = [NotRecorded("away")]
    before = known(world)
    step(OP)
    assert "job.store_away" in [line["event"] for line in logged]
    assert known(world) == before
    assert world.store.walk.due(world.clock.now()) == [OP]


# -- what lists show


def listed(world: World) -> None:
    listing = world.runpod.list()
    world.store.fleet.change(lambda fleet: absorb(fleet, listing), listing.at)


def shown(world: World) -> Fleet:
    return world.store.fleet.load()


def test_lists_show_what_an_ended_operation_read(world: World) -> None:
    listed(world)
    accepted(world)
    step(OP)
    shows(world, PodStatus.EXITED)
    step_after(world, 2)
    (entry,) = shown(world).entries
    assert (entry.pod.status, entry.seen_at) == (PodStatus.EXITED, world.clock.now())


def test_lists_lack_what_was_terminated(world: World) -> None:
    listed(world)
    accepted(world, Verb.TERMINATE)
    step(OP)
    assert known(world).state is S.DONE
    assert shown(world).pods == ()
