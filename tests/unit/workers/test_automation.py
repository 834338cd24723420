"""Automation orders once, is held by guards, and is read in the messages that tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from pods.errors import ServerFault, Unreachable
from pods.fleet import Fleet, absorb, missed
from pods.jobs import Job
from pods.messages import Content, Message, card
from pods.model import Listing, Pod, PodStatus, Verb
from pods.operations import Code, Operation, OperationState, Outcome
from pods.requests import Origin, Request
from pods.store.acceptance import Accepted, AllBusy, AlreadyAccepted
from tests.unit.pods.builders import POD_ID, pod
from tests.unit.workers.world import ROOM, World
from workers import guards
from workers.act import step
from workers.automation import Order, operation_id, order
from workers.cards import CARDS
from workers.context import Context
from workers.deliver import deliver
from workers.guards import NotNow

S = OperationState


@pytest.fixture(autouse=True)
def running(world: World) -> None:
    world.runpod.pods = {POD_ID: pod()}
    listed(world)


def listed(world: World) -> None:
    listing = Listing(pods=tuple(world.runpod.pods.values()), at=world.clock.now(), api=pod().api)
    world.store.fleet.change(lambda fleet: absorb(fleet, listing), world.clock.now())


@pytest.fixture
def guarded() -> Iterator[list[Outcome | NotNow | None]]:
    """The guard of the rule "nightly" answers these in turn, then nothing."""
    answers: list[Outcome | NotNow | None] = []

    def guard(_c: Context, _r: Request, _o: Operation, _p: Pod) -> Outcome | NotNow | None:
        return answers.pop(0) if answers else None

    before = dict(guards.GUARDS)
    guards.GUARDS["nightly"] = guard
    yield answers
    guards.GUARDS.clear()
    guards.GUARDS.update(before)


def stop(world: World, **changes: object) -> Order:
    made = Order(rule="nightly", verb=Verb.STOP, pod=world.runpod.pods[POD_ID], subject="spell1", channel=ROOM)
    return Order(**{**{name: getattr(made, name) for name in made.__dataclass_fields__}, **changes})


def known(world: World, given: Order) -> Operation:
    found = world.store.walk.operation(operation_id(world.context, given))
    assert found is not None
    return found


def test_an_order_is_a_request_by_its_rule_with_a_message_in_its_channel(world: World) -> None:
    given = stop(world)
    answer = order(world.context, given)
    assert isinstance(answer, Accepted)
    assert (answer.request.rule, answer.request.subject, answer.request.origin) == (
        "nightly",
        "spell1",
        Origin.AUTOMATION,
    )
    assert world.woken == [(Job.STEP, operation_id(world.context, given))]
    message = world.store.outbox.get(answer.request.id)
    assert message is not None
    assert message.target.channel == ROOM


def test_ordered_again_it_is_the_same_order(world: World) -> None:
    given = stop(world)
    order(world.context, given)
    assert isinstance(order(world.context, given), AlreadyAccepted)
    assert len(world.store.walk.open_operations()) == 1
    assert isinstance(order(world.context, stop(world, subject="spell2")), AllBusy)


def test_an_order_that_nobody_would_read_of_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="nobody would read"):
        order(world.context, stop(world, channel=""))


def test_what_becomes_of_it_is_told_by_the_cards_it_names(world: World) -> None:
    told = card("test", "spell1", user="U1", channel=ROOM, now=world.clock.now())
    world.store.outbox.put(told, world.clock.now())

    def render(context: Context, message: Message, _now: datetime) -> Content:
        operation = context.store.walk.operation(operation_id(context, given))
        return Content(text=f"{message.subject} {operation.state.value if operation else '-'}")

    given = stop(world, channel="", tells=(told.key,))
    CARDS["test"] = render
    try:
        deliver(told.key)
        order(world.context, given)
        step(operation_id(world.context, given))
        world.forget_real_time()
        deliver(told.key)
    finally:
        del CARDS["test"]
    assert world.chat.sent == [("post", ROOM, "spell1 -"), ("update", f"{ROOM}/1.0", "spell1 confirming")]
    assert (Job.DELIVER, told.key) in world.woken
    assert world.store.outbox.get(known(world, given).request_id) is None


def test_automation_needs_no_role(world: World) -> None:
    given = stop(world)
    order(world.context, given)
    step(operation_id(world.context, given))
    assert world.runpod.calls == [(Verb.STOP, POD_ID)]


def test_a_veto_ends_it_uncalled_and_says_why(world: World, guarded: list[Outcome | NotNow | None]) -> None:
    guarded.append(Outcome(code=Code.VETOED, sentence="it works again"))
    given = stop(world)
    order(world.context, given)
    step(operation_id(world.context, given))
    operation = known(world, given)
    assert world.runpod.calls == []
    assert (operation.state, operation.calls) == (S.CANCELLED, 0)
    assert operation.outcome == Outcome(code=Code.VETOED, sentence="it works again")
    assert world.store.walk.holder(POD_ID) is None


def test_not_now_is_asked_again_later_and_then_called(world: World, guarded: list[Outcome | NotNow | None]) -> None:
    guarded.append(NotNow(sentence="not yet"))
    given = stop(world)
    order(world.context, given)
    step(operation_id(world.context, given))
    assert world.runpod.calls == []
    assert known(world, given).calls == 0
    world.clock.advance(30)
    step(operation_id(world.context, given))
    assert world.runpod.calls == [(Verb.STOP, POD_ID)]


def test_not_now_until_the_deadline_ends_uncalled_with_its_reason(
    world: World, guarded: list[Outcome | NotNow | None]
) -> None:
    guarded += [NotNow(sentence="not yet")] * 20
    given = stop(world)
    order(world.context, given)
    for _ in range(12):
        step(operation_id(world.context, given))
        world.clock.advance(30)
    operation = known(world, given)
    assert (operation.state, world.runpod.calls) == (S.FAILED, [])
    assert operation.outcome is not None
    assert (operation.outcome.code, operation.outcome.sentence) == (Code.NEVER_ASKED, "not yet")


def test_a_locked_pod_is_left_alone_even_where_the_verb_would_be_allowed(world: World) -> None:
    world.runpod.pods[POD_ID] = pod(PodStatus.EXITED, locked=True)
    given = stop(world, verb=Verb.START)
    order(world.context, given)
    step(operation_id(world.context, given))
    operation = known(world, given)
    assert world.runpod.calls == []
    assert operation.outcome is not None
    assert operation.outcome.code is Code.LOCKED


def test_automation_is_frozen_while_the_list_does_not_answer(world: World) -> None:
    def failing(fleet: Fleet) -> Fleet:
        return missed(fleet, Unreachable(), world.clock.now())

    world.store.fleet.change(failing, world.clock.now())
    given = stop(world)
    order(world.context, given)
    step(operation_id(world.context, given))
    assert world.runpod.calls == []
    world.clock.advance(30)
    listed(world)
    step(operation_id(world.context, given))
    assert world.runpod.calls == [(Verb.STOP, POD_ID)]


def test_after_its_first_call_the_readings_decide_not_the_guards(
    world: World, guarded: list[Outcome | NotNow | None]
) -> None:
    world.runpod.act_errors = [ServerFault(status=502)]
    given = stop(world)
    order(world.context, given)
    step(operation_id(world.context, given))
    guarded.append(Outcome(code=Code.VETOED, sentence="too late"))
    world.clock.advance(60)
    step(operation_id(world.context, given))
    assert len(world.runpod.calls) == 2
    assert not known(world, given).ended
