"""What people do in RunPod's console, and hosts to pods, besides the API; and the turning of the knobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

from sim.runpod import actions, lifecycle
from sim.runpod.calls import Operation
from sim.runpod.proxy import Kernel, Mode, Service
from sim.runpod.state import LIVE, Load, Settings, SimPod, Status, Telemetry
from sim.runpod.wire import Json, conflict
from sim.runpod.world import World

_CONSOLE = Operation("console")


def do(world: World, pod_id: str, what: str) -> None:
    pod = actions.find(world, pod_id)
    if what in _LOADS:
        pod.script.append((world.at, _LOADS[what]))
        world.changed(pod)
        return
    _DEEDS[what](world, pod)


def serve(world: World, pod_id: str, body: Json) -> None:
    """How a port answers from now on; kernels are told by how long ago they were last active."""
    pod = actions.find(world, pod_id)
    kernels = body.get("kernels")
    world.services[pod.id, body["port"]] = Service(
        mode=Mode(body.get("mode", Mode.OK)),
        kernels=None if kernels is None else [_kernel(world, each) for each in kernels],
        body=body.get("body", "ok"),
    )


def _kernel(world: World, body: Json) -> Kernel:
    return Kernel(
        name=body.get("name", "python3"),
        state=body.get("state", "idle"),
        last_activity=world.at - timedelta(seconds=body.get("active_ago_s", 0)),
        connections=body.get("connections", 0),
    )


def change_settings(world: World, body: Json) -> None:
    settings = world.settings
    for name, value in body.items():
        if name == "balance":
            world.balance = Decimal(value)
        elif name == "telemetry":
            settings.telemetry = Telemetry(value)
        else:
            setattr(settings, name, value)


def settings_json(settings: Settings) -> Json:
    return asdict(settings)


def _stop(world: World, pod: SimPod) -> None:
    actions.act(world, pod, "stop", _CONSOLE)


def _start(world: World, pod: SimPod) -> None:
    actions.act(world, pod, "start", _CONSOLE)


def _terminate(world: World, pod: SimPod) -> None:
    world.remove(pod)


def _kill(world: World, pod: SimPod) -> None:
    """The host ends it: a spot pod was outbid, any other was stopped by RunPod."""
    prose = lifecycle.outbid(world.at) if pod.spot else lifecycle.exited_by_runpod(world.at)
    _end(world, pod, prose, Status.EXITED)


def _fail(world: World, pod: SimPod) -> None:
    _end(world, pod, lifecycle.exited_by_runpod(world.at), Status.ERROR)


def _end(world: World, pod: SimPod, prose: str, status: Status) -> None:
    if pod.status not in LIVE:
        raise conflict(f"pod is {pod.status.value}: there is nothing to end")
    lifecycle.halt(pod, world.at, prose, status)
    world.changed(pod)


def _crash(world: World, pod: SimPod) -> None:
    _require_running(pod)
    lifecycle.crash(pod, world.at)
    world.changed(pod)


def _outbid(world: World, pod: SimPod) -> None:
    _end(world, pod, lifecycle.outbid(world.at), Status.EXITED)


def _broken(line: str) -> Callable[[World, SimPod], None]:
    """RunPod stops it for what its host says."""

    def end(world: World, pod: SimPod) -> None:
        _end(world, pod, lifecycle.exited_by_runpod(world.at), Status.EXITED)
        lifecycle.note(pod, world.at, line.format(image=pod.image))

    return end


def _out_of_memory(world: World, pod: SimPod) -> None:
    _crash(world, pod)
    lifecycle.note(pod, world.at, "Memory cgroup out of memory: Killed process 4711 (python)")


def _begin_anew(world: World, pod: SimPod) -> None:
    _require_running(pod)
    lifecycle.begin_anew(pod, world.at)
    world.changed(pod)


def _loop(world: World, pod: SimPod) -> None:
    _require_running(pod)
    lifecycle.begin_anew(pod, world.at, loops=True)
    world.changed(pod)


def _lose_gpus(world: World, pod: SimPod) -> None:
    """Its host comes back without the GPUs."""
    _require_running(pod)
    lifecycle.begin_anew(pod, world.at)
    pod.gpu_count = 0
    world.changed(pod)


def _maintain(world: World, pod: SimPod) -> None:
    """Its host is taken down for work that was announced."""
    pod.maintenance = (world.at, world.at + timedelta(hours=4), "NVMe replacement")
    _end(world, pod, lifecycle.exited_by_runpod(world.at), Status.EXITED)


def _announce(world: World, pod: SimPod) -> None:
    """Work on its host is announced for in six hours."""
    pod.maintenance = (world.at + timedelta(hours=6), world.at + timedelta(hours=10), "NVMe replacement")
    world.changed(pod)


def _require_running(pod: SimPod) -> None:
    if pod.status is not Status.RUNNING:
        raise conflict(f"pod is {pod.status.value}: no container runs")


def _lock(world: World, pod: SimPod) -> None:
    pod.locked = True
    world.changed(pod)


def _unlock(world: World, pod: SimPod) -> None:
    pod.locked = False
    world.changed(pod)


_DEEDS: dict[str, Callable[[World, SimPod], None]] = {
    "stop": _stop,
    "start": _start,
    "terminate": _terminate,
    "kill": _kill,
    "fail": _fail,
    "crash": _crash,
    "outbid": _outbid,
    "out_of_memory": _out_of_memory,
    "pull_failed": _broken("error pulling image: Error response from daemon: manifest for {image} not found"),
    "cuda_failed": _broken("nvidia-container-cli: initialization error: nvml error: driver/library version mismatch"),
    "host_down": _broken("host is unreachable: lost contact to machine"),
    "begin_anew": _begin_anew,
    "crash_loop": _loop,
    "lose_gpus": _lose_gpus,
    "maintain": _maintain,
    "announce_maintenance": _announce,
    "lock": _lock,
    "unlock": _unlock,
}
_LOADS = {load.value: load for load in Load}

#: What can be done to a pod from outside the API.
DEEDS = (*_DEEDS, *_LOADS)
