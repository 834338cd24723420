"""Where a new pod goes and what it costs, or why it cannot be had."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus

from sim.runpod import lifecycle
from sim.runpod.actions import require_balance
from sim.runpod.calls import Operation
from sim.runpod.faults import Kind
from sim.runpod.prices import CPU_FLAVORS, CUDA_VERSIONS, DATA_CENTERS, GPU_TYPES
from sim.runpod.state import Load, Network, Persistent, SimPod
from sim.runpod.wire import Refusal, bad_request
from sim.runpod.world import World

NO_INSTANCES = (
    "There are no longer any instances available with the requested specifications. Please refresh and try again."
)
DEFAULT_DATA_CENTER = "US-KS-2"


class NoCapacity(Refusal):
    """Nothing of the kind is free. REST says it in prose with 400, GraphQL by a null pod."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, detail or NO_INSTANCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to rent, whichever API said it."""

    name: str
    image: str
    args: str = ""
    disk_gb: int = 20
    ports: Sequence[str] = ()
    env: dict[str, str] = field(default_factory=dict)
    registry: str | None = None
    cloud: str = "SECURE"
    data_centers: Sequence[str] = ()
    gpu_id: str | None = None
    gpu_count: int = 1
    cpu_id: str | None = None
    vcpu: int = 0
    persistent: Persistent | None = None
    network: Network | None = None
    global_networking: bool = False
    allowed_cuda: Sequence[str] = ()
    min_cuda: str | None = None
    spot: bool = False


def place(world: World, wish: Wish, operation: Operation) -> SimPod:
    """Rent it: the pod exists, and bills, from now on."""
    _check_mounts(world, wish)
    price = _gpu_price(wish) if wish.gpu_id is not None else _cpu_price(wish)
    fault = world.faults.holds(Kind.NO_CAPACITY, operation)
    if fault is not None:
        raise NoCapacity(fault.detail)
    data_center = _data_center(world, wish)
    cuda = _cuda(wish)
    require_balance(world, price, operation, "deploy this pod")
    pod = _built(world, wish, price=price, data_center=data_center, cuda=cuda)
    lifecycle.strike(pod, world.faults, operation)
    lifecycle.provision(pod, world.at, world.settings)
    world.add(pod)
    return pod


def _built(world: World, wish: Wish, *, price: Decimal, data_center: str, cuda: str | None) -> SimPod:
    pod_id = world.new_id()
    gpu_count = wish.gpu_count if wish.gpu_id else 0
    return SimPod(
        id=pod_id,
        name=wish.name,
        created_at=world.at,
        image=wish.image,
        price=price,
        args=wish.args,
        disk_gb=wish.disk_gb,
        ports=list(wish.ports),
        env=dict(wish.env),
        registry=wish.registry,
        cloud=wish.cloud,
        data_center=data_center,
        cuda=cuda,
        gpu_id=wish.gpu_id,
        gpu_wanted=gpu_count,
        gpu_count=gpu_count,
        cpu_id=wish.cpu_id,
        vcpu=wish.vcpu,
        persistent=wish.persistent,
        network=wish.network,
        global_networking=wish.global_networking,
        spot=wish.spot,
        host=f"{zlib.crc32(pod_id.encode()):08x}",
        script=[(world.at, Load.BUSY)],
        story="Made just now.",
    )


def _check_mounts(world: World, wish: Wish) -> None:
    if wish.persistent is not None and wish.network is not None:
        raise bad_request("mounts.persistent and mounts.network are mutually exclusive")
    if wish.persistent is not None and wish.cpu_id is not None:
        raise bad_request("mounts.persistent is not supported on CPU pods")
    if wish.network is None:
        return
    if wish.network.volume_id not in world.volumes:
        raise bad_request(f"network volume '{wish.network.volume_id}' not found")
    if wish.cloud != "SECURE":
        raise bad_request("network volumes are available on SECURE cloud only")


def _gpu_price(wish: Wish) -> Decimal:
    gpu = GPU_TYPES.get(wish.gpu_id or "")
    if gpu is None:
        raise bad_request(f"gpu type '{wish.gpu_id}' not found")
    price = gpu.price(wish.cloud)
    if price is None or gpu.stock == "NONE" or wish.gpu_count > gpu.max_count:
        raise NoCapacity
    return price * wish.gpu_count


def _cpu_price(wish: Wish) -> Decimal:
    flavor = CPU_FLAVORS.get(wish.cpu_id or "")
    if flavor is None:
        raise bad_request(f"cpu flavor '{wish.cpu_id}' not found")
    if wish.vcpu.bit_count() != 1 or wish.vcpu > flavor.max_vcpu:
        raise bad_request(f"cpu.vcpuCount must be a power of two of at most {flavor.max_vcpu}")
    limit = flavor.disk_per_vcpu * wish.vcpu
    if wish.disk_gb > limit:
        raise bad_request(f"Container Disk must be less than or equal to {limit} GB for this instance")
    if wish.cloud != "SECURE":
        raise NoCapacity
    return flavor.price * wish.vcpu


def _data_center(world: World, wish: Wish) -> str:
    """The named ones are all that count, and a network volume's own is the only one it can be mounted in."""
    candidates = [center for center in wish.data_centers if center in DATA_CENTERS]
    if wish.data_centers and not candidates:
        raise NoCapacity
    if wish.network is not None:
        home = world.volumes[wish.network.volume_id].data_center
        if candidates and home not in candidates:
            raise NoCapacity
        return home
    return candidates[0] if candidates else DEFAULT_DATA_CENTER


def _cuda(wish: Wish) -> str | None:
    if wish.allowed_cuda and wish.min_cuda is not None:
        raise bad_request("gpu.allowedCudaVersions and gpu.minCudaVersion are mutually exclusive")
    if wish.gpu_id is None or wish.gpu_id.startswith("AMD"):
        return None
    offered = [version for version in CUDA_VERSIONS if not wish.allowed_cuda or version in wish.allowed_cuda]
    if wish.min_cuda is not None:
        floor = version_key(wish.min_cuda)
        offered = [version for version in offered if version_key(version) >= floor]
    if not offered:
        raise NoCapacity
    return offered[0]


def version_key(version: str) -> tuple[int, ...]:
    """Versions compare by number: 12.11 is above 12.2."""
    return tuple(int(part) for part in version.split("."))
