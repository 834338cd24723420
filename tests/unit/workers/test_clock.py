"""One clock of several leads; it wakes what is due, begins each period once and keeps the policy in force."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.typing import EventDict

from pods.jobs import Job
from pods.model import Verb
from pods.policy import Role
from pods.store import Store, open_store
from pods.times import to_ms
from tests.unit.pods.builders import NOON, POD_ID, at, gate
from tests.unit.store.records import accept, only
from tests.unit.workers.world import HandClock
from workers.clock import ClockLoop

VIEWERS = '[roles]\ndefault = "viewer"\n'
ADMINS = '[roles]\ndefault = "admin"\n'
SLOW = {Job.ROLES, Job.ACCOUNT}


@dataclass
class Clocks:
    """Clocks on one store, one file and one time."""

    store: Store
    policy_path: Path
    time: HandClock = field(default_factory=HandClock)
    woken: list[tuple[Job, str]] = field(default_factory=list)

    def named(self, name: str, store: Store | None = None) -> ClockLoop:
        return ClockLoop(
            name=name,
            store=store or self.store,
            clock=self.time,
            wake=lambda job, subject: self.woken.append((job, subject)),
            policy_path=self.policy_path,
            monotonic=self.monotonic,
        )

    def monotonic(self) -> float:
        return (self.time.now() - NOON).total_seconds()

    def woken_by(self, loop: ClockLoop, *jobs: Job) -> list[tuple[Job, str]]:
        """What one tick wakes, of these jobs."""
        self.woken.clear()
        loop.tick()
        return [each for each in self.woken if not jobs or each[0] in jobs]

    def leader_lost(self) -> None:
        """As five seconds after the leader's last tick."""
        self.store.client.delete(self.store.keys.leader)

    def a_second_later(self) -> None:
        for key in self.store.client.scan_iter("*woken*"):
            self.store.client.delete(key)


@pytest.fixture
def clocks(store: Store, tmp_path: Path) -> Clocks:
    path = tmp_path / "podkeeper.toml"
    path.write_text(VIEWERS)
    return Clocks(store, path)


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
    assert {job for job, _ in clocks.woken_by(first)} == {Job.POLL, *SLOW}


def test_periods_that_passed_while_nobody_led_are_not_made_up_for(clocks: Clocks) -> None:
    loop = clocks.named("first")
    loop.tick()
    clocks.time.advance(300)
    assert clocks.woken_by(loop, Job.POLL) == [(Job.POLL, str(to_ms(at(300)) // 30_000))]


def test_the_policy_says_how_often_runpod_is_listed(clocks: Clocks) -> None:
    clocks.policy_path.write_text(f"{VIEWERS}[poll]\nevery_s = 10\n")
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


# -- the policy file


def default_role(clocks: Clocks) -> Role:
    return clocks.store.people.policy().roles.default


def refused(clocks: Clocks) -> str:
    published = clocks.store.people.published()
    assert published is not None
    return published.refused


def looked(clocks: Clocks, loop: ClockLoop) -> list[tuple[Job, str]]:
    """After the next look at the file; who is woken to read the groups again."""
    clocks.time.advance(5)
    return [each for each in clocks.woken_by(loop, Job.ROLES) if each[1] == "policy"]


def test_a_changed_policy_is_in_force_and_its_groups_are_read(clocks: Clocks) -> None:
    loop = clocks.named("first")
    assert looked(clocks, loop) == [(Job.ROLES, "policy")]
    assert default_role(clocks) is Role.VIEWER
    assert looked(clocks, loop) == [], "the same file is no news"
    clocks.policy_path.write_text(ADMINS)
    assert looked(clocks, loop) == [(Job.ROLES, "policy")]
    assert (default_role(clocks), refused(clocks)) == (Role.ADMIN, "")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(lambda path: path.write_text("[roles]\ndefault = 7\n"), "`roles.default` is 7", id="wrong"),
        pytest.param(lambda path: path.write_text("[roles"), "is not valid TOML", id="not TOML"),
        pytest.param(Path.unlink, "cannot be read: No such file or directory.", id="gone"),
        pytest.param(
            lambda path: path.write_bytes(b"zone = '\xff'"), "cannot be read: it is not UTF-8 text.", id="not text"
        ),
    ],
)
def test_a_file_that_cannot_be_used_leaves_the_old_policy_in_force_until_it_is_changed_back(
    clocks: Clocks, spoil: Callable[[Path], object], why: str
) -> None:
    loop = clocks.named("first")
    clocks.policy_path.write_text(ADMINS)
    looked(clocks, loop)
    spoil(clocks.policy_path)
    assert looked(clocks, loop) == []
    assert why in refused(clocks)
    assert default_role(clocks) is Role.ADMIN
    clocks.policy_path.write_text(ADMINS)
    looked(clocks, loop)
    assert (default_role(clocks), refused(clocks)) == (Role.ADMIN, "")


def test_a_wrong_file_is_told_of_once_and_anew_when_it_is_wrong_otherwise(
    clocks: Clocks, logged: list[EventDict]
) -> None:
    loop = clocks.named("first")
    for text in ("[roles", "[roles", "zone = 7"):
        clocks.policy_path.write_text(text)
        looked(clocks, loop)
    assert [line["event"] for line in logged].count("policy.refused") == 2


def test_without_any_usable_file_everybody_is_a_viewer_and_health_says_why(clocks: Clocks) -> None:
    clocks.policy_path.unlink()
    looked(clocks, clocks.named("first"))
    assert default_role(clocks) is Role.VIEWER
    assert "cannot be read" in refused(clocks)


# -- Redis away


class Stop(threading.Event):
    """Says stop after so many ticks, without any time passing."""

    def __init__(self, after: int, at_each: Callable[[int], None] = lambda tick: None) -> None:
        super().__init__()
        self._after, self._at_each, self._ticks = after, at_each, 0
        if not after:
            self.set()

    def wait(self, timeout: float | None = None) -> bool:
        self._ticks += 1
        self._at_each(self._ticks)
        if self._ticks >= self._after:
            self.set()
        return self.is_set()


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
