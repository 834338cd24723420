"""The routes of what belongs to the account beside its pods: network volumes, templates, SSH keys."""

from __future__ import annotations

from http import HTTPStatus

from sim.runpod import bodies
from sim.runpod.context import Context
from sim.runpod.prices import DATA_CENTERS
from sim.runpod.representation import template_json, volume_json
from sim.runpod.state import SimVolume
from sim.runpod.validation import read_body
from sim.runpod.wire import SimResponse, bad_request, json_response, no_content, not_found
from sim.runpod.world import World


def list_volumes(context: Context) -> SimResponse:
    volumes = [volume_json(volume) for volume in context.world.volumes.values()]
    return json_response(HTTPStatus.OK, {"networkVolumes": volumes})


def get_volume(context: Context) -> SimResponse:
    return json_response(HTTPStatus.OK, volume_json(_find_volume(context.world, context.key)))


def create_volume(context: Context) -> SimResponse:
    body = read_body(context.request.body, bodies.CREATE_VOLUME)
    center = DATA_CENTERS.get(body["dataCenter"])
    if center is None:
        raise bad_request(f"data center '{body['dataCenter']}' not found")
    tier = body.get("type", "STANDARD")
    if tier == "HIGH_PERFORMANCE" and not center.high_performance:
        raise bad_request(f"data center '{center.id}' has no high-performance storage")
    volume = SimVolume(
        id=context.world.new_id(10), name=body["name"], size_gb=body["size"], data_center=center.id, type=tier
    )
    context.world.add_volume(volume)
    return json_response(HTTPStatus.CREATED, volume_json(volume))


def update_volume(context: Context) -> SimResponse:
    body = read_body(context.request.body, bodies.UPDATE_VOLUME)
    volume = _find_volume(context.world, context.key)
    size = body.get("size", volume.size_gb)
    if size < volume.size_gb:
        raise bad_request("network volume size cannot be reduced")
    volume.name = body.get("name", volume.name)
    volume.size_gb = size
    context.world.reprice_volume(volume)
    return json_response(HTTPStatus.OK, volume_json(volume))


def delete_volume(context: Context) -> SimResponse:
    volume = _find_volume(context.world, context.key)
    users = [pod.id for pod in context.world.pods.values() if pod.network and pod.network.volume_id == volume.id]
    if users:
        raise bad_request(f"network volume is in use by pod {users[0]}")
    context.world.remove_volume(volume)
    return no_content()


def list_templates(context: Context) -> SimResponse:
    templates = [template_json(template) for template in context.world.templates.values()]
    return json_response(HTTPStatus.OK, {"templates": templates})


def get_ssh_keys(context: Context) -> SimResponse:
    return json_response(HTTPStatus.OK, {"keys": context.world.ssh_keys})


def put_ssh_keys(context: Context) -> SimResponse:
    body = read_body(context.request.body, bodies.SSH_KEYS)
    context.world.ssh_keys = body["keys"]
    context.world.changes += 1
    return json_response(HTTPStatus.OK, {"keys": context.world.ssh_keys})


def _find_volume(world: World, volume_id: str) -> SimVolume:
    volume = world.volumes.get(volume_id)
    if volume is None:
        raise not_found("network volume not found")
    return volume
