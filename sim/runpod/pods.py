"""The pod routes of REST v2."""

from __future__ import annotations

from http import HTTPStatus

from sim.runpod import actions, bodies
from sim.runpod.calls import Operation
from sim.runpod.context import Context
from sim.runpod.creation import checked_ports, network_of, persistent_of, template_fields, template_of, wish_of
from sim.runpod.faults import Kind
from sim.runpod.paging import page_of, place_in_list
from sim.runpod.placement import place
from sim.runpod.representation import list_carries_figures, pod_json, read_carries_figures
from sim.runpod.state import SimPod
from sim.runpod.validation import read_body
from sim.runpod.wire import Json, SimResponse, bad_request, conflict, json_response, no_content
from sim.runpod.world import World


def list_pods(context: Context) -> SimResponse:
    world = context.world
    pods = visible_pods(world, context.operation)
    if context.request.query.get("includeClusterPods") != "true":
        pods = [pod for pod in pods if pod.cluster is None]
    answer: Json = {}
    if world.settings.page_size is not None:
        pods, cursor = page_of(pods, context.request, world.settings.page_size)
        answer["pagination"] = {"nextCursor": cursor, "hasNextPage": cursor is not None}
    figures = list_carries_figures(world.settings.telemetry)
    answer["pods"] = [_write(world, pod, figures=figures) for pod in pods]
    return json_response(HTTPStatus.OK, answer)


def visible_pods(world: World, operation: Operation) -> list[SimPod]:
    """All pods, oldest first, save those that a fault of the list hides."""
    pods = sorted(world.pods.values(), key=place_in_list)
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
    pod = place(context.world, wish_of(context.world, body), context.operation)
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
    template = template_of(world, body)
    _check_remount(pod, body.get("mounts", {}))
    settings = {**template_fields(template), **{name: body[name] for name in _CONTAINER if name in body}}
    if template is not None and "env" in body:
        settings["env"] = {**template.env, **body["env"]}
    checked_ports(settings.get("ports", []))
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
        pod.persistent = persistent_of(mounts)
    if mounts.get("network"):
        pod.network = network_of(mounts)


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


def _answer(world: World, pod: SimPod, status: int = HTTPStatus.OK) -> SimResponse:
    figures = read_carries_figures(world.settings.telemetry)
    return json_response(status, _write(world, pod, figures=figures))


def _write(world: World, pod: SimPod, *, figures: bool) -> Json:
    runtime = not world.faults.shows(Kind.NULL_RUNTIME, pod.id)
    return pod_json(pod, world.at, figures=figures, runtime=runtime)
