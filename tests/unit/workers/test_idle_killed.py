"""Whatever line the watch dies at between a verdict and a stop: one warning, one stop, one message of each, one end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.valkey import EmbeddedValkey
from pods.shadow import AutoStop
from pods.spells import End, Rung
from tests.unit.workers.idle_night import POD_ID, Killed, Killer, Night, killing
from workers import watch
from workers.passes.aftermath import look_after
from workers.passes.ladder import climb_fleet
from workers.passes.samples import keep_samples
from workers.passes.verdicts import judge_fleet
from workers.watch import poll

pytestmark = pytest.mark.long

#: The minute before which the process is killed, and what that minute does.
STAGES = {"warning": 21, "order": 26, "end": 27}


@pytest.fixture
def night(valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    """With the passes that idleness needs, and no other's."""
    monkeypatch.setattr(watch, "PASSES", (keep_samples, judge_fleet, climb_fleet, look_after))
    made = Night(valkey.url)
    yield made
    made.store.client.close()


def assert_one_of_everything(night: Night) -> None:
    record = night.store.spells.get(POD_ID)
    assert record is not None
    assert record.current is not None
    assert record.current.end is End.STOPPED
    assert [step.step.value for step in record.current.tellings] == ["nudge", "again", "warn"]
    assert len(night.stopped_at) == 1
    warned_at = night.warned_at()
    assert warned_at is not None
    assert night.stopped_at[0] - warned_at >= timedelta(minutes=5)
    assert set(night.posts().values()) == {1}
    # The card, two tellings and the end, for the owner and the channel.
    assert len(night.posts()) == 8
    assert night.changes() == ["stopped"]
    assert [stop.pod_id for stop in night.store.auto_stops.all().values()] == [POD_ID]
    assert isinstance(next(iter(night.store.auto_stops.all().values())), AutoStop)
    assert night.store.open_spells.ids() == set()


def test_a_night_that_nobody_breaks_off(night: Night) -> None:
    night.until(30)
    assert_one_of_everything(night)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_watch_killed_at_any_change_of_the_store(
    night: Night, stage: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.until(STAGES[stage] - 1)
    saved = night.save()
    killed = 0
    for number in range(1, 100):
        night.restore(saved)
        night.world.clock.advance(54)
        killer = Killer(at=number, after=after)
        with killing(killer, monkeypatch):
            try:
                poll("1")
            except Killed:
                killed += 1
            else:
                break
        night.work()
        night.until(30 - STAGES[stage])
        assert_one_of_everything(night)
    assert killed >= 5


def test_two_watches_at_once_do_what_one_would(night: Night) -> None:
    for _ in range(30):
        night.minute()
        poll("2")
        night.world.clock.advance(0.4)
        poll("3")
        night.work()
    assert_one_of_everything(night)


def test_the_kills_strike_the_minutes_they_mean(night: Night) -> None:
    rungs: dict[int, Rung] = {}
    for number in range(1, 28):
        night.minute()
        record = night.store.spells.get(POD_ID)
        if record is not None and record.current is not None:
            rungs[number] = record.current.rung
            ended = record.current.end
    assert [rungs[STAGES["warning"] + offset] for offset in (-1, 0)] == [Rung.ASKED_AGAIN, Rung.WARNED]
    assert [rungs[STAGES["order"] + offset] for offset in (-1, 0)] == [Rung.WARNED, Rung.STOPPING]
    assert ended is End.STOPPED
