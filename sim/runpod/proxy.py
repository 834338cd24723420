"""What answers on a pod's HTTP ports: `https://{pod}-{port}.proxy.runpod.net`, here at `/proxy/{pod}-{port}/...`.

No key is needed, as in the world. A service answers once its container has been up for a while; until then, and where
nobody listens, RunPod's gateway answers for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sim.runpod.state import Load, SimPod, Status
from sim.runpod.wire import Failure, Json, SimRequest, SimResponse, fine_stamp, json_response

if TYPE_CHECKING:
    from sim.runpod.world import World

_PATH: Final = re.compile(r"/proxy/(?P<pod>[A-Za-z0-9]+)-(?P<port>\d{1,5})(?P<rest>/.*)?")
JUPYTER: Final = 8888
TENSORBOARD: Final = 6006
#: Cloudflare's own: the origin took longer than a hundred seconds.
TIMED_OUT: Final = 524


class Mode(StrEnum):
    """How a port behaves; `ok` once it is up."""

    OK = "ok"
    #: Takes the connection and never answers.
    HANG = "hang"
    #: Takes no connection.
    REFUSE = "refuse"
    #: Asks for a token.
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    BAD_GATEWAY = "502"
    TIMED_OUT = "524"


@dataclass(frozen=True, slots=True)
class Kernel:
    """A Jupyter kernel; `last_activity` None: it is active right now."""

    name: str = "python3"
    state: str = "idle"
    last_activity: datetime | None = None
    connections: int = 0


@dataclass(slots=True)
class Service:
    """What was set for one port from behind RunPod's back; without one, the port behaves as its number suggests."""

    mode: Mode = Mode.OK
    #: Jupyter's; None: by what runs in the pod.
    kernels: list[Kernel] | None = None
    #: Of a custom service's answer.
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)


def answer(world: World, request: SimRequest) -> SimResponse:
    found = _PATH.fullmatch(request.path)
    pod = world.pods.get(found["pod"]) if found else None
    if found is None or pod is None or f"{found['port']}/http" not in pod.ports:
        return _page(HTTPStatus.NOT_FOUND)
    port = int(found["port"])
    service = world.services.get((pod.id, port), Service())
    if not _up(world, pod):
        return _page(HTTPStatus.BAD_GATEWAY)
    if service.mode is not Mode.OK:
        return _broken(service.mode)
    return _served(world, pod, port, service, found["rest"] or "/")


def _up(world: World, pod: SimPod) -> bool:
    """Its container runs, and has had the time to bring its services up."""
    if pod.status is not Status.RUNNING or pod.crashed_at is not None or pod.started_at is None or pod.mute:
        return False
    return world.at >= pod.started_at + timedelta(seconds=world.settings.service_delay_s)


def _broken(mode: Mode) -> SimResponse:
    if mode is Mode.HANG:
        return SimResponse(0, {}, failure=Failure.TIMEOUT)
    if mode is Mode.REFUSE:
        return SimResponse(0, {}, failure=Failure.REFUSED)
    return _page(int(mode.value))


def _page(status: int) -> SimResponse:
    return SimResponse(status, {"content-type": "text/html; charset=utf-8"}, f"<h1>{int(status)}</h1>".encode())


def _served(world: World, pod: SimPod, port: int, service: Service, path: str) -> SimResponse:
    if port == JUPYTER:
        return _jupyter(world, pod, service, path)
    if port == TENSORBOARD:
        return SimResponse(HTTPStatus.OK, {"content-type": "text/html"}, b"<title>TensorBoard</title>")
    headers = {"content-type": "text/plain", **service.headers}
    return SimResponse(HTTPStatus.OK, headers, service.body.encode())


def _jupyter(world: World, pod: SimPod, service: Service, path: str) -> SimResponse:
    kernels = _kernels(world, pod) if service.kernels is None else service.kernels
    routes: dict[str, Callable[[], object]] = {
        "/api": lambda: {"version": "2.14.2"},
        "/api/status": lambda: _status(world, pod, kernels),
        "/api/kernels": lambda: [_kernel(world, pod, place, each) for place, each in enumerate(kernels)],
    }
    route = routes.get(path.rstrip("/"))
    if route is not None:
        return json_response(HTTPStatus.OK, route())
    if path in {"/", "/lab", "/tree"}:
        return SimResponse(HTTPStatus.OK, {"content-type": "text/html"}, b"<title>JupyterLab</title>")
    return json_response(HTTPStatus.NOT_FOUND, {"message": "Not Found", "reason": None})


def _status(world: World, pod: SimPod, kernels: list[Kernel]) -> Json:
    activity = [each.last_activity or world.at for each in kernels]
    return {
        "started": fine_stamp(pod.started_at or world.at),
        "last_activity": fine_stamp(max(activity, default=pod.started_at or world.at)),
        "kernels": len(kernels),
        "connections": sum(each.connections for each in kernels),
    }


def _kernel(world: World, pod: SimPod, place: int, kernel: Kernel) -> Json:
    return {
        "id": f"{pod.id}-kernel-{place}",
        "name": kernel.name,
        "execution_state": kernel.state,
        "last_activity": fine_stamp(kernel.last_activity or world.at),
        "connections": kernel.connections,
    }


def _kernels(world: World, pod: SimPod) -> list[Kernel]:
    """As what runs in the pod would have them: a notebook that computes, one left open, or none."""
    load = pod.load(world.at)
    if load in {Load.BUSY, Load.MEMORY_FULL, Load.CPU_BOUND}:
        return [Kernel(state="busy", connections=1)]
    if load is Load.MEMORY_HELD:
        since = max((at for at, _ in pod.script if at <= world.at), default=world.at)
        return [Kernel(last_activity=since)]
    return []
