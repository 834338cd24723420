"""What RunPod rents, network volumes, templates."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from bot.views import catalog as views
from bot.views import presets as preset_views
from bot.views.presets import Offer
from pods.candidates import candidates
from pods.catalog import Catalog, Part, read, unread
from pods.errors import TimedOut
from pods.messages import Content
from pods.model import Cloud, GpuType, PersistentMount
from pods.offers import NetworkVolume, Template
from pods.presets import Preset
from tests.unit.views.samples import NOW, TZ, ago, networked, pod


def gpu(gpu_id: str, name: str, **changes: Any) -> GpuType:
    made: dict[str, Any] = {
        "memory_gb": 80,
        "secure": True,
        "community": True,
        "price_secure": Decimal("3.29"),
        "price_community": Decimal("2.69"),
        "availability": "MEDIUM",
        "data_centers": ("EU-RO-1", "EU-SE-1", "US-KS-2", "US-TX-3"),
    }
    return GpuType(id=gpu_id, name=name, **{**made, **changes})


def _types(cloud: Cloud) -> tuple[GpuType, ...]:
    only_secure = {"community": False, "price_community": None}
    level = "LOW" if cloud is Cloud.SECURE else "NONE"
    return (
        gpu("NVIDIA H100 80GB HBM3", "H100 SXM", cloud=cloud, availability=level),
        gpu("NVIDIA A40", "A40", cloud=cloud, memory_gb=48, price_secure=Decimal("0.44"), **only_secure),
        gpu("NVIDIA X9", "X9", cloud=cloud, availability=None, data_centers=()),
    )


def stocked(**at: Any) -> Catalog:
    when = at.get("when", ago(minutes=2))
    catalog = read(Catalog(), Part.GPU_TYPES, _types(Cloud.SECURE), when)
    return read(catalog, Part.COMMUNITY, _types(Cloud.COMMUNITY), when)


def _gpus() -> Iterator[tuple[str, Content]]:
    def shown(catalog: Catalog, *wanted: str, types: tuple[GpuType, ...] | None = None) -> Content:
        some = catalog.gpu_types if types is None else types
        return views.gpus(catalog, some, wanted=wanted, count=len(catalog.gpu_types), now=NOW, tz=TZ)

    catalog = stocked()
    yield "gpus", shown(catalog)
    yield "gpus-filtered", shown(catalog, "a40", types=catalog.gpu_types[1:2])
    yield "gpus-none-match", shown(catalog, "h300", types=())
    yield "gpus-none-free", shown(catalog, types=catalog.gpu_types[2:])
    old = unread(stocked(when=ago(minutes=50)), Part.GPU_TYPES, TimedOut.sentence_default)
    yield "gpus-old", shown(old)
    yield "gpus-never-read", shown(unread(Catalog(), Part.GPU_TYPES, TimedOut.sentence_default))


def _volumes() -> Iterator[tuple[str, Content]]:
    volumes = (
        NetworkVolume(id="vol7k2", name="datasets", size_gb=500, data_center="EU-RO-1", type="STANDARD"),
        NetworkVolume(id="vol9z1", name="scratch", size_gb=2000, data_center="US-KS-2", type="HIGH_PERFORMANCE"),
        NetworkVolume(id="vol0q0", name="", size_gb=None, data_center=None),
    )
    catalog = read(Catalog(), Part.NETWORK_VOLUMES, volumes, ago(minutes=2))
    yield "volumes", views.volumes(catalog, [pod(), networked()], now=NOW, tz=TZ)
    empty = read(Catalog(), Part.NETWORK_VOLUMES, (), ago(minutes=2))
    yield "volumes-none", views.volumes(empty, [], now=NOW, tz=TZ)
    yield "volumes-never-read", views.volumes(Catalog(), [], now=NOW, tz=TZ)


def _templates() -> Iterator[tuple[str, Content]]:
    full = Template(
        id="tpl1",
        name="PyTorch",
        image="runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        disk_gb=30,
        persistent=PersistentMount(size_gb=20, path="/workspace"),
        ports=("8888/http", "22/tcp"),
        env_names=("WANDB_API_KEY", "HF_TOKEN"),
    )
    bare = Template(id="tpl2", name="bare", image="example/bare:1")
    worker = Template(id="tpl3", name="worker", image="example/worker:3", serverless=True)
    catalog = read(Catalog(), Part.TEMPLATES, (full, bare, worker), ago(minutes=2))
    yield "templates", views.templates(catalog, {"tpl1": ["train"]}, now=NOW, tz=TZ)
    yield "templates-none", views.templates(read(Catalog(), Part.TEMPLATES, (), NOW), {}, now=NOW, tz=TZ)
    yield "templates-never-read", views.templates(Catalog(), {}, now=NOW, tz=TZ)


def _presets() -> Iterator[tuple[str, Content]]:
    catalog = stocked()
    train = Preset.model_validate(
        {
            "name": "train",
            "about": "The language model's image",
            "image": "runpod/pytorch:1.0",
            "gpus": ["h100", "a40", "X9"],
            "gpu_count": 2,
            "volume_gb": 100,
            "max_price_per_hour": "8",
            "training": True,
            "lease_h": 12,
        }
    )
    spot = Preset.model_validate(
        {"name": "cheap", "template": "tpl1", "gpus": ["a40"], "spot": {"bid": "0.30"}, "role": "admin"}
    )
    nowhere = Preset.model_validate({"name": "odd", "image": "i", "gpus": ["h300"]})
    prep = Preset.model_validate({"name": "prep", "image": "i", "cpu": {"flavor": "cpu5c", "vcpus": 8}})

    def offer(preset: Preset, *, may: bool = True) -> Offer:
        return Offer(preset=preset, candidates=candidates(preset, catalog), may=may)

    some = (offer(train), offer(spot, may=False), offer(nowhere), offer(prep))
    yield "presets", preset_views.presets(some, catalog, now=NOW, tz=TZ)
    yield "presets-none", preset_views.presets((), catalog, now=NOW, tz=TZ)


KINDS: Final = (_gpus, _volumes, _templates, _presets)
