"""No sequence of samples, faults, restarts, answers and clocks makes the ladder stop a pod it must not stop.

The machine keeps its own book of what happened, in its own words, and checks every effect against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pods.answers import Answer, Said, Then, answer
from pods.fleet import Owner, OwnerKind, PodFacts, PodOrigin
from pods.holds import Holds
from pods.idle import judge
from pods.ladder import Resolve, Scene, StopPod, Tell, WouldStop
from pods.model import Gpu, GpuSample, NetworkMount, Pod, PodStatus, Runtime
from pods.nudging import Heard, Looked, answered, counts, looked
from pods.samples import Rings, observe, record
from pods.spells import PodSpells, Spell, Step
from pods.stops import DEFERS, StopResult, veto
from pods.watch_rules import IdleRule, LadderRule, Mode
from tests.unit.watch.replay import NIGHTFALL

IDLE = IdleRule(window_min=6, warm_up_min=2, max_gap_s=180, fresh_s=120, protectors=())
LADDER = LadderRule(nudge_after_min=7, again_after_min=5, warn_after_min=5, countdown_min=5, busy_word_h=1)
MINUTE = timedelta(minutes=1)
OWNERS = (None, "U1", "U2")
CHANNELS = ("C0ROOM",)


@dataclass
class Book:
    """What truly happened."""

    #: Minutes with a complete and quiet sample, in order.
    quiet: list[datetime] = field(default_factory=list)
    #: The last work, fault of evidence or beginning of a container.
    disturbed_at: datetime = NIGHTFALL
    answered_at: datetime = NIGHTFALL - MINUTE
    silent_until: datetime = NIGHTFALL
    #: Delivery times of final warnings that nothing has undone.
    warned_at: list[datetime] = field(default_factory=list)
    nudges: int = 0
    agains: int = 0


class LadderMachine(RuleBasedStateMachine):
    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.now = NIGHTFALL
        self.began = NIGHTFALL
        self.book = Book()
        self.rings = Rings(pod_id="abc123")
        self.holds = Holds(pod_id="abc123")
        self.record = PodSpells(pod_id="abc123")
        self.said_until: dict[Said, datetime] = {}
        self.mode = Mode.STOP
        self.locked = False
        self.owner: str | None = "U1"
        self.slack = True
        self.heard = Heard()
        self.running = True

    @property
    def spell(self) -> Spell | None:
        return self.record.current

    @initialize(minutes=st.integers(0, 30))
    def starts_idle(self, minutes: int) -> None:
        self.idles(minutes)

    @rule(minutes=st.integers(1, 12))
    def idles(self, minutes: int) -> None:
        for _ in range(minutes):
            self._poll(0, 1)

    @rule(minutes=st.integers(1, 3), gpu=st.sampled_from([0, 4, 5, 90]), cpu=st.sampled_from([0, 4, 5, 60]))
    def works_or_not(self, minutes: int, gpu: int, cpu: int) -> None:
        for _ in range(minutes):
            self._poll(gpu, cpu)

    @rule(minutes=st.integers(1, 8))
    def figures_missing(self, minutes: int) -> None:
        for _ in range(minutes):
            self._poll(None, None)

    @rule(minutes=st.integers(1, 40))
    def watch_is_down(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(minutes=st.integers(1, 12))
    def runpod_is_down(self, minutes: int) -> None:
        for _ in range(minutes):
            self.now += MINUTE
            self._look(healthy=False)

    @rule()
    def container_restarts(self) -> None:
        self.began = self.now
        self.book.disturbed_at = self.now
        self._poll(0, 1)

    @rule(works=st.booleans())
    def slack_works(self, works: bool) -> None:
        self.slack = works

    @rule(mode=st.sampled_from([Mode.STOP, Mode.STOP, Mode.SHADOW, Mode.TELL, Mode.OFF]))
    def policy_changes(self, mode: Mode) -> None:
        if mode is not self.mode:
            self.book.warned_at.clear()
        self.mode = mode
        self._look()

    @rule(locked=st.booleans())
    def locks(self, locked: bool) -> None:
        self.locked = locked
        if locked:
            self.book.warned_at.clear()
        self._look()

    @rule(owner=st.sampled_from(OWNERS))
    def changes_hands(self, owner: str | None) -> None:
        if owner != self.owner:
            self.book.warned_at.clear()
        self.owner = owner
        self._look()

    @precondition(lambda self: self.spell is not None and self.spell.tellings)
    @rule(said=st.sampled_from(Said), minutes=st.integers(1, 30))
    def answers(self, said: Said, minutes: int) -> None:
        assert self.spell is not None
        given = Answer(said=said, by="U1", at=self.now, until=self.now + minutes * MINUTE)
        was_over = self.spell.end is not None
        reply = answer(self.spell, self.holds, given, LADDER)
        self.record, self.holds = answered(self.record, self.spell.key, given, LADDER), reply.holds
        if was_over:
            assert reply.then is Then.TOO_LATE
            return
        self.book.answered_at = self.now
        self.book.warned_at.clear()
        if said in {Said.SNOOZE, Said.KEEP, Said.BUSY}:
            # A newer word of a kind replaces the older one, even to shorten it; the kinds stand side by side.
            self.said_until[said] = self.now + (LADDER.busy_word if said is Said.BUSY else minutes * MINUTE)
            self.book.silent_until = max(self.said_until.values())
        if reply.then is Then.DISOWN:
            self.owner = None

    @precondition(lambda self: not self.running)
    @rule()
    def is_started_again(self) -> None:
        self.running = True
        self.container_restarts()

    def _pod(self, gpu: int | None, cpu: int | None) -> Pod:
        seen = gpu is not None and self.running
        gpus = (GpuSample(util=0, memory_util=0), GpuSample(util=gpu, memory_util=0)) if seen else None
        uptime = round((self.now - self.began).total_seconds())
        return Pod(
            id="abc123",
            name="nlp-train",
            status=PodStatus.RUNNING if self.running else PodStatus.EXITED,
            gpu=Gpu(id="H100", count=2),
            network=NetworkMount(volume_id="v", path="/workspace"),
            locked=self.locked,
            cost_per_hour=Decimal("2.69"),
            started_at=self.began,
            runtime=Runtime(uptime_s=uptime, gpus=gpus, cpu_util=cpu) if seen else None,
        )

    def _poll(self, gpu: int | None, cpu: int | None) -> None:
        self.now += MINUTE
        if gpu is not None and cpu is not None and self.running:
            if gpu >= IDLE.gpu_busy or cpu >= IDLE.cpu_busy:
                self.book.disturbed_at = self.now
            elif self.now > self.began:
                self.book.quiet.append(self.now)
        pod = self._pod(gpu, cpu)
        self.rings = record(self.rings, [observe(pod, self.now)], self.now)
        # A second watcher brings the same sample: nothing doubles.
        assert record(self.rings, [observe(pod, self.now)], self.now) is self.rings
        self._look(pod)

    def _look(self, pod: Pod | None = None, *, healthy: bool = True) -> None:
        pod = pod or self._pod(None, None)
        user = self.owner
        owner = Owner(kind=OwnerKind.PERSON, user=user, since=self.now, by=user) if user else None
        scene = Scene(
            pod=pod,
            facts=PodFacts(pod_id="abc123", origin=PodOrigin.OURS, owner=owner),
            holds=self.holds,
            verdict=judge(self.rings.raw, IDLE, self.now, buckets=self.rings.buckets),
            now=self.now,
            healthy=healthy,
            mode=self.mode,
            zone=ZoneInfo("UTC"),
        )
        before = self.record
        heard, self.heard = self.heard, Heard()
        step = looked(before, scene, LADDER, heard, CHANNELS)
        assert looked(before, scene, LADDER, heard, CHANNELS) == step
        # A second watch that comes after finds nothing left to do.
        assert looked(step.record, scene, LADDER, heard, CHANNELS) == Looked(step.record)
        if not healthy:
            assert step == Looked(before)
            self.heard = heard
        self.record = step.record
        for effect in step.effects:
            self._check(effect, scene)
        self._deliver()

    def _check(self, effect: object, scene: Scene) -> None:
        self.reached.add(type(effect).__name__)
        if isinstance(effect, Tell):
            self._check_telling(effect)
        if isinstance(effect, WouldStop):
            assert self.mode is Mode.SHADOW
            self._check_stop()
        if isinstance(effect, StopPod):
            assert self.mode is Mode.STOP
            self._check_stop()
            self._stop(scene)
        if isinstance(effect, Resolve):
            self.book.nudges = self.book.agains = 0
            self.book.warned_at.clear()

    def _check_telling(self, effect: Tell) -> None:
        assert self.now >= self.book.silent_until, "an answered nudge nags"
        assert self.mode is not Mode.OFF
        self.book.nudges += effect.step is Step.NUDGE
        self.book.agains += effect.step is Step.AGAIN
        assert self.book.nudges <= 1, "a second nudge in one spell"
        assert self.book.agains <= 1, "a second asking in one spell"
        assert effect.shadow == (self.mode is Mode.SHADOW)
        if effect.step is Step.WARN:
            assert not self.locked
            assert self.mode in {Mode.STOP, Mode.SHADOW}

    def _check_stop(self) -> None:
        book = self.book
        assert not self.locked
        assert self.running
        assert self.now >= book.silent_until
        assert book.warned_at, "a stop without a delivered warning that stands"
        warned_at = book.warned_at[-1]
        assert warned_at > book.answered_at
        assert self.now - warned_at >= max(IDLE.window, LADDER.countdown), "less than a window after the warning"
        assert book.disturbed_at < warned_at, "work, or a restart, after the warning"
        since = [at for at in book.quiet if at >= warned_at - IDLE.window]
        assert since[0] <= warned_at - IDLE.window + IDLE.max_gap
        gaps = [after - before for before, after in zip(since, [*since[1:], self.now], strict=True)]
        assert max(gaps) <= IDLE.max_gap, "a hole since the window before the warning"

    def _stop(self, scene: Scene) -> None:
        assert self.spell is not None
        fresh = observe(scene.pod, self.now)
        no = veto(self.spell, scene, fresh, LADDER)
        if no is None:
            self.running = False
        result = StopResult.DONE if no is None else StopResult.DEFERRED if no in DEFERS else StopResult.VETOED
        # What came of the order is heard at the next look.
        self.heard = Heard(spell=self.spell.key, stop=result)
        if result is not StopResult.DEFERRED:
            self.book.warned_at.clear()
        if result is StopResult.DONE:
            self.book.nudges = self.book.agains = 0

    def _deliver(self) -> None:
        spell = self.spell
        if not self.slack or spell is None:
            return
        last = spell.last
        if last is None or last.delivered_at is not None or not any(counts(spell, t, LADDER) for t in spell.targets):
            return
        if last.step is Step.WARN and not last.void:
            self.book.warned_at.append(self.now)
        if self.heard.stop is None:
            self.heard = Heard(spell=spell.key, deliveries={last.number: self.now})


TestLadder = LadderMachine.TestCase
TestLadder.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_machine_reaches_a_stop() -> None:
    machine = LadderMachine()
    machine.idles(40)
    assert not machine.running
    assert machine.reached >= {"Tell", "StopPod"}
