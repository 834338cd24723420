"""No sequence of answers, faults, restarts and words leads to two copies, to more money, or to lost data."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pods.model import Pod, PodStatus
from pods.recovery.attempts import Result, Why
from pods.recovery.record import State
from tests.unit.recovery.samples import LOCAL, lost, recovery, rule, spec
from tests.unit.recovery.world import Luck, World

PODS = st.sampled_from(
    [
        lost(),
        lost(network=None),
        lost(network=None, persistent=LOCAL),
        lost(network=None, mounts_known=False),
        lost(cost_known=False),
    ]
)
RULES = st.builds(
    rule,
    moves=st.sampled_from(
        [
            ("resume",),
            ("resume", "same-gpu"),
            ("same-gpu", "other-gpu"),
            ("resume", "same-gpu", "other-gpu", "other-center", "on-demand"),
        ]
    ),
    price_cap=st.sampled_from([None, 5, 10]),
    budget=st.sampled_from([2, 6, 25]),
    attempts_per_hour=st.sampled_from([2, 6, 60]),
    deadline_h=st.sampled_from([1, 3]),
    terminate_husk=st.booleans(),
)
HAPPENS: dict[str, Callable[[World], None]] = {
    "tick": World.tick,
    "comes back": World.comes_back,
    "vanishes": World.vanishes,
    "stop": World.presses_stop,
    "move": World.presses_move,
    "taken over": World.takes_over,
    "unread": lambda world: setattr(world, "unread", 3),
    "outage": lambda world: setattr(world, "outage", 6),
    "dies": lambda world: setattr(world, "deaths", world.deaths + 1),
    "raced": World.step,
}
#: Time passes far oftener than anything else happens.
EVENTS = st.lists(st.one_of(st.just("tick"), st.just("tick"), st.sampled_from(sorted(HAPPENS))), max_size=60)


@settings(max_examples=250, deadline=None)
@given(
    pod=PODS,
    rules=RULES,
    gone=st.booleans(),
    key=st.booleans(),
    luck=st.lists(st.sampled_from(list(Luck)), max_size=12),
    events=EVENTS,
)
def test_never_two_copies_never_too_dear_never_without_a_replacement(  # noqa: PLR0917
    pod: Pod, rules: object, gone: bool, key: bool, luck: list[Luck], events: list[str]
) -> None:
    kept = spec(pod, unkept=() if key else ("RUN_NAME",))
    world = World(recovery(pod, rule=rules, spec=kept), luck=list(luck))
    if not gone:
        world.pods[pod.id] = pod.model_copy(update={"status": PodStatus.EXITED, "cost_per_hour": Decimal(0)})
    for event in events:
        HAPPENS[event](world)
    world.settle()

    ended = world.recovery
    assert ended.state is not State.TRYING
    assert ended.current is None
    copies = [each for each in world._copies() if each not in world.stuck]
    twice = {Why.NOT_TAKEN_BACK}
    if not world.came_back_after and ended.why not in twice:
        assert len(copies) <= 1, (copies, ended)
    assert not world.stuck or ended.why is Why.UNCLEAR
    assert world.billed <= ended.rule.budget
    if ended.state is State.BACK and "vanishes" not in events:
        assert copies, "it says that the work runs, and it does not"


MOMENTS = range(18)
MEANWHILE = ["comes back", "taken over", "stop", "vanishes", "outage", "unread", "dies", "raced"]


@pytest.mark.parametrize("what", MEANWHILE)
@pytest.mark.parametrize("moves", [("resume",), ("same-gpu",), ("resume", "same-gpu")])
@pytest.mark.parametrize("luck", [Luck.FINE, Luck.LATE, Luck.NO_GPU, Luck.DEARER, Luck.NEVER_UP, Luck.LOST_DONE])
def test_whatever_happens_in_any_moment_of_a_plan_one_copy_runs(what: str, moves: tuple[str, ...], luck: Luck) -> None:
    for moment in MOMENTS:
        pod = lost()
        steady = rule(moves=moves, terminate_husk=True, deadline_h=1)
        world = World(recovery(pod, rule=steady, spec=spec(pod, unkept=())), luck=[luck])
        world.pods[pod.id] = pod.model_copy(update={"status": PodStatus.EXITED, "cost_per_hour": Decimal(0)})
        for _ in range(moment):
            world.tick()
        HAPPENS[what](world)
        world.settle()
        known = [each for each in world._copies() if each not in world.stuck]
        assert len(known) <= 1 or world.came_back_after, (moment, world.recovery)
        assert world.recovery.state is not State.TRYING
        assert world.recovery.current is None


def test_a_try_of_each_kind_comes_to_its_end_in_that_world() -> None:
    """The world above reaches what it is there to check."""
    reached = set()
    for luck in Luck:
        pod = lost()
        world = World(recovery(pod, rule=rule(moves=("same-gpu",)), spec=spec(pod, unkept=())), luck=[luck])
        world.pods[pod.id] = pod.model_copy(update={"status": PodStatus.EXITED})
        world.settle()
        reached.add((luck, world.recovery.attempts[0].result, world.recovery.attempts[0].withdraw))
    assert {
        (Luck.FINE, Result.UP, None),
        (Luck.LATE, Result.UP, None),
        (Luck.NO_ROOM, Result.NO_ROOM, None),
        (Luck.REFUSED, Result.REFUSED, None),
        (Luck.LOST_DONE, Result.UNCLEAR, None),
        (Luck.NO_GPU, Result.TAKEN_BACK, Why.NO_GPU),
        (Luck.DEARER, Result.TAKEN_BACK, Why.TOO_DEAR),
        (Luck.NEVER_UP, Result.TAKEN_BACK, Why.NEVER_UP),
        (Luck.DIES, Result.TAKEN_BACK, Why.NEVER_UP),
    } <= reached
