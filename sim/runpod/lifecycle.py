"""How a pod moves between its states: what each transition changes, and when the next one is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sim.runpod.calls import Operation
from sim.runpod.faults import Faults, Kind
from sim.runpod.state import LIVE, LogLine, Settings, SimPod, Status

#: Seconds that a host tries to pull an image which is not there.
GIVES_UP_S = 300


#: Seconds between two beginnings of a container that keeps ending.
LOOP_S = 60


def js_date(at: datetime) -> str:
    """A JavaScript date, as RunPod puts it into lastStatusChange."""
    return at.astimezone(UTC).strftime("%a %b %d %Y %H:%M:%S GMT+0000")


def rented(at: datetime) -> str:
    return f"Rented by User: {js_date(at)}"


def exited_by_user(at: datetime) -> str:
    return f"Exited by user: {js_date(at)}"


def exited_by_runpod(at: datetime) -> str:
    return f"Exited by Runpod: {js_date(at)}"


def outbid(at: datetime) -> str:
    return f"Outbid: {js_date(at)}"


def strike(pod: SimPod, faults: Faults, operation: Operation) -> None:
    """How the pod will come up this time."""
    pod.unpullable = faults.holds(Kind.IMAGE_PULL, operation) is not None
    pod.crashes = faults.holds(Kind.CRASH_AT_START, operation) is not None
    pod.mute = faults.holds(Kind.MUTE, operation) is not None


def provision(pod: SimPod, at: datetime, settings: Settings) -> None:
    pod.status = Status.PROVISIONING
    pod.due_at = at + timedelta(seconds=settings.provision_delay_s)
    pod.last_change = rented(at)
    _tell(pod, at, "create pod network")


def start(pod: SimPod, at: datetime, settings: Settings, *, gpu_count: int) -> None:
    """A stopped pod resumes on its own host: nothing to provision, but its image is pulled again."""
    pod.gpu_count = gpu_count
    pod.last_change = rented(at)
    pod.ended_at = None
    _pull(pod, at, settings.start_delay_s)


def restart(pod: SimPod, at: datetime, settings: Settings) -> None:
    """The container ends and comes up again; its own disk is lost, `startedAt` and uptime begin anew."""
    _tell(pod, at, "restart container")
    pod.status = Status.STARTING
    pod.crashed_at = None
    pod.due_at = at + timedelta(seconds=settings.restart_delay_s)


def stop(pod: SimPod, at: datetime, settings: Settings) -> None:
    """A person's stop, by console or key: accepted now, EXITED when the container is down."""
    pod.last_change = exited_by_user(at)
    if settings.stop_delay_s <= 0:
        halt(pod, at, pod.last_change)
        return
    pod.stopping = True
    pod.due_at = at + timedelta(seconds=settings.stop_delay_s)
    _tell(pod, at, "stop container")


def halt(pod: SimPod, at: datetime, prose: str, status: Status = Status.EXITED) -> None:
    """The container is gone at once, whoever did it."""
    pod.log = [line for line in pod.log if line.at <= at]
    pod.status = status
    pod.stopping = False
    pod.due_at = None
    pod.crashed_at = None
    pod.loops = False
    pod.ended_at = at
    pod.last_change = prose
    _tell(pod, at, "container stopped" if status is Status.EXITED else "container failed")


def crash(pod: SimPod, at: datetime) -> None:
    """The container dies while the pod stays RUNNING, and goes on costing."""
    pod.crashed_at = at
    _tell(pod, at, "container exited with code 137")


def begin_anew(pod: SimPod, at: datetime, *, loops: bool = False) -> None:
    """The container ends by itself and its host starts it again; nobody asked for it and RunPod says nothing."""
    _tell(pod, at, "container exited with code 1")
    pod.loops = loops
    pod.due_at = at
    pod.crashed_at = None


def note(pod: SimPod, at: datetime, line: str) -> None:
    """Something its host had to say."""
    _tell(pod, at, line)


def move_on(pod: SimPod, settings: Settings) -> None:
    """The transition that was due happens, at the time it was due."""
    at = pod.due_at
    if at is None:
        raise ValueError(f"nothing is due for {pod.id}")
    if pod.stopping:
        halt(pod, at, pod.last_change)
    elif pod.status is Status.PROVISIONING:
        _pull(pod, at, settings.start_delay_s)
    elif pod.unpullable:
        halt(pod, at, exited_by_runpod(at))
    else:
        pod.status = Status.RUNNING
        pod.due_at = at + timedelta(seconds=LOOP_S) if pod.loops else None
        pod.started_at = at
        _tell(pod, at, "start container: begin")
        if pod.crashes:
            _crash_on(pod, at)


def is_live(pod: SimPod) -> bool:
    return pod.status in LIVE


def _pull(pod: SimPod, at: datetime, seconds: float) -> None:
    pod.status = Status.STARTING
    pod.crashed_at = None
    _tell(pod, at, f"create container {pod.image}")
    if pod.unpullable:
        _pull_in_vain(pod, at)
        return
    pod.due_at = at + timedelta(seconds=seconds)
    for share, line in ((0.1, "pulling image"), (0.5, "still fetching image"), (0.9, "image pull complete")):
        _tell(pod, at + timedelta(seconds=seconds * share), f"{line} {pod.image}")


def _pull_in_vain(pod: SimPod, at: datetime) -> None:
    """The host tries for some minutes; then RunPod stops the pod."""
    pod.due_at = at + timedelta(seconds=GIVES_UP_S)
    for seconds in range(4, GIVES_UP_S, 30):
        moment = at + timedelta(seconds=seconds)
        _tell(pod, moment, f"error pulling image: Error response from daemon: manifest for {pod.image} not found")
        _tell(pod, moment, f"error creating container: Error response from daemon: No such image: {pod.image}")


def _crash_on(pod: SimPod, at: datetime) -> None:
    """The container ends a second after each start, and its host starts it again."""
    pod.crashed_at = at + timedelta(seconds=1)
    for seconds in range(0, GIVES_UP_S, 20):
        if seconds:
            _tell(pod, at + timedelta(seconds=seconds), "start container: begin")
        _tell(pod, at + timedelta(seconds=seconds + 1), "container exited with code 1")


def _tell(pod: SimPod, at: datetime, line: str) -> None:
    """A line of the system log; one that lies ahead is not read before its time."""
    pod.log.append(LogLine(at, "system", line))
