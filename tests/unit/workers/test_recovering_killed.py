"""The worker is killed at every boundary of every kind of plan: one copy runs afterwards, and one card tells the truth.

A boundary stands before every commit to Redis, which is after the one before it, and around every call to RunPod:
before its effect, and after it with its answer lost. With PODKEEPER_EVERY_BOUNDARY=1 every boundary of an undisturbed
run is tried; without it every ninth, beginning with another for each kind.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from pods.errors import HostFull, NoCapacity
from pods.incidents import joined
from pods.losses import Loss, LossKind
from pods.messages import card
from pods.model import BILLED, Gpu, Pod, PodSpec, PodStatus, Verb
from pods.ports import ActionResult
from pods.protection import Protection, Stake
from pods.recovery.kept_spec import kept
from pods.recovery.lineage import first_of, was_read
from pods.recovery.record import Husk, Recovery, State, recovery_id
from pods.recovery.rules import RecoveryRule
from pods.sealing import Sealer, new_key
from pods.store.commit import Commit, Result
from pods.store.connection import Scripts
from tests.unit.recovery.samples import H100, catalog, lost, made, rule
from tests.unit.workers.world import POLICY, World
from workers import act, context, recovering
from workers.cards import CARDS

pytestmark = pytest.mark.long

SEALER: Final = Sealer(new_key())
STRIDE: Final = 1 if os.environ.get("PODKEEPER_EVERY_BOUNDARY") else 9
ENV: Final = {"HF_TOKEN": "hf_very_secret"}


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass
class Fate:
    """At which boundary the process dies; it counts them all the same."""

    at: int | None = None
    passed: int = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed - 1 == self.at:
            raise Killed


@dataclass
class Ground:
    """RunPod as far as one plan sees it: what it does is set per kind of plan."""

    world: World
    fate: Fate
    #: "full": the host has no room, for good; "no gpu": what starts there gets none.
    host: str = ""
    #: GPU types that are sold out.
    out: tuple[str, ...] = ()
    effects: list[str] = field(default_factory=list)
    #: Called when a new pod was made.
    meanwhile: Callable[[Ground], None] | None = None

    def act(self, verb: Verb, pod: Pod) -> ActionResult:
        self.fate.boundary()
        there = self.world.runpod.pods[pod.id]
        if verb is Verb.START:
            self._start(there)
        elif verb is Verb.STOP:
            self._put(there, PodStatus.EXITED)
        else:
            del self.world.runpod.pods[pod.id]
        self.effects.append(f"{verb.value} {pod.id}")
        self.fate.boundary()
        return ActionResult(request_id="req")

    def _start(self, pod: Pod) -> None:
        if self.host == "full":
            raise HostFull(status=400)
        assert self.copies() == [], "a second copy was started"
        gpu = Gpu(id=H100, count=0 if self.host == "no gpu" else 2)
        self._put(pod.model_copy(update={"gpu": gpu}), PodStatus.RUNNING)

    def create(self, spec: PodSpec) -> ActionResult:
        self.fate.boundary()
        if spec.gpu is not None and spec.gpu.id in self.out:
            raise NoCapacity(status=400)
        assert self.copies() == [], "a second copy was made"
        assert spec.env["HF_TOKEN"] == ENV["HF_TOKEN"]
        pod_id = f"new{len(self.effects)}"
        gpu = Gpu(id=spec.gpu.id, count=spec.gpu.count) if spec.gpu else None
        changes = {"id": pod_id, "name": spec.name, "gpu": gpu, "stamp": spec.env["PODKEEPER_OP"]}
        self._put(lost().model_copy(update=changes), PodStatus.RUNNING)
        self.effects.append(f"create {pod_id}")
        if self.meanwhile is not None:
            self.meanwhile(self)
        self.fate.boundary()
        return ActionResult(pod=self.world.runpod.pods[pod_id], request_id="req")

    def _put(self, pod: Pod, status: PodStatus) -> None:
        cost = Decimal("6.58") if status in BILLED else Decimal(0)
        changed = {"status": status, "cost_per_hour": cost, "created_at": self.world.clock.now()}
        self.world.runpod.pods[pod.id] = pod.model_copy(update=changed)

    def comes_back(self) -> None:
        """The lost pod runs again, by somebody else's doing."""
        self._put(lost(), PodStatus.RUNNING)

    def spec(self, pod_id: str) -> PodSpec:
        return made(self.world.runpod.pods[pod_id], env=ENV)

    def copies(self) -> list[str]:
        pods = self.world.runpod.pods.values()
        return [pod.id for pod in pods if pod.status in BILLED and pod.gpu is not None and pod.gpu.count]


@dataclass(frozen=True)
class Kind:
    """A kind of plan: what happens to it, and how it must end."""

    rule: RecoveryRule
    host: str = ""
    out: tuple[str, ...] = ()
    gone: bool = False
    meanwhile: Callable[[Ground], None] | None = None
    state: State = State.BACK
    runs: str = "new"
    husk: Husk = Husk.TERMINATED
    #: How often each thing may have been done at RunPod.
    effects: tuple[str, ...] = ()


MOVING: Final = rule(moves=("resume", "same-gpu", "other-gpu"), terminate_husk=True, attempts_per_hour=60)
KINDS: Final = {
    "resumed": Kind(rule=MOVING, runs="xyz789", husk=Husk.KEPT, effects=("start",)),
    "moved": Kind(rule=MOVING, host="full", effects=("create", "terminate")),
    "another gpu": Kind(rule=MOVING, host="full", out=(H100,), effects=("create", "terminate")),
    "made again": Kind(rule=MOVING, gone=True, husk=Husk.GONE, effects=("create",)),
    "no gpu, then moved": Kind(rule=MOVING, host="no gpu", effects=("start", "stop", "create", "terminate")),
    "came back meanwhile": Kind(
        rule=MOVING,
        host="full",
        meanwhile=lambda ground: ground.comes_back(),
        state=State.STOOD_DOWN,
        runs="xyz789",
        husk=Husk.OPEN,
        effects=("create", "terminate"),
    ),
}


def begin(world: World, kind: Kind, fate: Fate) -> Ground:
    ground = Ground(world, fate, host=kind.host, out=kind.out, meanwhile=kind.meanwhile)
    provider: Any = world.runpod
    provider.act, provider.create, provider.spec = ground.act, ground.create, ground.spec
    now = world.clock.now()
    pod = lost()
    if not kind.gone:
        ground._put(pod, PodStatus.EXITED)
    context.install(replace(world.context, sealer=SEALER))
    world.store.people.publish(POLICY, now)
    world.store.fleet.change(lambda fleet: fleet.model_copy(update={"version": 1, "listed_at": now}), now)
    world.store.catalog.change(lambda _: catalog(read=now), now)
    lineage = was_read(first_of(pod), kept(made(env=ENV), pod, SEALER), now)
    world.store.lineages.change(pod.id, lambda _: lineage, now)
    said = Protection(pod_id=pod.id, pod_name=pod.name, rule="training", by="U1", since=now)
    world.store.protections.change(pod.id, lambda _: said, now)
    loss = Loss(
        id="loss1",
        pod_id=pod.id,
        pod=pod,
        kind=LossKind.GONE if kind.gone else LossKind.EXITED,
        stake=Stake.PROTECTED,
        well_at=now,
        seen_at=now,
        confirmed_at=now,
        incident_id="inc1",
    )
    world.store.losses.change(loss.id, lambda _: loss, now)
    incident = joined(None, "inc1", [loss], now, channels=("C1",), hushed=False)
    world.store.incidents.change(incident.id, lambda _: incident, now)
    recovering.begin(context.current(), loss, kind.rule, "rule:training", now)
    return ground


def run(world: World, seconds: float = 2_400) -> int:
    """The clock wakes what is due until the plan is over; a killed worker is replaced. How often one was killed."""
    killed = 0
    end = world.clock.now() + timedelta(seconds=seconds)
    while world.clock.now() < end and not plan(world).over:
        now = world.clock.now()
        due: list[tuple[Callable[[str], None], str]] = [
            (recovering.step, each) for each in world.store.clockwork.agenda("workers.recovering.step", now)
        ]
        due += [(act.step, each) for each in world.store.walk.due(now)]
        for job, subject in due:
            try:
                job(subject)
            except Killed:
                killed += 1
                for key in world.store.client.scan_iter("*:lease"):
                    world.store.client.delete(key)
        world.clock.advance(10)
    return killed


def plan(world: World) -> Recovery:
    found = world.store.recoveries.get(recovery_id("loss1"))
    assert found is not None
    return found


def told(world: World) -> str:
    message = card("incident", "inc1", user="U1", now=world.clock.now(), channel="C1")
    content = CARDS["incident"](context.current(), message, world.clock.now())
    assert content is not None
    return content.text


def assert_one_copy_and_one_truth(world: World, ground: Ground, kind: Kind) -> None:
    ended = plan(world)
    assert ended.over, ended
    assert (ended.state, ended.husk) == (kind.state, kind.husk), ended
    (runs,) = ground.copies()
    assert runs.startswith(kind.runs)
    for what in ("start", "create", "stop", "terminate"):
        done = sum(effect.startswith(what) for effect in ground.effects)
        assert done == (what in kind.effects), (what, ground.effects)
    card_text = told(world)
    assert f"`{runs}`" in card_text
    assert "Now:" not in card_text
    if ended.new_pod is not None:
        protection = world.store.protections.get(ended.new_pod)
        assert protection is not None
        assert world.store.protections.get("xyz789") is None


@pytest.mark.parametrize("name", sorted(KINDS))
def test_wherever_the_worker_is_killed_one_copy_runs_and_one_card_tells_the_truth(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS[name]
    boundaries = attempt(world, kind, None, monkeypatch)
    assert boundaries > 10
    for boundary in range(boundaries)[sorted(KINDS).index(name) % STRIDE :: STRIDE]:
        attempt(world, kind, boundary, monkeypatch)


def attempt(world: World, kind: Kind, boundary: int | None, monkeypatch: pytest.MonkeyPatch) -> int:
    """One run, killed once at that boundary; how many there were."""
    world.store.client.flushall()
    world.runpod.pods.clear()
    fate = Fate()
    ground = begin(world, kind, fate)
    fate.at, fate.passed = boundary, 0
    commit = Commit.run

    def run_or_die(self: Commit, scripts: Scripts) -> Result:
        fate.boundary()
        return commit(self, scripts)

    with monkeypatch.context() as patch:
        patch.setattr(Commit, "run", run_or_die)
        killed = run(world)
    assert killed == (boundary is not None), boundary
    assert_one_copy_and_one_truth(world, ground, kind)
    return fate.passed
