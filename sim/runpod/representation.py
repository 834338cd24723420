"""How REST v2 writes down a pod, a network volume and a template."""

from __future__ import annotations

import zlib
from datetime import datetime

from sim.runpod.prices import CPU_FLAVORS
from sim.runpod.state import Persistent, SimPod, SimTemplate, SimVolume, Status, Telemetry
from sim.runpod.telemetry import measure, uptime
from sim.runpod.wire import Json, stamp

SSH_PORT = 22


def pod_json(pod: SimPod, now: datetime, *, figures: bool, runtime: bool = True) -> Json:
    """A pod; without `figures` its runtime carries no utilisation, without `runtime` it is null."""
    written: Json = {
        "id": pod.id,
        "name": pod.name,
        "status": pod.status.value,
        "actions": list(pod.actions),
        "image": pod.image,
        "args": pod.args,
        "disk": pod.disk_gb,
        "mounts": mounts_json(pod),
        "ports": list(pod.ports),
        "env": dict(pod.env),
        "registry": pod.registry,
        "cloud": pod.cloud,
        "dataCenterId": pod.data_center,
        "cudaVersion": pod.cuda,
        "ssh": _ssh_json(pod),
        "template": None,
        "cost": float(pod.cost),
        "locked": pod.locked,
        "globalNetworking": _global_networking(pod),
        "runtime": _runtime_json(pod, now, figures=figures) if runtime else None,
        "createdAt": stamp(pod.created_at),
        "startedAt": stamp(pod.started_at) if pod.started_at else None,
    }
    if pod.gpu_id is not None:
        written["gpu"] = {"id": pod.gpu_id, "count": pod.gpu_count}
    else:
        written["cpu"] = {"id": pod.cpu_id, "vcpuCount": pod.vcpu, "memory": cpu_memory(pod)}
    if pod.cluster is not None:
        written["cluster"] = {"id": pod.cluster, "rank": 0}
    return written


def list_carries_figures(telemetry: Telemetry) -> bool:
    return telemetry is Telemetry.LIST


def read_carries_figures(telemetry: Telemetry) -> bool:
    return telemetry is not Telemetry.NONE


def mounts_json(pod: SimPod) -> Json:
    if pod.persistent is not None:
        return {"persistent": persistent_json(pod.persistent)}
    if pod.network is not None:
        return {"network": [{"volumeId": pod.network.volume_id, "path": pod.network.path}]}
    return {}


def persistent_json(mount: Persistent) -> Json:
    return {"size": mount.size_gb, "path": mount.path}


def volume_json(volume: SimVolume) -> Json:
    return {
        "id": volume.id,
        "name": volume.name,
        "size": volume.size_gb,
        "dataCenter": volume.data_center,
        "type": volume.type,
    }


def template_json(template: SimTemplate) -> Json:
    return {
        "id": template.id,
        "name": template.name,
        "image": template.image,
        "args": template.args,
        "disk": template.disk_gb,
        "mounts": {"persistent": persistent_json(template.persistent)} if template.persistent else {},
        "ports": list(template.ports),
        "env": dict(template.env),
        "registry": None,
        "serverless": template.serverless,
        "public": False,
        "category": "NVIDIA",
        "startSsh": True,
        "startJupyter": False,
        "allowedCudaVersions": [],
    }


def cpu_memory(pod: SimPod) -> int:
    """GB of memory that come with a CPU pod's vCPUs."""
    flavor = CPU_FLAVORS.get(pod.cpu_id or "")
    return max(1, int(pod.vcpu * flavor.ram_per_vcpu)) if flavor else pod.vcpu


def host_ip(pod: SimPod) -> str:
    """The public address of the pod's host; from a range set aside for documentation."""
    return f"203.0.113.{zlib.crc32(pod.host.encode()) % 250 + 2}"


def port_mappings(pod: SimPod) -> list[Json]:
    """Where a running pod's ports can be reached; a TCP port changes with every start."""
    mappings: list[Json] = []
    for port in pod.ports:
        private, _, kind = port.partition("/")
        seed = f"{pod.id}/{port}/{pod.started_at}"
        public = 20_000 + zlib.crc32(seed.encode()) % 40_000
        mappings.append({"private": int(private), "public": public, "type": kind or "tcp", "ip": host_ip(pod)})
    return mappings


def ssh_port(pod: SimPod) -> int | None:
    if pod.status is not Status.RUNNING or "22/tcp" not in pod.ports:
        return None
    return next(int(port["public"]) for port in port_mappings(pod) if port["private"] == SSH_PORT)


def _runtime_json(pod: SimPod, now: datetime, *, figures: bool) -> Json | None:
    if pod.status is not Status.RUNNING or pod.crashed_at is not None:
        return None
    runtime: Json = {"uptime": uptime(pod, now), "ports": port_mappings(pod)}
    sample = measure(pod, now)
    if figures and sample is not None:
        runtime["gpus"] = [{"util": util, "memoryUtil": memory} for util, memory in sample.gpus]
        runtime["cpu"] = {"util": sample.cpu}
        runtime["memory"] = {"util": sample.memory}
    return runtime


def _ssh_json(pod: SimPod) -> Json:
    if pod.status is Status.PROVISIONING:
        return {"proxy": None, "direct": None}
    user = f"{pod.id}-{pod.host}"
    proxy = _endpoint("ssh.runpod.io", SSH_PORT, user, f"ssh {user}@ssh.runpod.io")
    port = ssh_port(pod)
    if port is None:
        return {"proxy": proxy, "direct": None}
    ip = host_ip(pod)
    return {"proxy": proxy, "direct": _endpoint(ip, port, "root", f"ssh root@{ip} -p {port}")}


def _endpoint(host: str, port: int, username: str, command: str) -> Json:
    return {"host": host, "port": port, "username": username, "command": command}


def _global_networking(pod: SimPod) -> Json:
    if not pod.global_networking:
        return {"enabled": False}
    address = zlib.crc32(pod.id.encode())
    ip = f"10.65.{address % 250}.{address // 250 % 250 + 2}"
    return {"enabled": True, "ip": ip, "internalDns": f"{pod.id}.runpod.internal"}
