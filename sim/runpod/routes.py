"""Which route of REST v2 a call takes, what it is called, and which methods a path knows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from sim.runpod import account, billing, catalog, logs, pods
from sim.runpod.calls import Operation
from sim.runpod.context import Context
from sim.runpod.faults import GROUPS
from sim.runpod.wire import Refusal, SimRequest, SimResponse, not_found

Handler = Callable[[Context], SimResponse]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: re.Pattern[str]
    #: The operation's name; an action is named by its body.
    name: str
    handler: Handler
    of_pod: bool = False


def _route(method: str, path: str, name: str, handler: Handler, *, of_pod: bool = False) -> Route:
    return Route(method, re.compile(f"/v2/{path}".replace("{id}", "(?P<id>[^/]+)")), name, handler, of_pod)


ACTION = "action"

ROUTES = (
    _route("GET", "pods", "list", pods.list_pods),
    _route("POST", "pods", "create", pods.create_pod),
    _route("GET", "pods/{id}", "get", pods.get_pod, of_pod=True),
    _route("PATCH", "pods/{id}", "update", pods.update_pod, of_pod=True),
    _route("DELETE", "pods/{id}", "terminate", pods.delete_pod, of_pod=True),
    _route("POST", "pods/{id}/action", ACTION, pods.act_on_pod, of_pod=True),
    _route("GET", "pods/{id}/logs", "logs", logs.stream_logs, of_pod=True),
    _route("GET", "catalog/gpus", "catalog", catalog.list_gpus),
    _route("GET", "catalog/gpus/{id}", "catalog", catalog.get_gpu),
    _route("GET", "catalog/cpus", "catalog", catalog.list_cpus),
    _route("GET", "catalog/datacenters", "catalog", catalog.list_data_centers),
    _route("GET", "network-volumes", "volumes", account.list_volumes),
    _route("POST", "network-volumes", "volume_create", account.create_volume),
    _route("GET", "network-volumes/{id}", "volumes", account.get_volume),
    _route("PATCH", "network-volumes/{id}", "volume_update", account.update_volume),
    _route("DELETE", "network-volumes/{id}", "volume_delete", account.delete_volume),
    _route("GET", "templates", "templates", account.list_templates),
    _route("GET", "billing/pods", "billing", billing.pod_billing),
    _route("GET", "billing/network-volumes", "billing", billing.volume_billing),
    _route("GET", "account/ssh-keys", "ssh_keys", account.get_ssh_keys),
    _route("PUT", "account/ssh-keys", "ssh_keys_update", account.put_ssh_keys),
)


def operation_of(request: SimRequest) -> Operation:
    """What a call asks for, even one that will be refused."""
    for route in ROUTES:
        found = route.path.fullmatch(request.path)
        if found and route.method == request.method:
            name = _action_name(request.body) if route.name == ACTION else route.name
            return Operation(name, found["id"] if route.of_pod else None)
    return Operation("unknown")


def resolve(request: SimRequest) -> tuple[Handler, str]:
    """The handler and the id in the path. Refuses unknown paths with 404 and unknown methods with 405."""
    allowed: list[str] = []
    for route in ROUTES:
        found = route.path.fullmatch(request.path)
        if not found:
            continue
        if route.method == request.method:
            return route.handler, found.groupdict().get("id", "")
        allowed.append(route.method)
    if not allowed:
        raise not_found("resource not found")
    raise Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The requested method is not allowed for this path.",
        headers={"allow": ", ".join(allowed)},
    )


def _action_name(body: bytes) -> str:
    try:
        asked = json.loads(body)
    except ValueError:
        return ACTION
    action = asked.get("action") if isinstance(asked, dict) else None
    return action if isinstance(action, str) and action in GROUPS[ACTION] else ACTION
