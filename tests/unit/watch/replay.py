"""Plays a labelled trace through samples, verdict, ladder and the last look, as the watch would, with its own clock.

A trace is a JSON file: a pod, a policy where it is not the default, and parts. Each part lasts `minutes` and says what
RunPod reports in them; what a part does not say is as in an idle pod. `cycle` repeats pieces that override the part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pods.answers import Answer, Said, Then, answer
from pods.fleet import Owner, OwnerKind, PodFacts, PodOrigin
from pods.holds import Holds
from pods.idle import judge
from pods.ladder import Effect, Scene, StopPod, Tell, climb
from pods.model import Cpu, Gpu, GpuSample, LogLine, NetworkMount, Pod, PodStatus, Runtime
from pods.protectors import HEARTBEAT, Finding, Word, read_logs, remember, unread
from pods.samples import Rings, observe, record
from pods.spells import Spell, delivered
from pods.stops import DEFERS, StopResult, after_stop, veto
from pods.verdicts import Verdict
from pods.watch_rules import IdleRule, LadderRule, Protector
from tests.unit.pods.builders import NOON

TRACES = Path(__file__).parent / "traces"
NIGHTFALL = NOON + timedelta(hours=8)
_QUIET_PART: dict[str, Any] = {
    "gpu": 0,
    "memory": 0,
    "cpu": 1,
    "uptime": "real",
    "logs": 0.0,
    "status": "RUNNING",
    "jupyter": "absent",
}


@dataclass(frozen=True, slots=True)
class Trace:
    name: str
    pod: Mapping[str, Any]
    idle: IdleRule
    ladder: LadderRule
    poll_s: int
    parts: tuple[Mapping[str, Any], ...]
    verdict: str
    stop: bool
    #: No stop is right before this minute.
    not_before_min: int


def load(path: Path) -> Trace:
    data = json.loads(path.read_text())
    policy = data.get("policy", {})
    expected = data["expected"]
    return Trace(
        name=path.stem,
        pod=data.get("pod", {}),
        idle=IdleRule.model_validate(policy.get("idle", {})),
        ladder=LadderRule.model_validate(policy.get("ladder", {})),
        poll_s=data.get("poll_s", 60),
        parts=tuple(data["parts"]),
        verdict=expected["verdict"],
        stop=expected["stop"],
        not_before_min=expected.get("not_before_min", 0),
    )


@dataclass
class Replay:
    trace: Trace
    rings: Rings = field(default_factory=lambda: Rings(pod_id="abc123"))
    holds: Holds = field(default_factory=lambda: Holds(pod_id="abc123"))
    words: tuple[Word, ...] = ()
    spell: Spell | None = None
    verdict: Verdict | None = None
    stopped_min: float | None = None
    log: list[LogLine] = field(default_factory=list)
    container_s: float = 0
    frozen_s: int | None = None
    facts: PodFacts = field(init=False)

    def __post_init__(self) -> None:
        owner = self.trace.pod.get("owner", "U1")
        self.facts = PodFacts(
            pod_id="abc123",
            origin=PodOrigin(self.trace.pod.get("origin", "ours")),
            owner=Owner(kind=OwnerKind.PERSON, user=owner, since=NIGHTFALL, by=owner) if owner else None,
        )

    def run(self) -> Replay:
        for elapsed_s, part in self._polls():
            now = NIGHTFALL + timedelta(seconds=elapsed_s + part.get("clock_s", 0))
            if part.get("restart") and part["first"]:
                self.container_s = elapsed_s
            self._write_logs(part, now)
            if part.get("watch") is False:
                continue
            pod = self._pod(part, elapsed_s)
            if part.get("listed", True) and part.get("api", True):
                self.rings = record(self.rings, [observe(pod, now)], now)
            self._look(part, pod, now)
            if self.stopped_min is None and self.spell and self.spell.stop_ordered_at:
                self.stopped_min = elapsed_s / 60
                break
        return self

    def _polls(self) -> Iterator[tuple[float, dict[str, Any]]]:
        elapsed_s = 0.0
        for part in self.trace.parts:
            end = elapsed_s + part["minutes"] * 60
            begin = elapsed_s
            while elapsed_s < end:
                piece = _piece(part, (elapsed_s - begin) / 60)
                yield elapsed_s, {**_QUIET_PART, **part, **piece, "first": elapsed_s == begin or piece.get("first")}
                elapsed_s += self.trace.poll_s

    def _look(self, part: Mapping[str, Any], pod: Pod, now: datetime) -> None:
        self.verdict = self._judged(now)
        if self.verdict.ask:
            self.words = remember(self.words, self._asked(part, self.verdict.ask, now))
            self.verdict = self._judged(now)
        scene = self._scene(part, pod, now, self.verdict)
        step = climb(self.spell, scene, self.trace.ladder)
        self.spell = step.spell
        self._deliver(part, now)
        self._act(step.effects, scene, part)

    def _judged(self, now: datetime) -> Verdict:
        rings = self.rings
        return judge(rings.raw, self.trace.idle, now, words=self.words, buckets=rings.buckets)

    def _scene(self, part: Mapping[str, Any], pod: Pod, now: datetime, verdict: Verdict) -> Scene:
        return Scene(
            pod=pod,
            facts=self.facts,
            holds=self.holds,
            verdict=verdict,
            now=now,
            healthy=part.get("api", True),
            mode=self.trace.ladder.mode,
            zone=ZoneInfo("Europe/Berlin"),
        )

    def _deliver(self, part: Mapping[str, Any], now: datetime) -> None:
        if self.spell is None or part.get("slack") is False:
            return
        for telling in self.spell.tellings:
            self.spell = delivered(self.spell, telling.number, now)

    def _act(self, effects: tuple[Effect, ...], scene: Scene, part: Mapping[str, Any]) -> None:
        for effect in effects:
            if isinstance(effect, Tell) and part.get("answer", {}).get("to") == effect.step.value:
                self._answer(part["answer"], scene)
            if isinstance(effect, StopPod) and self.spell is not None:
                fresh = observe(self._fresh(part, scene.pod), scene.now)
                no = veto(self.spell, scene, fresh, self.trace.ladder)
                if no is not None:
                    result = StopResult.DEFERRED if no in DEFERS else StopResult.VETOED
                    self.spell = after_stop(self.spell, result, scene)

    @staticmethod
    def _fresh(part: Mapping[str, Any], pod: Pod) -> Pod:
        """The reading made just before the stop; a part may know better by then."""
        if "fresh_gpu" not in part or pod.runtime is None:
            return pod
        return pod.model_copy(
            update={"runtime": pod.runtime.model_copy(update={"gpus": _gpus(part["fresh_gpu"], 0, pod)})}
        )

    def _answer(self, said: Mapping[str, Any], scene: Scene) -> None:
        assert self.spell is not None
        until = scene.now + timedelta(minutes=said["for_min"]) if "for_min" in said else None
        given = Answer(said=Said(said["said"]), by="U1", at=scene.now, until=until, reason=said.get("reason", ""))
        reply = answer(self.spell, self.holds, given, self.trace.ladder)
        self.spell, self.holds = reply.spell, reply.holds
        if reply.then is Then.DISOWN:
            self.facts = self.facts.model_copy(update={"owner": None})

    def _asked(self, part: Mapping[str, Any], ask: tuple[Protector, ...], now: datetime) -> tuple[Word, ...]:
        if part["logs"] is None:
            return unread(ask, now, "RunPod does not give logs")
        of_logs = read_logs(self.log, self.trace.idle, since=now - self.trace.idle.window, now=now)
        jupyter = Word(protector=Protector.JUPYTER, at=now, finding=Finding(part["jupyter"]))
        return tuple(word for word in (*of_logs, jupyter) if word.protector in ask)

    def _write_logs(self, part: Mapping[str, Any], now: datetime) -> None:
        lines = (part["logs"] or 0) * self.trace.poll_s / 60
        minute = (now - NIGHTFALL).total_seconds() // 60
        due = int(lines) or (1 if lines and minute % round(1 / lines) == 0 else 0)
        self.log += [LogLine(ts=now, source="container", line="step") for _ in range(due)]
        if part.get("heartbeat") and minute % part["heartbeat"] == 0:
            self.log.append(LogLine(ts=now, source="container", line=f"{HEARTBEAT} epoch 3"))

    def _pod(self, part: Mapping[str, Any], elapsed_s: float) -> Pod:
        described = self.trace.pod
        count = part.get("gpus", described.get("gpus", 1))
        uptime = int(elapsed_s - self.container_s + described.get("age_min", 0) * 60)
        pod = Pod(
            id="abc123",
            name="nlp-train",
            status=PodStatus(part["status"]),
            gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=count) if count is not None else None,
            cpu=Cpu(id="cpu3c", vcpu_count=4) if count is None else None,
            network=NetworkMount(volume_id="v", path="/workspace") if described.get("keeps_data", True) else None,
            locked=described.get("locked", False),
            cluster_id=described.get("cluster"),
            cost_per_hour=Decimal(described.get("cost", "2.69")),
            started_at=self._started_at(uptime, elapsed_s) if described.get("started_at", True) else None,
        )
        return pod.model_copy(update={"runtime": self._runtime(part, pod, uptime)})

    def _started_at(self, uptime: int, elapsed_s: float) -> datetime:
        if self.trace.pod.get("silent_restarts"):
            uptime = int(elapsed_s)
        return NIGHTFALL + timedelta(seconds=elapsed_s - uptime)

    def _runtime(self, part: Mapping[str, Any], pod: Pod, uptime: int) -> Runtime | None:
        if part.get("runtime", True) is None:
            return None
        if part["uptime"] == "frozen":
            self.frozen_s = self.frozen_s or uptime
        says = {"real": uptime, "zero": 0, "frozen": self.frozen_s, "minutes": uptime // 60 * 60, None: None}
        return Runtime(
            uptime_s=says[part["uptime"]],
            gpus=_gpus(part["gpu"], part["memory"], pod),
            cpu_util=part["cpu"],
            memory_util=part.get("ram", 4),
        )


def _piece(part: Mapping[str, Any], minute: float) -> dict[str, Any]:
    """What the part's cycle says at this minute of the part."""
    cycle = part.get("cycle")
    if not cycle:
        return {}
    left = minute % sum(piece["minutes"] for piece in cycle)
    for piece in cycle:
        if left < piece["minutes"]:
            first = {"first": left == 0}
            return {**{key: value for key, value in piece.items() if key != "minutes"}, **first}
        left -= piece["minutes"]
    raise AssertionError("a cycle has no end")


def _gpus(gpu: Any, memory: Any, pod: Pod) -> tuple[GpuSample, ...] | None:
    """One figure stands for all GPUs; null for figures that were not given, `"none"` for an empty list."""
    if gpu is None:
        return None
    if gpu == "none":
        return ()
    count = pod.gpu.count if pod.gpu else 0
    utils = gpu if isinstance(gpu, list) else [gpu] * count
    memories = memory if isinstance(memory, list) else [memory] * len(utils)
    return tuple(GpuSample(util=util, memory_util=held) for util, held in zip(utils, memories, strict=True))
