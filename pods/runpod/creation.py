"""What is sent to create a pod. Strict: RunPod answers 422 to a field it does not know, so nothing else is sent."""

from __future__ import annotations

from typing import Any, Final

from pods.errors import InvalidRequest, NeedsRest
from pods.model import PersistentMount, PodSpec

#: RunPod's floor for host-local disks.
SMALLEST_VOLUME_GB: Final = 10
FEWEST_VCPUS: Final = 2


def rest_body(spec: PodSpec) -> dict[str, Any]:
    check(spec)
    body: dict[str, Any] = {"name": spec.name, "cloud": spec.cloud.value}
    if spec.gpu:
        # Left out, the count has matched machines with no GPU at all.
        body["gpu"] = {"id": spec.gpu.id, "count": spec.gpu.count}
    if spec.cpu:
        body["cpu"] = {"id": spec.cpu.id, "vcpuCount": spec.cpu.vcpu_count}
    optional: dict[str, Any] = {
        "image": spec.image,
        "templateId": spec.template_id,
        "args": spec.args,
        "disk": spec.disk_gb,
        "ports": list(spec.ports),
        "env": dict(spec.env),
        "dataCenterIds": list(spec.data_centers),
        "mounts": _mounts(spec),
        "registry": spec.registry,
        "startSsh": spec.start_ssh or None,
        "startJupyter": spec.start_jupyter or None,
    }
    return body | {name: value for name, value in optional.items() if value not in (None, [], {})}


def _mounts(spec: PodSpec) -> dict[str, Any] | None:
    if spec.persistent:
        return {"persistent": {"size": spec.persistent.size_gb, "path": spec.persistent.path}}
    if spec.network:
        return {"network": [{"volumeId": spec.network.volume_id, "path": spec.network.path}]}
    return None


def graphql_input(spec: PodSpec) -> dict[str, Any]:
    """Variables of podFindAndDeployOnDemand, with a bid podRentInterruptable: GPU pods in one data center only."""
    check(spec)
    if spec.gpu is None:
        raise NeedsRest("CPU pods", sentence="A CPU pod needs RunPod's REST v2 API, which is switched off here.")
    if len(spec.data_centers) > 1:
        raise NeedsRest("several data centers", sentence="Without RunPod's REST v2 API, name one data center only.")
    bid = {} if spec.bid_per_gpu is None else {"bidPerGpu": float(spec.bid_per_gpu)}
    order: dict[str, Any] = bid | {
        "name": spec.name,
        "cloudType": spec.cloud.value,
        "gpuTypeId": spec.gpu.id,
        "gpuCount": spec.gpu.count,
        # Left out, RunPod has answered with an internal error.
        "dockerArgs": spec.args or "",
        "volumeInGb": spec.persistent.size_gb if spec.persistent else 0,
        "startSsh": spec.start_ssh,
        "startJupyter": spec.start_jupyter,
    }
    mount = spec.persistent or spec.network
    optional: dict[str, Any] = {
        "imageName": spec.image,
        "templateId": spec.template_id,
        "containerDiskInGb": spec.disk_gb,
        "ports": ",".join(spec.ports) or None,
        "env": [{"key": name, "value": value} for name, value in spec.env.items()] or None,
        "containerRegistryAuthId": spec.registry,
        "networkVolumeId": spec.network.volume_id if spec.network else None,
        "volumeMountPath": mount.path if mount else None,
        "dataCenterId": spec.data_centers[0] if spec.data_centers else None,
    }
    return order | {name: value for name, value in optional.items() if value is not None}


def check(spec: PodSpec) -> None:
    """Refuse before sending what RunPod would refuse after it."""
    if wrong := _wrong(spec):
        raise InvalidRequest(f"nothing sent: {wrong}", sentence=f"That pod cannot be created: {wrong}.")


def _wrong(spec: PodSpec) -> str | None:
    rules = (
        (not spec.name.strip(), "it needs a name"),
        ((spec.gpu is None) == (spec.cpu is None), "it needs either a GPU or a CPU type"),
        (not spec.image and not spec.template_id, "it needs an image or a template"),
        (spec.gpu is not None and spec.gpu.count < 1, "it needs at least one GPU"),
        (spec.cpu is not None and not _vcpus_fit(spec.cpu.vcpu_count), "vCPUs come in 2, 4, 8, 16 and so on"),
        (spec.disk_gb is not None and spec.disk_gb < 1, "its disk needs at least 1 GB"),
        (
            spec.persistent is not None and spec.network is not None,
            "a volume disk and a network volume exclude each other",
        ),
        (spec.cpu is not None and spec.persistent is not None, "a CPU pod cannot have a volume disk"),
        (spec.bid_per_gpu is not None and spec.gpu is None, "only GPU pods can be spot"),
        (spec.bid_per_gpu is not None and spec.bid_per_gpu <= 0, "a bid is more than nothing"),
        (_too_small(spec.persistent), f"a volume disk has at least {SMALLEST_VOLUME_GB} GB"),
    )
    return next((sentence for broken, sentence in rules if broken), None)


def _vcpus_fit(count: int) -> bool:
    return count >= FEWEST_VCPUS and count.bit_count() == 1


def _too_small(volume: PersistentMount | None) -> bool:
    return volume is not None and volume.size_gb < SMALLEST_VOLUME_GB
