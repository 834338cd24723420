"""What is to be created: an order with its candidates, in the order they are tried. Pure.

The order is all an operation needs: whoever takes it over creates the same pod, whatever became of the preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pydantic import Field

from pods.model import Cloud, CpuRequest, GpuRequest, NetworkMount, PersistentMount, Pod, PodSpec, Value
from pods.sealing import EnvVar

#: The variable a pod of ours carries; its value is the id of the operation that made it.
STAMP: Final = "PODKEEPER_OP"
#: RunPod takes longer names; an id at the end must survive being cut.
NAME_MAX: Final = 100


class Candidate(Value):
    """One thing to ask RunPod for. Exactly one of gpu and cpu."""

    gpu: GpuRequest | None = None
    cpu: CpuRequest | None = None
    cloud: Cloud = Cloud.SECURE
    #: Empty: RunPod chooses.
    data_centers: tuple[str, ...] = ()
    #: USD per hour of the whole pod's compute, as the catalog said when it was asked; None: not known.
    price: Decimal | None = None
    #: USD per GPU and hour offered for a spot pod; None: on demand.
    bid: Decimal | None = None


class CreateOrder(Value):
    """What was asked for, and decided upon, in full. Env values are references or sealed."""

    #: As people call it; the pod's own name has the operation's id behind it.
    name: str
    #: Whose table in the policy it was made from, for people to read.
    preset: str | None = None
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    image: str | None = None
    template_id: str | None = None
    args: str | None = None
    disk_gb: int | None = None
    ports: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    persistent: PersistentMount | None = None
    network: NetworkMount | None = None
    start_ssh: bool = False
    start_jupyter: bool = False
    #: Id of the credentials for a private image.
    registry: str | None = None
    #: USD per hour of compute: what costs more is not asked for.
    price_cap: Decimal | None = None
    #: Everything but candidates and mounts is read from this pod just before the call; its env is never kept.
    copy_of: str | None = None
    #: User id of whose it shall be.
    owner: str | None = None
    #: What is lost there pages somebody.
    training: bool = False
    #: The recovery rule that brings it back.
    recovery: str | None = None
    #: Seconds it is wanted for, from when it was made.
    lease_s: int | None = None


class Tried(Value):
    """A candidate RunPod certainly did not give, and its words."""

    candidate: int
    sentence: str


def pod_name(order: CreateOrder, operation_id: str) -> str:
    return f"{order.name[: NAME_MAX - len(operation_id) - 1]}-{operation_id}"


def name_of(pod: Pod) -> str:
    """What people call a pod: without the id of the operation that made it."""
    if pod.stamp is not None:
        return pod.name.removesuffix(f"-{pod.stamp}")
    return pod.name


def spec_of(order: CreateOrder, candidate: Candidate, operation_id: str, env: Mapping[str, str]) -> PodSpec:
    """What is sent for one candidate, stamped with the operation's id."""
    return PodSpec(
        name=pod_name(order, operation_id),
        image=order.image,
        template_id=order.template_id,
        args=order.args,
        disk_gb=order.disk_gb,
        ports=order.ports,
        env={**env, STAMP: operation_id},
        gpu=candidate.gpu,
        cpu=candidate.cpu,
        cloud=candidate.cloud,
        data_centers=candidate.data_centers,
        persistent=order.persistent,
        network=order.network,
        start_ssh=order.start_ssh,
        start_jupyter=order.start_jupyter,
        registry=order.registry,
        bid_per_gpu=candidate.bid,
    )


def copied(order: CreateOrder, of: PodSpec) -> tuple[CreateOrder, Mapping[str, str]]:
    """The order with what the pod it copies is made of, and that pod's env, which no record may hold."""
    env = {name: value for name, value in of.env.items() if name not in _OWN_ENV and not name.startswith("RUNPOD_")}
    taken = {
        "image": of.image,
        "args": of.args,
        "disk_gb": of.disk_gb,
        "ports": of.ports,
        "registry": of.registry,
        "start_ssh": "PUBLIC_KEY" in of.env,
        "start_jupyter": "JUPYTER_PASSWORD" in of.env,
    }
    return order.model_copy(update=taken), env


#: RunPod puts these into a pod itself, anew for each.
_OWN_ENV: Final = frozenset({STAMP, "PUBLIC_KEY", "JUPYTER_PASSWORD"})


def made_by(pod: Pod, operation_id: str) -> bool:
    """By its stamp, or where RunPod did not say what is in its env, by the end of its name."""
    return pod.stamp == operation_id or (pod.stamp is None and pod.name.endswith(f"-{operation_id}"))
