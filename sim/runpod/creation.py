"""What a body asks for, together with the template it names."""

from __future__ import annotations

from sim.runpod.placement import Wish
from sim.runpod.state import Network, Persistent, SimTemplate
from sim.runpod.wire import Json, bad_request, invalid, not_found
from sim.runpod.world import World


def wish_of(world: World, body: Json) -> Wish:
    if ("gpu" in body) == ("cpu" in body):
        raise bad_request("exactly one of gpu or cpu must be set")
    template = template_of(world, body)
    merged = {**template_fields(template), **body}
    if template is not None:
        merged["env"] = {**template.env, **body.get("env", {})}
    gpu, cpu, mounts = body.get("gpu", {}), body.get("cpu", {}), body.get("mounts", {})
    persistent = persistent_of(mounts)
    if template is not None and not mounts and not cpu:
        persistent = template.persistent
    return Wish(
        name=body["name"],
        image=merged["image"],
        args=merged.get("args", ""),
        disk_gb=merged.get("disk", 20),
        ports=checked_ports(merged.get("ports", [])),
        env={**_injected(world, body), **merged.get("env", {})},
        registry=merged.get("registry"),
        cloud=body.get("cloud", "SECURE"),
        data_centers=body.get("dataCenterIds", ()),
        gpu_id=gpu.get("id"),
        gpu_count=gpu.get("count", 1),
        cpu_id=cpu.get("id"),
        vcpu=cpu.get("vcpuCount", 0),
        persistent=persistent,
        network=network_of(mounts),
        global_networking=body.get("globalNetworking", False),
        allowed_cuda=gpu.get("allowedCudaVersions", ()),
        min_cuda=gpu.get("minCudaVersion"),
    )


def template_of(world: World, body: Json) -> SimTemplate | None:
    if "templateId" not in body:
        return None
    template = world.templates.get(body["templateId"])
    if template is None:
        raise not_found("template not found")
    if template.serverless:
        raise invalid(["$.templateId: template is a serverless template"])
    return template


def template_fields(template: SimTemplate | None) -> Json:
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
        env["JUPYTER_PASSWORD"] = world.new_id(16)
    return env


def checked_ports(ports: list[str]) -> list[str]:
    for port in ports:
        private, _, kind = port.partition("/")
        if not private.isdecimal() or kind not in {"http", "tcp"}:
            raise bad_request(f"port '{port}' must be written as port/protocol")
    return ports


def persistent_of(mounts: Json) -> Persistent | None:
    mount = mounts.get("persistent")
    return Persistent(mount["size"], mount["path"]) if mount else None


def network_of(mounts: Json) -> Network | None:
    network = mounts.get("network")
    return Network(network[0]["volumeId"], network[0]["path"]) if network else None
