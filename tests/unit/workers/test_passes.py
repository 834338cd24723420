"""What looks at every poll: each at an edge of its own, with the snapshot before and after."""

from __future__ import annotations

import pytest

from pods.errors import Unreachable
from tests.unit.pods.builders import POD_ID, pod
from tests.unit.workers.world import World
from workers import watch
from workers.context import Context
from workers.passes.look import Look


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Look]:
    """What the second of two passes saw; the first one fails."""
    seen: list[Look] = []

    def broken(_context: Context, _look: Look) -> None:
        raise RuntimeError("a fault of ours")

    def looking(_context: Context, look: Look) -> None:
        seen.append(look)

    monkeypatch.setattr(watch, "PASSES", (broken, looking))
    return seen


def test_a_fault_in_one_pass_is_counted_and_does_not_keep_the_next_from_looking(
    world: World, looks: list[Look]
) -> None:
    world.runpod.pods = {POD_ID: pod()}
    watch.poll("1")
    assert len(looks) == 1
    assert world.store.clockwork.counters()["job_failed_broken"] == 1


def test_a_pass_sees_the_snapshot_before_and_after(world: World, looks: list[Look]) -> None:
    world.runpod.pods = {POD_ID: pod()}
    watch.poll("1")
    world.clock.advance(30)
    world.runpod.list_errors = [Unreachable()]
    watch.poll("2")
    world.clock.advance(30)
    watch.poll("3")
    assert [len(look.before.pods) for look in looks] == [0, 1, 1]
    assert [look.before.version for look in looks] == [look.after.version - 1 for look in looks]
    assert [look.healthy for look in looks] == [True, False, True]
    assert looks[2].now == world.clock.now()
