"""Between the order of a stop and its call anything may be said and seen: each of it wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from app.valkey import EmbeddedValkey
from pods.holds import Hold, HoldKind, Holds, hold
from pods.model import Api, GpuSample, Listing, PodStatus, Runtime
from pods.nudging import answered
from pods.operations import Code, Operation
from pods.spells import Answer, Rung, Said
from pods.telemetry import Reporting, Source
from pods.watch_rules import LadderRule
from tests.unit.pods.builders import POD_ID, pod
from tests.unit.workers.idle_night import Night
from workers.idle_guard import SENTENCES
from workers.watch import poll


@pytest.fixture
def ordered(valkey: EmbeddedValkey) -> Iterator[Night]:
    """The stop is ordered and not yet begun."""
    night = Night(valkey.url)
    night.until(25)
    night.world.clock.advance(54)
    poll("1")
    record = night.store.spells.get(POD_ID)
    assert record is not None
    assert record.current is not None
    assert record.current.rung is Rung.STOPPING
    yield night
    night.store.client.close()


def operation(night: Night) -> Operation:
    [found] = night.store.history.since(POD_ID, night.now.replace(year=2000))
    return found


def shows(night: Night, **changes: object) -> None:
    usual = {"uptime_s": None, "gpus": (GpuSample(util=0, memory_util=0),) * 2, "cpu_util": 1}
    night.world.runpod.pods[POD_ID] = pod(runtime=Runtime.model_validate({**usual, **changes}))


def snoozes(night: Night) -> None:
    keeps(night)
    given = Answer(said=Said.SNOOZE, by="U1", at=night.now, until=night.now + timedelta(hours=1))
    record = night.store.spells.get(POD_ID)
    assert record is not None
    assert record.current is not None
    key = record.current.key
    night.store.spells.change(POD_ID, lambda known: known and answered(known, key, given, LadderRule()), night.now)


def keeps(night: Night) -> None:
    word = Hold(kind=HoldKind.KEEP, until=night.now + timedelta(hours=1), by="U1", at=night.now)
    night.store.holds.change(POD_ID, lambda known: hold(known or Holds(pod_id=POD_ID), word), night.now)


def works(night: Night) -> None:
    shows(night, gpus=(GpuSample(util=0, memory_util=0), GpuSample(util=80, memory_util=40)))


def restarts(night: Night) -> None:
    night.world.runpod.pods[POD_ID] = night.world.runpod.pods[POD_ID].model_copy(update={"started_at": night.now})


def is_locked(night: Night) -> None:
    night.world.runpod.pods[POD_ID] = night.world.runpod.pods[POD_ID].model_copy(update={"locked": True})


VETOES: dict[Callable[[Night], None], Code] = {
    snoozes: Code.VETOED,
    keeps: Code.VETOED,
    works: Code.VETOED,
    restarts: Code.VETOED,
    is_locked: Code.LOCKED,
}


def test_nothing_speaks_against_it(ordered: Night) -> None:
    ordered.work()
    assert len(ordered.stopped_at) == 1


@pytest.mark.parametrize("meanwhile", VETOES, ids=lambda each: each.__name__)
def test_what_came_in_between_wins(ordered: Night, meanwhile: Callable[[Night], None]) -> None:
    meanwhile(ordered)
    ordered.work()
    outcome = operation(ordered).outcome
    assert outcome is not None
    assert (outcome.code, ordered.stopped_at) == (VETOES[meanwhile], [])
    ordered.minute()
    record = ordered.store.spells.get(POD_ID)
    assert record is not None
    assert record.current is not None
    assert record.current.warning is None


def test_a_reading_without_figures_puts_it_off(ordered: Night) -> None:
    shows(ordered, gpus=None, cpu_util=None)
    ordered.work()
    assert not operation(ordered).ended
    assert operation(ordered).trouble == next(text for veto, text in SENTENCES.items() if veto.value == "missing")
    shows(ordered)
    for _ in range(6):
        ordered.world.clock.advance(10)
        ordered.work()
    assert len(ordered.stopped_at) == 1


def test_figures_of_graphqls_list_do_where_the_watch_lives_on_them(ordered: Night) -> None:
    full = ordered.world.runpod.pods[POD_ID]
    shows(ordered, gpus=None, cpu_util=None)
    ordered.world.runpod.figures_answer = Listing(pods=(full,), at=ordered.now, api=Api.GRAPHQL)
    ordered.store.verdicts.report(Reporting(source=Source.GRAPHQL, at=ordered.now))
    ordered.work()
    assert len(ordered.stopped_at) == 1


def test_a_pod_that_stopped_by_itself_is_not_called(ordered: Night) -> None:
    ordered.world.runpod.pods[POD_ID] = pod(PodStatus.EXITED)
    ordered.work()
    outcome = operation(ordered).outcome
    assert outcome is not None
    assert outcome.code is Code.ALREADY
    assert ordered.world.runpod.calls == []
