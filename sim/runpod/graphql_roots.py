"""What each GraphQL query and mutation does to the account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from sim.runpod import actions, placement
from sim.runpod.calls import Operation
from sim.runpod.graphql_types import gpu_type, pod_object, template_object, volume_object
from sim.runpod.pods import visible_pods
from sim.runpod.prices import GPU_TYPES
from sim.runpod.state import LIVE, Network, Persistent, SimPod
from sim.runpod.wire import Json, Refusal
from sim.runpod.world import World

Resolver = Callable[..., Any]
INTERNAL_ERROR = "Something went wrong. Please try again later or contact support."
SPOT_REFUSED = "There are no instances available with the request specifications. Please try again later."


def roots(world: World, operation: Operation) -> dict[str, Resolver]:
    """The resolvers of one request."""
    resolvers: dict[str, Resolver] = {
        "myself": _myself,
        "pod": _pod,
        "gpuTypes": _gpu_types,
        "podFindAndDeployOnDemand": _deploy,
        "podRentInterruptable": _rent_spot,
        "podBidResume": _resume,
        "podResume": _resume,
        "podStop": _stop,
        "podTerminate": _terminate,
    }
    return {name: _guarded(resolver, world, operation) for name, resolver in resolvers.items()}


def _guarded(resolver: Resolver, world: World, operation: Operation) -> Resolver:
    """RunPod's refusals become entries of `errors`."""

    def resolve(_info: object, **arguments: Any) -> object:  # noqa: ANN401
        try:
            return resolver(world, operation, **arguments)
        except Refusal as refusal:
            raise GraphQLError(refusal.detail, extensions={"code": _code(refusal.status)}) from refusal

    return resolve


def _code(status: int) -> str:
    return {402: "INSUFFICIENT_BALANCE", 404: "NOT_FOUND", 409: "BAD_USER_INPUT"}.get(status, "RUNPOD")


def _myself(world: World, operation: Operation) -> Json:
    balance = float(round(world.balance, 10))
    return {
        "id": "user_sim",
        "email": world.email,
        "pubKey": "\n".join(world.ssh_keys),
        "clientBalance": balance,
        "currentSpendPerHr": float(round(world.burn, 10)),
        "spendLimit": float(world.spend_limit),
        "minBalance": 0.0,
        "underBalance": world.balance <= 0,
        "pods": lambda _info: [pod_object(world, pod) for pod in visible_pods(world, operation)],
        "networkVolumes": [volume_object(volume) for volume in world.volumes.values()],
        "podTemplates": [template_object(template) for template in world.templates.values()],
    }


def _pod(world: World, _operation: Operation, input: Json | None = None) -> Json | None:  # noqa: A002
    """Null for a pod that is unknown or terminated."""
    pod = world.pods.get((input or {}).get("podId", ""))
    return pod_object(world, pod) if pod else None


def _gpu_types(world: World, _operation: Operation, input: Json | None = None) -> list[Json]:  # noqa: A002
    asked = input or {}
    wanted = asked.get("ids") or ([asked["id"]] if asked.get("id") else None)
    return [gpu_type(world, gpu) for gpu in GPU_TYPES.values() if wanted is None or gpu.id in wanted]


def _deploy(world: World, operation: Operation, input: Json | None = None) -> Json | None:  # noqa: A002
    """The first GPU type and cloud that can be had; null when none can."""
    asked = input or {}
    if asked.get("dockerArgs") is None or not asked.get("imageName"):
        raise GraphQLError(INTERNAL_ERROR, extensions={"code": "INTERNAL_SERVER_ERROR"})
    cloud = asked.get("cloudType") or "SECURE"
    for gpu_id in asked.get("gpuTypeIdList") or [asked.get("gpuTypeId")]:
        if gpu_id not in GPU_TYPES:
            raise GraphQLError(INTERNAL_ERROR, extensions={"code": "INTERNAL_SERVER_ERROR"})
        for tier in ("SECURE", "COMMUNITY") if cloud == "ALL" else (cloud,):
            try:
                pod = placement.place(world, _wish(world, asked, gpu_id, tier), operation)
            except placement.NoCapacity:
                continue
            _limit_life(pod, asked)
            return pod_object(world, pod)
    return None


def _rent_spot(world: World, operation: Operation, input: Json) -> Json:  # noqa: A002
    if not world.settings.spot_offered or not input.get("bidPerGpu"):
        raise GraphQLError(SPOT_REFUSED, extensions={"code": "RUNPOD"})
    cloud = input.get("cloudType") or "SECURE"
    wish = _wish(world, input, input.get("gpuTypeId"), "SECURE" if cloud == "ALL" else cloud, spot=True)
    pod = placement.place(world, wish, operation)
    _limit_life(pod, input)
    return pod_object(world, pod)


def _resume(world: World, operation: Operation, input: Json) -> Json:  # noqa: A002
    """A pod that runs already is answered as it is. Zero GPUs cannot be asked for: RunPod gives one."""
    pod = actions.find(world, input["podId"])
    if pod.status not in LIVE:
        actions.start(world, pod, operation, gpu_count=pod.gpu_wanted)
    return pod_object(world, pod)


def _stop(world: World, _operation: Operation, input: Json) -> Json:  # noqa: A002
    pod = actions.find(world, input["podId"])
    if pod.status in LIVE:
        actions.stop(world, pod)
    return pod_object(world, pod)


def _terminate(world: World, _operation: Operation, input: Json) -> None:  # noqa: A002
    pod = world.pods.get(input["podId"])
    if pod is None:
        raise GraphQLError("pod not found to terminate", extensions={"code": "RUNPOD"})
    actions.refuse_cluster_member(pod)
    world.remove(pod)


def _wish(world: World, asked: Json, gpu_id: str | None, cloud: str, *, spot: bool = False) -> placement.Wish:
    volume_id = asked.get("networkVolumeId")
    path = asked.get("volumeMountPath") or "/workspace"
    size = asked.get("volumeInGb") or 0
    center = asked.get("dataCenterId")
    if volume_id and volume_id not in world.volumes:
        raise GraphQLError(INTERNAL_ERROR, extensions={"code": "INTERNAL_SERVER_ERROR"})
    return placement.Wish(
        name=asked.get("name") or "pod",
        image=asked.get("imageName") or "",
        args=asked.get("dockerArgs") or "",
        disk_gb=asked.get("containerDiskInGb") or 20,
        ports=[port for port in (asked.get("ports") or "").split(",") if port],
        env={variable["key"]: variable["value"] for variable in asked.get("env") or []},
        cloud=cloud,
        data_centers=[center] if center else (),
        gpu_id=gpu_id,
        gpu_count=asked.get("gpuCount") or 1,
        persistent=Persistent(size, path) if size and not volume_id else None,
        network=Network(volume_id, path) if volume_id else None,
        allowed_cuda=asked.get("allowedCudaVersions") or (),
        min_cuda=asked.get("minCudaVersion"),
        spot=spot,
    )


def _limit_life(pod: SimPod, asked: Json) -> None:
    pod.stop_after = _instant(asked.get("stopAfter"))
    pod.terminate_after = _instant(asked.get("terminateAfter"))


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise GraphQLError(INTERNAL_ERROR, extensions={"code": "INTERNAL_SERVER_ERROR"}) from wrong
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
