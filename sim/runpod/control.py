"""The control API: what the demo's page and the tests do to the simulation from behind RunPod's back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from sim.runpod import console
from sim.runpod.faults import PRESETS, Fault, Kind
from sim.runpod.limits import WINDOWS, Limits
from sim.runpod.proxy import Mode
from sim.runpod.state import SimPod, Status, Telemetry
from sim.runpod.telemetry import measure, uptime
from sim.runpod.validation import Fields, array, boolean, integer, nullable, number, one_of, read_body, string
from sim.runpod.wire import Json, Refusal, SimRequest, SimResponse, json_response, no_content, not_found

if TYPE_CHECKING:
    from sim.runpod.core import SimRunPod

#: A jump of the clock is replayed in steps of at most this many seconds, so that a watch sees each.
STEP_S = 30.0
#: After so many steps without a list pass nobody is taken to be watching.
PATIENCE = 3

_CLOCK = Fields({"speed": number(minimum=0), "paused": boolean}, minimum=1)
_ADVANCE = Fields({"seconds": number(minimum=0)}, required=("seconds",))
_DO = Fields({"what": one_of(*console.DEEDS)}, required=("what",))
_FAULT = Fields(
    {
        "kind": one_of(*Kind),
        "operation": string(minimum=1),
        "pod": string(nullable=True),
        "when": one_of("before", "after"),
        "status": integer(minimum=400, maximum=599),
        "times": nullable(integer(minimum=1)),
        "seconds": number(minimum=0),
        "detail": string(nullable=True),
    },
    required=("kind",),
)
_KERNEL = Fields(
    {
        "name": string(minimum=1),
        "state": one_of("idle", "busy", "starting", "dead"),
        "active_ago_s": number(minimum=0),
        "connections": integer(minimum=0),
    },
)
_WEB = Fields(
    {
        "port": integer(minimum=1, maximum=65535),
        "mode": one_of(*Mode),
        "kernels": nullable(array(_KERNEL)),
        "body": string(),
    },
    required=("port",),
)
_SETTINGS = Fields(
    {
        "telemetry": one_of(*Telemetry),
        "page_size": nullable(integer(minimum=1, maximum=1000)),
        "quotas": Fields({window: integer(minimum=1) for window in WINDOWS}, minimum=1),
        "provision_delay_s": number(minimum=0),
        "start_delay_s": number(minimum=0),
        "restart_delay_s": number(minimum=0),
        "stop_delay_s": number(minimum=0),
        "service_delay_s": number(minimum=0),
        "spot_offered": boolean,
        "list_wait_s": number(minimum=0),
        "balance": string(pattern=r"^-?\d+(\.\d+)?$"),
    },
    minimum=1,
)


class Control:
    def __init__(self, sim: SimRunPod) -> None:
        self._sim = sim
        #: One jump of the clock at a time.
        self._advancing = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[SimRequest], SimResponse]] = {
            ("GET", "/state"): lambda _request: json_response(HTTPStatus.OK, self.state()),
            ("GET", "/calls"): lambda _request: json_response(HTTPStatus.OK, {"calls": self._calls()}),
            ("GET", "/fault-kinds"): lambda _request: json_response(HTTPStatus.OK, fault_kinds()),
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("POST", "/clock"): self._set_clock,
            ("POST", "/clock/advance"): self._advance,
            ("POST", "/reset"): self._reset,
            ("GET", "/settings"): lambda _request: json_response(HTTPStatus.OK, self._settings()),
            ("POST", "/settings"): self._change_settings,
        }

    def handle(self, request: SimRequest) -> SimResponse:
        path = request.path.removeprefix("/control")
        try:
            return self._routed(request, path)
        except Refusal as refusal:
            return refusal.response()

    def state(self) -> Json:
        """The account as the page shows it."""
        with self._sim.lock:
            world = self._sim.world
            world.settle()
            clock = self._sim.clock
            return {
                "clock": {"now_ms": int(world.at.timestamp() * 1000), "speed": clock.speed, "paused": clock.paused},
                "account": {
                    "balance": float(round(world.balance, 4)),
                    "burn_per_hour": float(round(world.burn, 4)),
                    "email": world.email,
                },
                "pods": [self._pod(pod) for pod in sorted(world.pods.values(), key=lambda pod: pod.created_at)],
                "faults": [_fault_json(fault) for fault in self._sim.faults],
                "calls": self._sim.calls.count,
            }

    def advance(self, seconds: float) -> Json:
        """Replay a jump in steps, each waiting a little for somebody to look at the list."""
        steps = seen = missed = 0
        with self._advancing:
            while seconds > 0:
                step = min(seconds, STEP_S)
                seconds -= step
                steps += 1
                if self._step(step, watched=missed < PATIENCE):
                    seen, missed = seen + 1, 0
                else:
                    missed += 1
        return {"steps": steps, "seen": seen}

    def _step(self, seconds: float, *, watched: bool) -> bool:
        """One step; whether a list pass was seen after it."""
        sim = self._sim
        with sim.lock:
            sim.clock.advance(seconds)
            sim.world.settle()
            passes = sim.calls.list_passes
            if not watched:
                return False
            return sim.listed.wait_for(lambda: sim.calls.list_passes > passes, sim.settings.list_wait_s)

    def _routed(self, request: SimRequest, path: str) -> SimResponse:
        route = self._routes.get((request.method, path))
        if route is not None:
            return route(request)
        parts = path.strip("/").split("/")
        if request.method == "DELETE" and parts[0] == "faults" and len(parts) == 2:  # noqa: PLR2004
            return self._remove_fault(parts[1])
        if request.method == "POST" and parts[0] == "pods" and parts[2:] == ["do"]:
            return self._do(request, parts[1])
        if request.method == "POST" and parts[0] == "pods" and parts[2:] == ["web"]:
            return self._serve(request, parts[1])
        raise not_found("no such control")

    def _pod(self, pod: SimPod) -> Json:
        now = self._sim.world.at
        sample = measure(pod, now)
        running = pod.status is Status.RUNNING
        return {
            "id": pod.id,
            "name": pod.name,
            "status": pod.status.value,
            "gpu": pod.gpu_name,
            "gpu_count": pod.gpu_count,
            "cost_per_hour": float(pod.cost),
            "data_center": pod.data_center,
            "story": pod.story,
            "gpu_util": sum(util for util, _ in sample.gpus) // len(sample.gpus) if sample and sample.gpus else None,
            "cpu_util": sample.cpu if sample else None,
            "locked": pod.locked,
            "uptime_s": uptime(pod, now) if running else None,
        }

    def _calls(self) -> list[Json]:
        with self._sim.lock:
            return self._sim.calls.as_json()

    def _add_fault(self, request: SimRequest) -> SimResponse:
        body = read_body(request.body, _FAULT)
        with self._sim.lock:
            if set(body) <= {"kind", "pod"}:
                fault = self._sim.faults.arm(body["kind"], body.get("pod"))
            else:
                fault = self._sim.faults.add(**body)
        return json_response(HTTPStatus.CREATED, _fault_json(fault))

    def _clear_faults(self, _request: SimRequest) -> SimResponse:
        with self._sim.lock:
            self._sim.faults.clear()
        return no_content()

    def _remove_fault(self, fault_id: str) -> SimResponse:
        with self._sim.lock:
            if not self._sim.faults.remove(fault_id):
                raise not_found("no such fault")
        return no_content()

    def _set_clock(self, request: SimRequest) -> SimResponse:
        body = read_body(request.body, _CLOCK)
        clock = self._sim.clock
        if "speed" in body:
            clock.set_speed(body["speed"])
        if "paused" in body:
            (clock.pause if body["paused"] else clock.resume)()
        return json_response(HTTPStatus.OK, self.state()["clock"])

    def _advance(self, request: SimRequest) -> SimResponse:
        body = read_body(request.body, _ADVANCE)
        outcome = self.advance(float(body["seconds"]))
        return json_response(HTTPStatus.OK, {**outcome, **self.state()["clock"]})

    def _do(self, request: SimRequest, pod_id: str) -> SimResponse:
        body = read_body(request.body, _DO)
        with self._sim.lock:
            self._sim.world.settle()
            console.do(self._sim.world, pod_id, body["what"])
        return no_content()

    def _serve(self, request: SimRequest, pod_id: str) -> SimResponse:
        """Say how a pod's HTTP port behaves from now on."""
        body = read_body(request.body, _WEB)
        with self._sim.lock:
            self._sim.world.settle()
            console.serve(self._sim.world, pod_id, body)
        return no_content()

    def _reset(self, _request: SimRequest) -> SimResponse:
        self._sim.reset()
        return no_content()

    def _settings(self) -> Json:
        return console.settings_json(self._sim.settings)

    def _change_settings(self, request: SimRequest) -> SimResponse:
        body = read_body(request.body, _SETTINGS)
        with self._sim.lock:
            self._sim.world.settle()
            console.change_settings(self._sim.world, body)
            if "quotas" in body:
                self._sim.limits = Limits(self._sim.settings.quotas)
        return json_response(HTTPStatus.OK, self._settings())


def fault_kinds() -> list[Json]:
    return [{"kind": kind.value, "label": preset.label, "help": preset.help} for kind, preset in PRESETS.items()]


def _fault_json(fault: Fault) -> Json:
    return {"id": fault.id, "kind": fault.kind.value, "text": fault.text}
