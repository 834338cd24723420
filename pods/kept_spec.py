"""What is kept of a pod so that it can be made again: everything in clear but the values of its env. Pure.

A value that is only a reference to a RunPod secret stays readable. Every other one is kept sealed with
PODKEEPER_SPEC_KEY, or, without that key, not at all: then the pod can be made again only while RunPod still has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pydantic import Field, SecretStr

from pods.model import Cloud, CpuRequest, GpuRequest, NetworkMount, PersistentMount, Pod, PodSpec, Value

#: The name of our stamp in a pod's env: the id of the operation that created it.
STAMP: Final = "PODKEEPER_OP"
#: RunPod sets these itself; sent again they would be the lost pod's.
_INJECTED: Final = re.compile(
    r"RUNPOD_(POD_ID|DC_ID|POD_HOSTNAME|GPU_COUNT|CPU_COUNT|PUBLIC_IP|TCP_PORT_\d+|VOLUME_ID|API_KEY)"
)
_REFERENCE: Final = re.compile(r"\{\{\s*RUNPOD_SECRET_\w+\s*\}\}")


class KeptEnv(Value):
    #: Every name but those that RunPod and we set.
    names: tuple[str, ...] = ()
    #: Values that are references to RunPod secrets, by name.
    references: Mapping[str, str] = Field(default_factory=dict)
    #: The other values, sealed together. None: there are none, or there was no key.
    sealed: str | None = None

    @property
    def secret_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in self.references)

    @property
    def lost_with_the_pod(self) -> tuple[str, ...]:
        """Names whose values nobody has once RunPod has forgotten the pod."""
        return () if self.sealed is not None else self.secret_names


class KeptSpec(Value):
    """Of one pod, as last read."""

    image: str
    args: str = ""
    disk_gb: int | None = None
    ports: tuple[str, ...] = ()
    gpu: GpuRequest | None = None
    cpu: CpuRequest | None = None
    cloud: Cloud = Cloud.SECURE
    data_center: str | None = None
    persistent: PersistentMount | None = None
    network: NetworkMount | None = None
    mounts_known: bool = True
    #: The id of the credentials its image is pulled with.
    registry: str | None = None
    #: USD per GPU and hour; None: not a spot pod, as far as is known.
    bid: Decimal | None = None
    env: KeptEnv = KeptEnv()

    @property
    def host_local(self) -> bool:
        """Its data is, or may be, on its host's own disk."""
        return self.persistent is not None or not self.mounts_known


def environment(values: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """What of a pod's env belongs to its maker."""
    return {name: value for name, value in values.items() if name != STAMP and not _INJECTED.fullmatch(name)}


def references(values: Mapping[str, SecretStr]) -> dict[str, str]:
    """The values that say only which RunPod secret to put there."""
    shown = {name: value.get_secret_value() for name, value in values.items()}
    return {name: value for name, value in shown.items() if _REFERENCE.fullmatch(value.strip())}


def kept(pod: Pod, env: KeptEnv, *, gpu_count: int | None = None) -> KeptSpec:
    """Of a pod as read. `gpu_count`: what it had while it ran, where a reading may show a start without GPUs."""
    count = max(gpu_count or 0, pod.gpu.count if pod.gpu else 0)
    return KeptSpec(
        image=pod.image,
        args=pod.args,
        disk_gb=pod.disk_gb,
        ports=pod.ports,
        gpu=GpuRequest(id=pod.gpu.id, count=count) if pod.gpu and count else None,
        cpu=CpuRequest(id=pod.cpu.id, vcpu_count=pod.cpu.vcpu_count) if pod.cpu else None,
        cloud=pod.cloud or Cloud.SECURE,
        data_center=pod.data_center,
        persistent=pod.persistent,
        network=pod.network,
        mounts_known=pod.mounts_known,
        env=env,
    )


def spec_of(
    spec: KeptSpec, *, name: str, gpu: GpuRequest | None, cloud: Cloud, data_centers: tuple[str, ...]
) -> PodSpec:
    """What to create, but for the env's sealed values: those are added by the worker in the moment of the call."""
    return PodSpec(
        name=name,
        image=spec.image,
        args=spec.args or None,
        disk_gb=spec.disk_gb,
        ports=spec.ports,
        env=dict(spec.env.references),
        gpu=gpu,
        cpu=spec.cpu,
        cloud=cloud,
        data_centers=data_centers,
        persistent=spec.persistent,
        network=spec.network,
    )


def same_shape(spec: KeptSpec, pod: Pod) -> bool:
    """Whether the pod as listed is still what was kept; env values cannot be told from here."""
    names = tuple(sorted(name for name in pod.env_names if name != STAMP and not _INJECTED.fullmatch(name)))
    told = (pod.image, pod.args, pod.disk_gb, pod.ports, pod.persistent, pod.network, pod.mounts_known)
    was = (spec.image, spec.args, spec.disk_gb, spec.ports, spec.persistent, spec.network, spec.mounts_known)
    gpu = pod.gpu is None or not pod.gpu.count or spec.gpu == GpuRequest(id=pod.gpu.id, count=pod.gpu.count)
    return told == was and names == tuple(sorted(spec.env.names)) and gpu
