"""How GraphQL writes down a pod, a GPU type and a network volume. `desiredStatus` is intent, not state."""

from __future__ import annotations

from typing import Any

from sim.runpod.catalog import stock
from sim.runpod.faults import Kind
from sim.runpod.prices import GPU_TYPES, GpuType
from sim.runpod.representation import cpu_memory, port_mappings
from sim.runpod.state import LIVE, SimPod, SimTemplate, SimVolume, Status, Telemetry
from sim.runpod.telemetry import Sample, measure, uptime
from sim.runpod.wire import Json, stamp
from sim.runpod.world import World


def pod_object(world: World, pod: SimPod) -> Json:
    live = pod.status in LIVE and not pod.stopping
    running = pod.status is Status.RUNNING
    volume = world.volumes.get(pod.network.volume_id) if pod.network else None
    return {
        "id": pod.id,
        "name": pod.name,
        "desiredStatus": "RUNNING" if live else "EXITED",
        "podType": "INTERRUPTABLE" if pod.spot else "RESERVED",
        "lastStatusChange": pod.last_change,
        "lastStartedAt": stamp(pod.started_at) if pod.started_at else None,
        "createdAt": stamp(pod.created_at),
        "imageName": pod.image,
        "dockerArgs": pod.args,
        "env": [f"{name}={value}" for name, value in pod.env.items()],
        "ports": ",".join(pod.ports),
        "gpuCount": pod.gpu_count,
        "vcpuCount": float(pod.vcpu or 16 * max(pod.gpu_count, 1)),
        "memoryInGb": float(cpu_memory(pod) if pod.cpu_id else 125 * max(pod.gpu_count, 1)),
        "machineId": pod.host,
        "machine": _machine(world, pod),
        "containerDiskInGb": pod.disk_gb,
        "volumeInGb": float(pod.persistent.size_gb if pod.persistent else 0),
        "volumeMountPath": _mount_path(pod),
        "networkVolumeId": pod.network.volume_id if pod.network else None,
        "networkVolume": volume_object(volume) if volume else None,
        "templateId": None,
        "costPerHr": float(pod.price),
        "adjustedCostPerHr": float(pod.price),
        "lowestBidPriceToResume": float(pod.price / max(pod.gpu_wanted, 1)) if pod.spot else None,
        "containerRegistryAuthId": pod.registry,
        "locked": pod.locked,
        "uptimeSeconds": uptime(pod, world.at) if running else 0,
        "runtime": _runtime(world, pod),
        "latestTelemetry": _telemetry(world, pod),
    }


def volume_object(volume: SimVolume) -> Json:
    return {"id": volume.id, "name": volume.name, "size": volume.size_gb, "dataCenterId": volume.data_center}


def template_object(template: SimTemplate) -> Json:
    persistent = template.persistent
    return {
        "id": template.id,
        "name": template.name,
        "imageName": template.image,
        "dockerArgs": template.args,
        "env": [{"key": name, "value": value} for name, value in template.env.items()],
        "containerDiskInGb": template.disk_gb,
        "volumeInGb": persistent.size_gb if persistent else 0,
        "volumeMountPath": persistent.path if persistent else None,
        "ports": ",".join(template.ports),
        "isPublic": False,
        "isServerless": template.serverless,
    }


def gpu_type(world: World, gpu: GpuType) -> Json:
    """Spot prices equal the others since August 2026."""
    secure = float(gpu.secure) if gpu.secure else None
    community = float(gpu.community) if gpu.community else None
    return {
        "id": gpu.id,
        "displayName": gpu.name,
        "manufacturer": gpu.manufacturer.title(),
        "memoryInGb": gpu.memory_gb,
        "secureCloud": gpu.secure is not None,
        "communityCloud": gpu.community is not None,
        "securePrice": secure,
        "communityPrice": community,
        "secureSpotPrice": secure,
        "communitySpotPrice": community,
        "maxGpuCount": gpu.max_count,
        "maxGpuCountSecureCloud": gpu.max_count if gpu.secure else 0,
        "maxGpuCountCommunityCloud": gpu.max_count if gpu.community else 0,
        "lowestPrice": _lowest_price(world, gpu),
    }


def _lowest_price(world: World, gpu: GpuType) -> object:
    def resolve(_info: object, input: dict[str, Any] | None = None) -> Json:  # noqa: A002
        asked = input or {"gpuCount": 1}
        count = asked["gpuCount"]
        secure = asked.get("secureCloud")
        clouds = ["SECURE", "COMMUNITY"] if secure is None else ["SECURE" if secure else "COMMUNITY"]
        offers = [price for cloud in clouds if (price := gpu.price(cloud)) is not None]
        levels = [stock(world, gpu, count=count, cloud=cloud) for cloud in clouds if gpu.price(cloud) is not None]
        level = next((level for level in levels if level != "NONE"), "NONE")
        available = offers and level != "NONE"
        return {
            "gpuName": gpu.name,
            "gpuTypeId": gpu.id,
            "minimumBidPrice": float(min(offers) * count) if available else None,
            "uninterruptablePrice": float(min(offers)) if available else None,
            "stockStatus": level.title() if available else None,
        }

    return resolve


def _machine(world: World, pod: SimPod) -> Json | None:
    if pod.status is Status.PROVISIONING:
        return None
    gpu = GPU_TYPES.get(pod.gpu_id or "")
    return {
        "id": pod.host,
        "podHostId": f"{pod.id}-{pod.host}",
        "gpuDisplayName": pod.gpu_name,
        "gpuTypeId": pod.gpu_id,
        "gpuType": gpu_type(world, gpu) if gpu else None,
        "gpuAvailable": 0 if world.faults.shows(Kind.HOST_FULL, pod.id) else 1,
        "costPerHr": str(pod.price),
        "location": pod.data_center.partition("-")[0],
        "dataCenterId": pod.data_center,
        "secureCloud": pod.cloud == "SECURE",
        "supportPublicIp": True,
        **_maintenance(pod),
    }


def _maintenance(pod: SimPod) -> Json:
    if pod.maintenance is None:
        return {}
    starts_at, ends_at, why = pod.maintenance
    return {"maintenanceStart": stamp(starts_at), "maintenanceEnd": stamp(ends_at), "maintenanceNote": why}


def _mount_path(pod: SimPod) -> str | None:
    mount = pod.persistent or pod.network
    return mount.path if mount else None


def _runtime(world: World, pod: SimPod) -> Json | None:
    """Null until the container reports; while a stop is under way it is still there, and stale."""
    silent = world.faults.shows(Kind.NULL_RUNTIME, pod.id) or pod.crashed_at is not None
    if pod.status is not Status.RUNNING or silent:
        return None
    sample = _sample(world, pod)
    ports = [
        {
            "ip": port["ip"],
            "isIpPublic": port["type"] == "tcp",
            "privatePort": port["private"],
            "publicPort": port["public"],
            "type": port["type"],
        }
        for port in port_mappings(pod)
    ]
    return {
        "uptimeInSeconds": uptime(pod, world.at),
        "container": {"cpuPercent": sample.cpu, "memoryPercent": sample.memory} if sample else None,
        "gpus": [
            {"id": f"GPU-{pod.host}-{index}", "gpuUtilPercent": util, "memoryUtilPercent": memory}
            for index, (util, memory) in enumerate(sample.gpus)
        ]
        if sample
        else None,
        "ports": ports,
    }


def _telemetry(world: World, pod: SimPod) -> Json | None:
    if pod.crashed_at is not None:
        return {
            "state": "exited",
            "time": stamp(world.at),
            "lastStateTransitionTimestamp": pod.crashed_at.timestamp(),
        }
    sample = _sample(world, pod)
    if sample is None or pod.started_at is None:
        return None
    gpus = [
        {
            "id": f"GPU-{pod.host}-{index}",
            "percentUtilization": float(util),
            "temperatureCelcius": 34 + util * 0.4,
            "memoryUtilization": float(memory),
            "powerWatts": 70 + util * 5.0,
        }
        for index, (util, memory) in enumerate(sample.gpus)
    ]
    return {
        "state": "running",
        "time": stamp(world.at),
        "cpuUtilization": float(sample.cpu),
        "memoryUtilization": float(sample.memory),
        "averageGpuMetrics": gpus[0] if gpus else None,
        "individualGpuMetrics": gpus,
        "lastStateTransitionTimestamp": pod.started_at.timestamp(),
    }


def _sample(world: World, pod: SimPod) -> Sample | None:
    """In the mode without telemetry GraphQL has none either."""
    if world.settings.telemetry is Telemetry.NONE or world.faults.shows(Kind.NULL_RUNTIME, pod.id):
        return None
    return measure(pod, world.at)
