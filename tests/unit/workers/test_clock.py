"""One clock of several leads; it wakes what is due and begins each period once."""

from __future__ import annotations

import pytest
import redis
from structlog.typing import EventDict

from pods.jobs import Job
from pods.model import Verb
from pods.store import open_store
from pods.store.walk import WalkStore
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at, gate
from tests.unit.store.records import accept, only
from tests.unit.workers.clocks import Clocks, Stop

SLOW = {Job.ROLES, Job.ACCOUNT}


# -- leading


def test_a_follower_takes_over_when_the_leader_is_gone(clocks: Clocks) -> None:
    first, second = clocks.named("first"), clocks.named("second")
    assert clocks.woken_by(first)
    assert clocks.woken_by(second) == []
    assert clocks.store.clockwork.reports()["clock"]["name"] == "first"
    accept(clocks.store, "rq1")
    clocks.leader_lost()
    assert (Job.STEP, only(clocks.store, "rq1").id) in clocks.woken_by(second)
    clocks.a_second_later()
    assert clocks.woken_by(first) == [], "the one that was away follows now"


def test_each_lead_has_a_higher_number_and_keeps_it(clocks: Clocks) -> None:
    lead = clocks.store.clockwork.lead
    assert [lead("first"), lead("first"), lead("second")] == [1, 1, 0]
    assert 0 < clocks.store.client.pttl(clocks.store.keys.leader) <= 5_000
    clocks.leader_lost()
    assert [lead("second"), lead("first")] == [2, 0]


def test_a_clock_that_is_told_to_stop_lets_another_lead_at_once(clocks: Clocks) -> None:
    first, second = clocks.named("first"), clocks.named("second")
    first.run(Stop(after=2))
    assert clocks.woken_by(second, Job.POLL) == []
    assert clocks.store.client.get(clocks.store.keys.leader) == "second"
    first.run(Stop(after=0))
    assert clocks.store.client.get(clocks.store.keys.leader) == "second", "only one's own lead is given up"


# -- what is due


def test_a_due_operation_is_woken_once_and_again_if_nobody_came(clocks: Clocks) -> None:
    loop = clocks.named("first")
    accept(clocks.store, "rq1")
    step = (Job.STEP, only(clocks.store, "rq1").id)
    assert clocks.woken_by(loop, Job.STEP) == [step]
    assert clocks.woken_by(loop, Job.STEP) == []
    clocks.a_second_later()
    assert clocks.woken_by(loop, Job.STEP) == [step]


def test_what_is_not_due_yet_is_left_alone(clocks: Clocks) -> None:
    loop = clocks.named("first")
    accept(clocks.store, "rq1", now=at(60))
    assert clocks.woken_by(loop, Job.STEP, Job.DELIVER) == []
    clocks.time.advance(60)
    assert clocks.woken_by(loop, Job.STEP, Job.DELIVER) == [
        (Job.STEP, only(clocks.store, "rq1").id),
        (Job.DELIVER, "rq1"),
    ]
    assert clocks.woken_by(loop, Job.STEP, Job.DELIVER) == []


def test_a_gate_that_ran_out_is_woken_once(clocks: Clocks) -> None:
    loop = clocks.named("first")
    accept(clocks.store, "rq1", Verb.TERMINATE, (POD_ID,), gate())
    clocks.time.advance(299)
    assert clocks.woken_by(loop, Job.EXPIRE, Job.STEP) == []
    clocks.time.advance(1)
    assert clocks.woken_by(loop, Job.EXPIRE, Job.STEP) == [(Job.EXPIRE, "rq1")]
    assert clocks.woken_by(loop, Job.EXPIRE, Job.STEP) == []


# -- periods


def test_each_period_begins_once_whoever_leads(clocks: Clocks) -> None:
    first, second = clocks.named("first"), clocks.named("second")
    begun = clocks.woken_by(first, Job.POLL, *SLOW)
    assert (Job.POLL, str(to_ms(NOON) // 30_000)) in begun
    assert {job for job, period in begun if period != "policy"} == {Job.POLL, *SLOW}
    assert clocks.woken_by(first, Job.POLL, *SLOW) == []
    clocks.leader_lost()
    assert clocks.woken_by(second, Job.POLL, *SLOW) == []
    clocks.time.advance(30)
    assert clocks.woken_by(second, Job.POLL, *SLOW) == [(Job.POLL, str(to_ms(at(30)) // 30_000))]
    clocks.leader_lost()
    assert clocks.woken_by(first, Job.POLL, *SLOW) == []
    clocks.time.advance(600)
    assert {job for job, _ in clocks.woken_by(first, Job.POLL, *SLOW)} == {Job.POLL, *SLOW}


def test_periods_that_passed_while_nobody_led_are_not_made_up_for(clocks: Clocks) -> None:
    loop = clocks.named("first")
    loop.tick()
    clocks.time.advance(300)
    assert clocks.woken_by(loop, Job.POLL) == [(Job.POLL, str(to_ms(at(300)) // 30_000))]


def test_the_policy_says_how_often_runpod_is_listed(clocks: Clocks) -> None:
    clocks.policy_path.write_text("[poll]\nevery_s = 10\n")
    loop = clocks.named("first")
    loop.tick()
    clocks.time.advance(10)
    assert clocks.woken_by(loop, Job.POLL) == [(Job.POLL, str(to_ms(at(10)) // 10_000))]


# -- the sweep


def test_an_open_operation_that_fell_out_of_due_is_put_back_and_woken(clocks: Clocks, logged: list[EventDict]) -> None:
    loop = clocks.named("first")
    accept(clocks.store, "rq1")
    lost = only(clocks.store, "rq1").id
    clocks.store.client.zrem(clocks.store.keys.due, lost)
    assert clocks.woken_by(loop, Job.STEP) == [(Job.STEP, lost)]
    assert ("sweep.mended", lost) in [(line["event"], line.get("op")) for line in logged]
    assert clocks.store.clockwork.counters() == {"sweep_mended": 1}


def test_the_sweep_comes_every_five_seconds_and_says_that_it_was_there(clocks: Clocks) -> None:
    loop = clocks.named("first")
    for seconds, swept_at in ((0, 0), (4, 0), (1, 5)):
        clocks.time.advance(seconds)
        loop.tick()
        report = clocks.store.clockwork.reports()["clock"]
        assert report == {"at": to_ms(at(swept_at)), "name": "first", "fence": 1}


# -- Redis away


def test_a_clock_outlives_redis_being_away_and_goes_on(clocks: Clocks, logged: list[EventDict]) -> None:
    accept(clocks.store, "rq1")
    loop = clocks.named("first", open_store("redis://127.0.0.1:1/0", "main"))

    def back_after_two(tick: int) -> None:
        if tick == 2:
            loop.store = clocks.store

    loop.run(Stop(after=3, at_each=back_after_two))
    assert [line["event"] for line in logged].count("clock.store_away") == 2
    assert (Job.STEP, only(clocks.store, "rq1").id) in clocks.woken


def test_a_clock_can_stop_while_redis_is_away(clocks: Clocks, logged: list[EventDict]) -> None:
    clocks.named("first", open_store("redis://127.0.0.1:1/0", "main")).run(Stop(after=1))
    assert logged[-1]["event"] == "clock.not_resigned"


def test_a_clock_that_loses_redis_in_the_middle_of_a_tick_goes_on(
    clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(clocks.store, "rq1")

    def away(*_: object) -> list[str]:
        monkeypatch.undo()
        raise redis.ConnectionError("Connection closed by server.")

    monkeypatch.setattr(WalkStore, "due", away)
    clocks.named("first").run(Stop(after=2))
    assert (Job.STEP, only(clocks.store, "rq1").id) in clocks.woken
