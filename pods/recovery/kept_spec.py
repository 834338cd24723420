"""What is kept of a pod so that it can be made again: everything in clear but the values of its env. Pure.

A value that is only a reference to a RunPod secret stays readable. Every other one is kept sealed with
PODKEEPER_SPEC_KEY, or, without that key, not at all: then the pod can be made again only while RunPod still has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pods.model import Cloud, CpuRequest, GpuRequest, NetworkMount, PersistentMount, Pod, PodSpec, Value
from pods.sealing import EnvVar, NoSpecKey, Sealer, is_reference

#: Put into every pod anew: our stamp, and what RunPod makes for SSH and Jupyter.
_SET_ANEW: Final = frozenset({"PODKEEPER_OP", "PUBLIC_KEY", "JUPYTER_PASSWORD"})
_RUNPODS: Final = "RUNPOD_"


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
    #: The id of the credentials its image is pulled with.
    registry: str | None = None
    #: RunPod put the account's SSH keys, or a Jupyter password, into it.
    start_ssh: bool = False
    start_jupyter: bool = False
    #: USD per GPU and hour; None: not a spot pod, as far as is known.
    bid: Decimal | None = None
    #: References in clear, other values sealed.
    env: tuple[EnvVar, ...] = ()
    #: Names whose values could not be kept: nobody has them once RunPod has forgotten the pod.
    unkept: tuple[str, ...] = ()

    @property
    def env_names(self) -> tuple[str, ...]:
        return tuple(sorted((*(each.name for each in self.env), *self.unkept)))

    @property
    def host_local(self) -> bool:
        """Its data is on its host's own disk."""
        return self.persistent is not None


def own(name: str) -> bool:
    """Whether a variable belongs to the pod's maker: RunPod sets its own, and we our stamp, anew for each pod."""
    return name not in _SET_ANEW and not name.startswith(_RUNPODS)


def kept_env(values: Mapping[str, str], sealer: Sealer) -> tuple[tuple[EnvVar, ...], tuple[str, ...]]:
    """What of an env may be kept, and the names of what may not for want of a key."""
    mine = {name: value for name, value in values.items() if own(name)}
    try:
        return sealer.seal(mine), ()
    except NoSpecKey:
        shown = {name: value for name, value in mine.items() if is_reference(value)}
        return sealer.seal(shown), tuple(sorted(set(mine) - set(shown)))


def kept(made: PodSpec, pod: Pod, sealer: Sealer) -> KeptSpec:
    """Of a pod as it was made, and as last seen working: the latter knows where, and on how many GPUs."""
    env, unkept = kept_env(made.env, sealer)
    count = pod.gpu.count if pod.gpu and pod.gpu.count else made.gpu.count if made.gpu else 0
    return KeptSpec(
        image=made.image or pod.image,
        args=made.args or "",
        disk_gb=made.disk_gb,
        ports=made.ports,
        gpu=GpuRequest(id=made.gpu.id, count=count) if made.gpu else None,
        cpu=made.cpu,
        cloud=made.cloud,
        data_center=pod.data_center or next(iter(made.data_centers), None),
        persistent=made.persistent,
        network=made.network,
        registry=made.registry,
        bid=pod.cost_per_hour / count if pod.spot and count and pod.cost_per_hour else None,
        start_ssh="PUBLIC_KEY" in made.env,
        start_jupyter="JUPYTER_PASSWORD" in made.env,
        env=env,
        unkept=unkept,
    )


def same_shape(spec: KeptSpec, pod: Pod) -> bool:
    """Whether the pod as listed is still what was kept; env values cannot be told from here."""
    names = tuple(sorted(name for name in pod.env_names if own(name)))
    told = (pod.image, pod.args, pod.disk_gb, pod.ports, pod.persistent, pod.network)
    was = (spec.image, spec.args, spec.disk_gb, spec.ports, spec.persistent, spec.network)
    gpu = pod.gpu is None or not pod.gpu.count or spec.gpu == GpuRequest(id=pod.gpu.id, count=pod.gpu.count)
    return told == was and names == spec.env_names and gpu
