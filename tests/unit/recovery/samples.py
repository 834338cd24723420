"""A lost pod, rules, a catalog and records for the tables of recovery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pods.catalog import Catalog, Part
from pods.losses import Loss, LossKind
from pods.model import (
    Cloud,
    Cpu,
    CpuRequest,
    Gpu,
    GpuRequest,
    GpuType,
    NetworkMount,
    PersistentMount,
    Pod,
    PodSpec,
    PodStatus,
)
from pods.recovery.kept_spec import KeptSpec, kept
from pods.recovery.offers import Market
from pods.recovery.record import Recovery, first_plan
from pods.recovery.rules import Move, RecoveryRule
from pods.sealing import Sealer

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
H100 = "NVIDIA H100 80GB HBM3"
H200 = "NVIDIA H200"
A100 = "NVIDIA A100 80GB PCIe"
A40 = "NVIDIA A40"
MI300 = "AMD Instinct MI300X OAM"
ALL_MOVES = tuple(Move)
NETWORK = NetworkMount(volume_id="vol8kq2x1c", path="/workspace")
LOCAL = PersistentMount(size_gb=50, path="/workspace")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def lost(**changes: object) -> Pod:
    usual = Pod(
        id="xyz789",
        name="llama-ft",
        status=PodStatus.RUNNING,
        image="runpod/pytorch:1",
        args="python train.py",
        disk_gb=40,
        ports=("8888/http", "22/tcp"),
        network=NETWORK,
        gpu=Gpu(id=H100, count=2),
        cloud=Cloud.SECURE,
        data_center="EU-RO-1",
        cost_per_hour=Decimal("6.58"),
    )
    return usual.model_copy(update=changes)


def cpu_pod() -> Pod:
    return lost(gpu=None, cpu=Cpu(id="cpu3c", vcpu_count=4), cost_per_hour=Decimal("0.24"))


def made(pod: Pod | None = None, env: dict[str, str] | None = None) -> PodSpec:
    """What RunPod says the pod was made of."""
    pod = pod or lost()
    return PodSpec(
        name=pod.name,
        image=pod.image,
        args=pod.args,
        disk_gb=pod.disk_gb,
        ports=pod.ports,
        env=env if env is not None else {"RUN_NAME": "ft-3", "WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}"},
        gpu=GpuRequest(id=pod.gpu.id, count=max(1, pod.gpu.count)) if pod.gpu else None,
        cpu=CpuRequest(id=pod.cpu.id, vcpu_count=pod.cpu.vcpu_count) if pod.cpu else None,
        cloud=pod.cloud or Cloud.SECURE,
        data_centers=(pod.data_center,) if pod.data_center else (),
        persistent=pod.persistent,
        network=pod.network,
    )


def spec(pod: Pod | None = None, **changes: object) -> KeptSpec:
    return kept(made(pod), pod or lost(), Sealer()).model_copy(update=changes)


def rule(**changes: object) -> RecoveryRule:
    return RecoveryRule.model_validate({"name": "training", "moves": ALL_MOVES, "price_cap": 10, **changes})


def recovery(pod: Pod | None = None, **changes: object) -> Recovery:
    pod = pod or lost()
    loss = Loss(
        id="loss1",
        pod_id=pod.id,
        pod=pod,
        kind=LossKind.EXITED,
        well_at=at(-30),
        seen_at=NOON,
        confirmed_at=NOON,
        incident_id="inc1",
    )
    usual = first_plan(loss, None, rule=rule(), by="rule:training", now=NOON)
    return usual.model_copy(update={"spec": spec(pod), **changes})


def gpu(
    gpu_id: str, memory: int, price: str, *, centers: tuple[str, ...] = ("EU-RO-1",), free: str = "HIGH"
) -> GpuType:
    return GpuType(
        id=gpu_id,
        name=gpu_id.removeprefix("NVIDIA "),
        memory_gb=memory,
        secure=True,
        community=False,
        price_secure=Decimal(price),
        price_community=None,
        max_secure=8,
        availability=free,
        data_centers=centers if free != "NONE" else (),
    )


_FOR_RENT = (
    gpu(H100, 80, "3.29"),
    gpu(H200, 141, "4.59"),
    gpu(A100, 80, "1.39", centers=("US-KS-2",)),
    gpu(A40, 48, "0.44"),
    gpu(MI300, 192, "2.39"),
)


def catalog(*types: GpuType, read: datetime = NOON) -> Catalog:
    return Catalog(gpu_types=types or _FOR_RENT, read={Part.GPU_TYPES: read})


def market(*types: GpuType, now: datetime = NOON) -> Market:
    return Market(catalog=catalog(*types), now=now)
