"""Whatever line the watch dies at, and however two watchers interleave: one loss, one incident, one card, one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from pods.losses import EndKind
from pods.store import Store
from tests.unit.workers.idle_night import READS, Killed, Killer, killing
from tests.unit.workers.lossworld import BARE, HOST, NETWORK, ONCALL, LossWorld
from workers import watch
from workers.losses.detect import losses

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def only_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PASSES", (losses,))


@contextmanager
def interrupted(at: int, meanwhile: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Before the n-th change of the store something else runs to its end, as in another process."""
    command: Any = redis.Redis.execute_command
    seen = [0]

    def execute(self: redis.Redis, *args: Any, **options: Any) -> Any:
        if str(args[0]).upper() not in READS:
            seen[0] += 1
            if seen[0] == at:
                meanwhile()
        return command(self, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(redis.Redis, "execute_command", execute)
        yield seen


@dataclass(frozen=True)
class Story:
    """What happens before the look that is broken off, and how many pods that loses."""

    name: str
    pods: tuple[str, ...]

    def begin(self, store: Store) -> LossWorld:
        store.client.flushall()
        world = LossWorld(store)
        for pod in self.pods:
            world.protect(pod, training=True)
        for pod in self.pods:
            world.deed(pod, "kill")
        world.clock.advance(20)
        return world

    def judge(self, world: LossWorld, where: str) -> None:
        assert world.faults() == {}, where
        assert [loss.pod_id for loss in world.losses()] == sorted(self.pods), where
        (incident,) = world.incidents()
        assert sorted(incident.pods) == sorted(self.pods), where
        assert len([text for text in world.posted(ONCALL) if "Incident `" in text]) == 1, where
        assert [alert.rang for alert in world.pager.alerts.values()] == [1], where
        for pod in self.pods:
            world.deed(pod, "start")
        world.polls(5)
        assert all(loss.end is not None and loss.end.kind is EndKind.BACK for loss in world.losses()), where
        assert [incident.resolved for incident in world.incidents()] == [True], where
        assert len(world.posted(ONCALL, "resolved after")) == 1, where
        assert [alert.state for alert in world.pager.alerts.values()] == ["resolved"], where
        world.close()


ONE, THREE = Story("one pod", (NETWORK,)), Story("three pods", (NETWORK, HOST, BARE))


def changes_of_a_look(store: Store, story: Story, monkeypatch: pytest.MonkeyPatch) -> int:
    world = story.begin(store)
    with interrupted(0, lambda: None, monkeypatch) as seen:
        watch.poll("row")
    world.drain()
    world.polls(3)
    story.judge(world, "nothing broken off")
    return seen[0]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_watch_killed_at_every_change_of_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    total = changes_of_a_look(store, ONE, monkeypatch)
    assert total >= 8
    for number in range(1, total + 1):
        world = ONE.begin(store)
        with killing(Killer(at=number, after=after), monkeypatch), pytest.raises(Killed):
            watch.poll("row")
        world.drain()
        world.polls(4)
        ONE.judge(world, f"killed {'after' if after else 'before'} change {number} of {total}")


@pytest.mark.parametrize("story", [ONE, THREE], ids=lambda story: story.name)
def test_two_watchers_at_once_in_every_order(store: Store, monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
    total = changes_of_a_look(store, story, monkeypatch)
    step = 1 if story is ONE else 5
    for number in range(1, total + 1, step):
        world = story.begin(store)
        with interrupted(number, lambda: watch.poll("other"), monkeypatch):
            watch.poll("row")
        world.drain()
        world.polls(3)
        story.judge(world, f"another watcher before change {number} of {total}")
