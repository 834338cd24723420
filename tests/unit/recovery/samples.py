"""A lost pod, rules, a catalog and records for the tables of recovery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pods.catalog import Catalog, Part
from pods.model import Cloud, Cpu, Gpu, GpuType, NetworkMount, PersistentMount, Pod, PodStatus
from pods.recovery.chain import Chain
from pods.recovery.kept_spec import KeptSpec, kept
from pods.recovery.offers import Market
from pods.recovery.record import Recovery, begun
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


def spec(pod: Pod | None = None, **changes: object) -> KeptSpec:
    env = {"RUN_NAME": "ft-3", "WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}"}
    return kept(pod or lost(), env, Sealer()).model_copy(update=changes)


def rule(**changes: object) -> RecoveryRule:
    return RecoveryRule.model_validate({"name": "training", "moves": ALL_MOVES, "price_cap": 10, **changes})


def recovery(pod: Pod | None = None, **changes: object) -> Recovery:
    pod = pod or lost()
    usual = begun(
        loss="loss1",
        incident="inc1",
        lineage="xyz789",
        name="llama-ft",
        lost=pod,
        lost_at=NOON,
        rule=rule(),
        spec=spec(pod),
        by="rule:training",
        chain=Chain(),
        now=NOON,
    )
    return usual.model_copy(update=changes)


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
