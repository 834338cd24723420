"""Whatever line the watch dies at, and however two watchers interleave: one warning, one stop, one message of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest

from pods.fleet import Owner, OwnerKind, PodFacts
from pods.holds import Holds, LeaseEnd, PassedBy, Schedule, lease, schedule
from pods.model import PersistentMount, Pod, PodStatus, Runtime, Verb
from pods.store import Store
from tests.unit.pods.builders import pod
from tests.unit.workers.idle_night import Killed, Killer, killing
from tests.unit.workers.test_losses_broken_off import interrupted
from tests.unit.workers.world import POLICY, ROOM, World
from workers import watch
from workers.act import step
from workers.deliver import deliver
from workers.passes import Pass
from workers.passes.holds import hold_times
from workers.passes.ledger import ledger
from workers.passes.leftovers import tell_of_leftovers
from workers.passes.strays import ask_whose

pytestmark = pytest.mark.long

POD = "abc123def456gh"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ROUTES = f'{POLICY}\n[[route]]\nchannel = "{ROOM}"\nkinds = ["idle"]\n'


def obey(world: World) -> None:
    """RunPod does what it is told, at once."""

    def effect(verb: Verb, told: Pod) -> None:
        now = world.clock.now()
        if verb is Verb.STOP:
            world.runpod.pods[told.id] = pod(PodStatus.EXITED, persistent=told.persistent)
        elif verb is Verb.START:
            world.runpod.pods[told.id] = pod(started_at=now, runtime=Runtime(uptime_s=1))

    world.runpod.effect = effect


def work(world: World) -> None:
    """Every step and delivery that is due, until nothing is."""
    for _ in range(30):
        now = world.clock.now()
        due = [*world.store.walk.due(now)], [*world.store.outbox.due(now)]
        for operation in due[0]:
            step(operation)
        for key in due[1]:
            deliver(key)
        world.forget_real_time()
        if not (world.store.walk.open_operations() or list(world.store.outbox.keys_waiting())):
            return
        world.clock.advance(2)


def look(world: World) -> None:
    watch.poll("row")
    work(world)


def posts(world: World) -> list[str]:
    """The key of every message that was posted, once per post."""
    asked = [each for each in world.chat.asked if each["method"] == "post"]
    return [each["metadata"]["event_payload"]["key"] for each in asked]


@dataclass(frozen=True)
class Story:
    """A look that does something: what comes before it, and what must be so in the end."""

    name: str
    begin: Callable[[World], None]
    #: Looks after the one that was broken off, as (seconds later).
    then: tuple[float, ...]
    judge: Callable[[World, str], None]
    passes: tuple[Pass, ...] = (hold_times,)

    def made(self, store: Store) -> World:
        store.client.flushall()
        world = World(store)
        world.store.people.publish(ROUTES, world.clock.now())
        world.runpod.pods = {POD: pod(persistent=PersistentMount(size_gb=50, path="/workspace"), network=None)}
        obey(world)
        self.begin(world)
        return world

    def end(self, world: World, where: str) -> None:
        work(world)
        for seconds in self.then:
            world.clock.advance(seconds)
            look(world)
        faults = {name: count for name, count in world.store.clockwork.counters().items() if "failed" in name}
        assert faults == {}, where
        assert len(posts(world)) == len(set(posts(world))), where
        self.judge(world, where)


def leased(world: World) -> None:
    now = world.clock.now()
    record = lease(Holds(pod_id=POD), until=now + timedelta(hours=4), by="U1", now=now, channel=ROOM)
    world.store.holds.change(POD, lambda _: record, now)


def at_the_warning(world: World) -> None:
    leased(world)
    world.clock.advance(3.5 * HOUR + 30)


def at_the_hearing(world: World) -> None:
    at_the_warning(world)
    look(world)
    world.clock.advance(MINUTE)


def at_the_stop(world: World) -> None:
    at_the_hearing(world)
    look(world)
    world.clock.advance(30 * MINUTE)


def stopped_by_lease(world: World, where: str) -> None:
    record = world.store.holds.get(POD)
    assert record is not None, where
    assert record.lease is not None, where
    assert (record.lease.end, record.lease.warnings) == (LeaseEnd.STOP, 1), where
    assert world.runpod.calls == [(Verb.STOP, POD)], where
    assert len(posts(world)) == 1, where
    assert "is stopped" in world.chat.sent[-1][2], where


#: Monday to come first is a Tuesday; noon in UTC is 13:00 in Berlin.
PLAN = Schedule(stop=time(19), start=time(21), zone="Europe/Berlin", by="U1", at=datetime(2026, 11, 24, 12, tzinfo=UTC))


def scheduled(world: World) -> None:
    plan = PLAN.model_copy(update={"channel": ROOM})
    world.store.holds.change(POD, lambda _: schedule(Holds(pod_id=POD), plan), world.clock.now())


def at_the_announcement(world: World) -> None:
    scheduled(world)
    world.clock.advance(5 * HOUR + 46 * MINUTE)


def at_the_scheduled_stop(world: World) -> None:
    at_the_announcement(world)
    look(world)
    world.clock.advance(16 * MINUTE)


def at_the_scheduled_start(world: World) -> None:
    at_the_scheduled_stop(world)
    look(world)
    world.clock.advance(1 * HOUR + 59 * MINUTE)


def stopped_and_started(world: World, where: str) -> None:
    record = world.store.holds.get(POD)
    assert record is not None, where
    assert record.schedule is not None, where
    assert [each.how for each in record.schedule.passed] == [PassedBy.ORDERED] * 2, where
    assert world.runpod.calls == [(Verb.STOP, POD), (Verb.START, POD)], where
    assert len(posts(world)) == 2, where


def nobodys(world: World) -> None:
    world.runpod.pods[POD] = world.runpod.pods[POD].model_copy(update={"created_at": world.clock.now()})
    world.clock.advance(11 * MINUTE)


def a_day_later(world: World) -> None:
    nobodys(world)
    look(world)
    look(world)
    world.clock.advance(DAY + MINUTE)


def asked_and_louder(world: World, where: str) -> None:
    assert sorted(posts(world)) == [f"stray-louder.{POD}.{ROOM}", f"stray.{POD}.{ROOM}"], where
    stray = world.store.strays.get(POD)
    assert stray is not None, where
    assert stray.escalated_at is not None, where


def stands_stopped(world: World) -> None:
    now = world.clock.now()
    facts = PodFacts(pod_id=POD, owner=Owner(kind=OwnerKind.PERSON, user="U1", since=now, by="U1"))
    world.store.client.hset(world.store.keys.facts, POD, facts.model_dump_json())
    world.runpod.pods[POD] = pod(PodStatus.EXITED, persistent=PersistentMount(size_gb=50, path="/w"), network=None)
    look(world)
    world.clock.advance(3 * DAY + HOUR)


def disk_told_of(world: World, where: str) -> None:
    assert len(posts(world)) == 2, where
    assert world.runpod.calls == [], where
    leftover = world.store.leftovers.get(POD)
    assert leftover is not None, where
    assert leftover.offered_at is not None, where


STORIES = (
    Story("lease warning", at_the_warning, (MINUTE, 31 * MINUTE, HOUR), stopped_by_lease),
    Story("lease warning heard", at_the_hearing, (31 * MINUTE, HOUR), stopped_by_lease),
    Story("lease stop", at_the_stop, (30, MINUTE, HOUR), stopped_by_lease),
    Story("announcement", at_the_announcement, (30, 15 * MINUTE, 30, 2 * HOUR - 2 * MINUTE, 30), stopped_and_started),
    Story("scheduled stop", at_the_scheduled_stop, (30, 2 * HOUR - 2 * MINUTE, 30), stopped_and_started),
    Story("scheduled start", at_the_scheduled_start, (30, MINUTE), stopped_and_started),
    Story("whose is this", nobodys, (30, DAY + MINUTE, 30), asked_and_louder, (ask_whose,)),
    Story("whose is this, louder", a_day_later, (30, DAY), asked_and_louder, (ask_whose,)),
    Story("stopped disk", stands_stopped, (30, 12 * DAY, DAY), disk_told_of, (ledger, tell_of_leftovers)),
)
named = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@pytest.fixture(autouse=True)
def only_its_passes(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PASSES", story.passes)


@named
def test_nobody_breaks_it_off(store: Store, story: Story) -> None:
    world = story.made(store)
    watch.poll("row")
    story.end(world, "whole")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@named
def test_the_watch_killed_at_every_change_of_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch, story: Story, after: bool
) -> None:
    killed = 0
    for number in range(1, 100):
        world = story.made(store)
        with killing(Killer(at=number, after=after), monkeypatch):
            try:
                watch.poll("row")
            except Killed:
                killed += 1
            else:
                break
        story.end(world, f"killed {'after' if after else 'before'} change {number}")
    assert killed >= 4


@named
def test_two_watchers_at_once_in_every_order(store: Store, monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
    for number in range(1, 100):
        world = story.made(store)
        with interrupted(number, lambda: watch.poll("other"), monkeypatch) as seen:
            watch.poll("row")
        story.end(world, f"another watcher before change {number}")
        if seen[0] < number:
            break
    assert number >= 4
