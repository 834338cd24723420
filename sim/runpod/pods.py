"""The pod routes of REST v2."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from http import HTTPStatus

from sim.runpod import actions, bodies
from sim.runpod.calls import Operation
from sim.runpod.faults import Kind
from sim.runpod.placement import Wish, place
from sim.runpod.representation import list_carries_figures, pod_json, read_carries_figures
from sim.runpod.state import Network, Persistent, SimPod, SimTemplate
from sim.runpod.validation import read_body
from sim.runpod.wire import (
    Json,
    SimRequest,
    SimResponse,
    bad_request,
    conflict,
    invalid,
    json_response,
    no_content,
    not_found,
)
from sim.runpod.world import World

MOST_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Context:
    """One call on its way through a route; `key` is the id in the path."""

    world: World
    request: SimRequest
    operation: Operation
    key: str = ""


def list_pods(context: Context) -> SimResponse:
    world = context.world
    pods = visible_pods(world, context.operation)
    if context.request.query.get("includeClusterPods") != "true":
        pods = [pod for pod in pods if pod.cluster is None]
    answer: Json = {}
    if world.settings.page_size is not None:
        pods, cursor = _page(pods, context.request, world.settings.page_size)
        answer["pagination"] = {"nextCursor": cursor, "hasNextPage": cursor is not None}
    figures = list_carries_figures(world.settings.telemetry)
    answer["pods"] = [_write(world, pod, figures=figures) for pod in pods]
    return json_response(HTTPStatus.OK, answer)


def visible_pods(world: World, operation: Operation) -> list[SimPod]:
    """All pods, oldest first, save those that a fault of the list hides."""
    pods = sorted(world.pods.values(), key=_place_in_list)
    if world.faults.holds(Kind.EMPTY_LIST, operation):
        return []
    flapping = world.faults.holds(Kind.FLAPPING_LIST, operation)
    if flapping is not None and flapping.struck % 2:
        hidden = {flapping.pod} if flapping.pod else {pod.id for pod in pods[::2]}
        return [pod for pod in pods if pod.id not in hidden]
    return pods


def get_pod(context: Context) -> SimResponse:
    pod = actions.find(context.world, context.key)
    return _answer(context.world, pod)


def create_pod(context: Context) -> SimResponse:
    body = read_body(context.request.body, bodies.create_pod)
    pod = place(context.world, _wish(context.world, body), context.operation)
    return _answer(context.world, pod, HTTPStatus.CREATED)


def delete_pod(context: Context) -> SimResponse:
    pod = actions.find(context.world, context.key)
    actions.refuse_cluster_member(pod)
    context.world.remove(pod)
    return no_content()


def act_on_pod(context: Context) -> SimResponse:
    body = read_body(context.request.body, bodies.POD_ACTION)
    pod = actions.find(context.world, context.key)
    actions.act(context.world, pod, body["action"], context.operation)
    return no_content() if body["action"] == "terminate" else _answer(context.world, pod)


def update_pod(context: Context) -> SimResponse:
    world = context.world
    body = read_body(context.request.body, bodies.UPDATE_POD)
    pod = actions.find(world, context.key)
    actions.refuse_cluster_member(pod)
    template = _template(world, body)
    _check_remount(pod, body.get("mounts", {}))
    settings = {**_template_fields(template), **{name: body[name] for name in _CONTAINER if name in body}}
    if template is not None and "env" in body:
        settings["env"] = {**template.env, **body["env"]}
    _ports(settings.get("ports", []))
    if settings and pod.locked and body.get("locked") is not False:
        raise conflict("pod is locked and cannot be reset; unlock it first")
    _apply(pod, body, settings)
    if settings or body.get("mounts"):
        actions.reset_container(world, pod)
    if body:
        world.changed(pod)
    return _answer(world, pod)


_CONTAINER = {
    "image": "image",
    "args": "args",
    "disk": "disk_gb",
    "ports": "ports",
    "env": "env",
    "registry": "registry",
}


def _apply(pod: SimPod, body: Json, settings: Json) -> None:
    for name, value in settings.items():
        setattr(pod, _CONTAINER[name], value)
    pod.name = body.get("name", pod.name)
    pod.locked = body.get("locked", pod.locked)
    pod.global_networking = body.get("globalNetworking", pod.global_networking)
    mounts = body.get("mounts", {})
    if "persistent" in mounts:
        pod.persistent = _persistent(mounts)
    if mounts.get("network"):
        pod.network = _network(mounts)


def _check_remount(pod: SimPod, mounts: Json) -> None:
    """A mount's kind is fixed at create; only its path, and a disk's size upwards, may change."""
    network = mounts.get("network")
    if network == []:
        raise bad_request("clearing mounts is not supported")
    if "persistent" in mounts and pod.persistent is None:
        raise bad_request("mounts.persistent cannot be added after create")
    if network is not None and pod.network is None:
        raise bad_request("mounts.network cannot be added after create")
    if network and pod.network and network[0]["volumeId"] != pod.network.volume_id:
        raise bad_request("mounts.network[0].volumeId is immutable")
    if "persistent" in mounts and pod.persistent and mounts["persistent"]["size"] < pod.persistent.size_gb:
        raise bad_request("mounts.persistent.size cannot be reduced")


def _wish(world: World, body: Json) -> Wish:
    if ("gpu" in body) == ("cpu" in body):
        raise bad_request("exactly one of gpu or cpu must be set")
    template = _template(world, body)
    merged = {**_template_fields(template), **body}
    if template is not None:
        merged["env"] = {**template.env, **body.get("env", {})}
    gpu, cpu, mounts = body.get("gpu", {}), body.get("cpu", {}), body.get("mounts", {})
    persistent = _persistent(mounts)
    if template is not None and not mounts and not cpu:
        persistent = template.persistent
    return Wish(
        name=body["name"],
        image=merged["image"],
        args=merged.get("args", ""),
        disk_gb=int(merged.get("disk", 20)),
        ports=_ports(merged.get("ports", [])),
        env={**_injected(world, body), **merged.get("env", {})},
        registry=merged.get("registry"),
        cloud=body.get("cloud", "SECURE"),
        data_centers=body.get("dataCenterIds", ()),
        gpu_id=gpu.get("id"),
        gpu_count=int(gpu.get("count", 1)),
        cpu_id=cpu.get("id"),
        vcpu=int(cpu.get("vcpuCount", 0)),
        persistent=persistent,
        network=_network(mounts),
        global_networking=body.get("globalNetworking", False),
        allowed_cuda=gpu.get("allowedCudaVersions", ()),
        min_cuda=gpu.get("minCudaVersion"),
    )


def _template(world: World, body: Json) -> SimTemplate | None:
    if "templateId" not in body:
        return None
    template = world.templates.get(body["templateId"])
    if template is None:
        raise not_found("template not found")
    if template.serverless:
        raise invalid(["$.templateId: template is a serverless template"])
    return template


def _template_fields(template: SimTemplate | None) -> Json:
    if template is None:
        return {}
    return {
        "image": template.image,
        "args": template.args,
        "disk": template.disk_gb,
        "ports": list(template.ports),
        "env": dict(template.env),
    }


def _injected(world: World, body: Json) -> dict[str, str]:
    """What the provisioner adds to the environment. Without registered keys, startSsh does nothing."""
    env: dict[str, str] = {}
    if body.get("startSsh") and world.ssh_keys:
        env["PUBLIC_KEY"] = "\n".join(world.ssh_keys)
    if body.get("startJupyter"):
        env["JUPYTER_PASSWORD"] = secrets.token_hex(8)
    return env


def _ports(ports: list[str]) -> list[str]:
    for port in ports:
        private, _, kind = port.partition("/")
        if not private.isdecimal() or kind not in {"http", "tcp"}:
            raise bad_request(f"port '{port}' must be written as port/protocol")
    return ports


def _persistent(mounts: Json) -> Persistent | None:
    mount = mounts.get("persistent")
    return Persistent(int(mount["size"]), mount["path"]) if mount else None


def _network(mounts: Json) -> Network | None:
    network = mounts.get("network")
    return Network(network[0]["volumeId"], network[0]["path"]) if network else None


def _page(pods: list[SimPod], request: SimRequest, page_size: int) -> tuple[list[SimPod], str | None]:
    limit = page_size
    if "limit" in request.query:
        given = request.query["limit"]
        if not given.isdecimal() or not 1 <= int(given) <= MOST_PER_PAGE:
            raise invalid([f"limit: '{given}' must be an integer of 1 to {MOST_PER_PAGE}"])
        limit = min(int(given), page_size)
    start = 0
    if request.query.get("cursor"):
        after = _read_cursor(request.query["cursor"])
        start = next((index for index, pod in enumerate(pods) if _place_in_list(pod) > after), len(pods))
    page = pods[start : start + limit]
    more = start + limit < len(pods)
    return page, _write_cursor(_place_in_list(page[-1])) if more else None


def _place_in_list(pod: SimPod) -> str:
    """What the list is sorted by; it still says where to go on when the pod itself is gone."""
    return f"{pod.created_at.isoformat(timespec='microseconds')} {pod.id}"


def _write_cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read_cursor(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise bad_request("invalid cursor") from wrong


def _answer(world: World, pod: SimPod, status: int = HTTPStatus.OK) -> SimResponse:
    figures = read_carries_figures(world.settings.telemetry)
    return json_response(status, _write(world, pod, figures=figures))


def _write(world: World, pod: SimPod, *, figures: bool) -> Json:
    runtime = not world.faults.shows(Kind.NULL_RUNTIME, pod.id)
    return pod_json(pod, world.at, figures=figures, runtime=runtime)
