"""How a pod that was made or started comes up: placed, pulling, started, ready. Read, never guessed. Pure.

Ready is when something behind one of its ports answers. Where none is declared, it is when its container runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.doors import Door, doors
from pods.model import LogLine, Pod, PodStatus, Value
from pods.times import Instant


class Phase(StrEnum):
    #: RunPod has it; no host has begun.
    PLACED = "placed"
    #: Its host fetches the image.
    PULLING = "pulling"
    #: Its container runs, and nothing answers yet.
    STARTED = "started"
    READY = "ready"
    #: The host says that it cannot fetch the image. It goes on trying for some minutes.
    IMAGE_FAILED = "image_failed"
    #: The container ends as soon as it starts.
    CRASHED = "crashed"
    #: It runs for long, and nothing answers.
    SILENT = "silent"
    #: Stopped before it was ready, by whom is not known here.
    STOPPED = "stopped"
    GONE = "gone"


#: Nothing is looked at any more.
OVER: Final = frozenset({Phase.READY, Phase.STOPPED, Phase.GONE})
#: What a person should do something about.
TROUBLED: Final = frozenset({Phase.IMAGE_FAILED, Phase.CRASHED, Phase.SILENT, Phase.STOPPED, Phase.GONE})

#: A container that runs for so long without answering is told as silent.
SILENT_AFTER: Final = timedelta(minutes=5)
#: A container that ended is told as crashed once it has not come back within this.
CRASHED_AFTER: Final = timedelta(seconds=5)
#: Large images take long; after this nobody looks any more, and it is said.
LOOK_FOR: Final = timedelta(minutes=60)
#: Each look costs two calls: often at first, then less.
_PACE: Final = (
    (timedelta(minutes=2), timedelta(seconds=5)),
    (timedelta(minutes=10), timedelta(seconds=10)),
    (LOOK_FOR, timedelta(seconds=30)),
)

_PULLING: Final = ("create container", "pulling", "still fetching image", "image pull")
_IMAGE_FAILED: Final = (
    "error pulling image",
    "error creating container",
    "manifest unknown",
    "no such image",
    "pull access denied",
    "unauthorized: ",
    "toomanyrequests",
)
_ENDED: Final = ("container exited", "container failed", "exited with code", "error starting container")
LINE_MAX: Final = 300


class Step(Value):
    phase: Phase
    at: Instant


class Arrival(Value):
    """How far it is. `steps` are those of the way that were seen, each once, in order."""

    since: Instant
    phase: Phase = Phase.PLACED
    #: Since when it is in this phase.
    phase_at: Instant
    steps: tuple[Step, ...] = ()
    #: The log line that says why, or how far.
    line: str = ""
    #: What answers, such as "Jupyter".
    answering: tuple[str, ...] = ()
    #: The ports that count, as far as the pod declared any.
    awaited: tuple[str, ...] = ()
    ended_at: Instant | None = None

    @property
    def over(self) -> bool:
        return self.ended_at is not None

    @property
    def troubled(self) -> bool:
        return self.phase in TROUBLED


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one look found. None: it could not be read, which says nothing."""

    pod: Pod | None
    #: RunPod says there is no such pod.
    absent: bool = False
    system: Sequence[LogLine] | None = None
    container: Sequence[LogLine] | None = None
    #: By port: whether the service behind it spoke.
    answered: Mapping[int, bool] = field(default_factory=dict)


def begin(pod: Pod, now: datetime) -> Arrival:
    phase = _by_status(pod)
    return Arrival(since=now, phase=phase, phase_at=now, steps=(Step(phase=phase, at=now),), awaited=_awaited(pod))


def arrived(arrival: Arrival, seen: Evidence, now: datetime) -> Arrival:
    """The arrival after a look."""
    if arrival.over:
        return arrival
    phase, line, answering = _judged(arrival, seen, now)
    moved = arrival if phase is arrival.phase else _entered(arrival, phase, now)
    changes: dict[str, object] = {"line": line[:LINE_MAX], "answering": answering}
    if seen.pod is not None:
        changes["awaited"] = _awaited(seen.pod)
    if phase in OVER or now - arrival.since >= LOOK_FOR:
        changes["ended_at"] = now
    return moved.model_copy(update=changes)


def next_look(arrival: Arrival, now: datetime) -> datetime | None:
    """When to look again; None: no more."""
    if arrival.over:
        return None
    gone = now - arrival.since
    return now + next((pace for until, pace in _PACE if gone < until), _PACE[-1][1])


def knocked_at(pod: Pod) -> tuple[Door, ...]:
    """The doors to knock at; only a container that runs can open one."""
    if pod.status is not PodStatus.RUNNING:
        return ()
    return tuple(door for door in doors(pod.ports) if door.http)


def asks_host(pod: Pod) -> bool:
    """Whether the host's log is worth a call: a container that runs and reports leaves it nothing to tell."""
    return pod.status is not PodStatus.RUNNING or pod.runtime is None


def asks_container(arrival: Arrival, pod: Pod) -> bool:
    """Whether the container's own log is worth a call: it runs, and nothing answers."""
    return pod.status is PodStatus.RUNNING and (arrival.troubled or pod.runtime is None)


def _judged(arrival: Arrival, seen: Evidence, now: datetime) -> tuple[Phase, str, tuple[str, ...]]:
    if seen.absent:
        return Phase.GONE, arrival.line, ()
    pod = seen.pod
    if pod is None or pod.status is PodStatus.UNKNOWN:
        return arrival.phase, arrival.line, arrival.answering
    since = arrival.since - timedelta(seconds=30)
    said = [each.line for each in seen.system or () if each.ts is None or each.ts >= since]
    if pod.status is PodStatus.TERMINATED:
        return Phase.GONE, arrival.line, ()
    if pod.status in {PodStatus.EXITED, PodStatus.ERROR}:
        failed = _last(said, _IMAGE_FAILED)
        return Phase.STOPPED, failed or arrival.line, ()
    if pod.status is not PodStatus.RUNNING:
        return _coming(pod, said, arrival)
    return _running(arrival, pod, seen, said, now)


def _coming(pod: Pod, said: list[str], arrival: Arrival) -> tuple[Phase, str, tuple[str, ...]]:
    telling = [line for line in said if _has(line, _IMAGE_FAILED) or _has(line, _PULLING)]
    if telling and _has(telling[-1], _IMAGE_FAILED):
        return Phase.IMAGE_FAILED, _first_of_the_last(telling), ()
    if telling:
        return Phase.PULLING, telling[-1], ()
    if arrival.phase in {Phase.PULLING, Phase.IMAGE_FAILED}:
        return arrival.phase, arrival.line, ()
    return _by_status(pod), "", ()


def _first_of_the_last(telling: list[str]) -> str:
    """The host says first why it has no image, then that it has none: the first tells more."""
    pulling = [line for line in telling if "pulling image" in line.lower() and _has(line, _IMAGE_FAILED)]
    return pulling[-1] if pulling else telling[-1]


def _running(
    arrival: Arrival, pod: Pod, seen: Evidence, said: list[str], now: datetime
) -> tuple[Phase, str, tuple[str, ...]]:
    answering = tuple(door.purpose for door in doors(pod.ports) if seen.answered.get(door.port))
    if answering or _open_otherwise(pod):
        return Phase.READY, "", answering or _ssh(pod)
    if pod.runtime is None and _has(said[-1] if said else "", _ENDED):
        last = seen.container[-1].line if seen.container else said[-1]
        return Phase.CRASHED, last, ()
    if arrival.phase is Phase.CRASHED and pod.runtime is None:
        return Phase.CRASHED, seen.container[-1].line if seen.container else arrival.line, ()
    began = next((step.at for step in arrival.steps if step.phase is Phase.STARTED), now)
    if now - began >= SILENT_AFTER:
        return Phase.SILENT, seen.container[-1].line if seen.container else "", ()
    return Phase.STARTED, said[-1] if said else "", ()


def _open_otherwise(pod: Pod) -> bool:
    """No HTTP port to knock at: SSH is there once its port is mapped; with no port at all, its container runs."""
    if any(door.http for door in doors(pod.ports)):
        return False
    return pod.runtime is not None and (not doors(pod.ports) or pod.ssh_direct is not None)


def _ssh(pod: Pod) -> tuple[str, ...]:
    return ("SSH",) if pod.ssh_direct is not None else ()


def _by_status(pod: Pod) -> Phase:
    return {PodStatus.STARTING: Phase.PULLING, PodStatus.RUNNING: Phase.STARTED}.get(pod.status, Phase.PLACED)


def _entered(arrival: Arrival, phase: Phase, now: datetime) -> Arrival:
    """A step of the way is noted the first time only: a container that crashes starts many times."""
    known = {step.phase for step in arrival.steps}
    steps = arrival.steps if phase in known else (*arrival.steps, Step(phase=phase, at=now))
    return arrival.model_copy(update={"phase": phase, "phase_at": now, "steps": steps})


def _awaited(pod: Pod) -> tuple[str, ...]:
    declared = doors(pod.ports)
    return tuple(door.purpose for door in declared if door.http) or tuple(door.purpose for door in declared)


def _last(said: list[str], fragments: tuple[str, ...]) -> str:
    return next((line for line in reversed(said) if _has(line, fragments)), "")


def _has(line: str, fragments: tuple[str, ...]) -> bool:
    lowered = line.lower()
    return any(fragment in lowered for fragment in fragments)
