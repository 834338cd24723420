"""What is asked for, in which order, and what could be had instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pods.candidates import NoCandidate, alternatives, candidates, cost, dearest
from pods.catalog import Catalog
from pods.model import Cloud, GpuType
from pods.offers import CpuType, NetworkVolume
from pods.orders import Candidate
from pods.presets import CpuRule, Pick, Preset, SpotRule

H100, A100, A40, B200 = "NVIDIA H100 80GB HBM3", "NVIDIA A100 80GB PCIe", "NVIDIA A40", "NVIDIA B200"


def gpu(gpu_id: str, name: str, memory: int, prices: tuple[str, str | None], stock: str) -> GpuType:
    secure, community = prices
    return GpuType(
        id=gpu_id,
        name=name,
        memory_gb=memory,
        secure=True,
        community=community is not None,
        price_secure=Decimal(secure),
        price_community=Decimal(community) if community else None,
        max_secure=8,
        max_community=8,
        availability=stock,
        data_centers=() if stock == "NONE" else ("EU-RO-1", "US-KS-2"),
    )


TYPES = (
    gpu(H100, "H100 SXM", 80, ("3.29", "2.69"), "LOW"),
    gpu(A100, "A100 PCIe", 80, ("1.39", "1.19"), "HIGH"),
    gpu(A40, "A40", 48, ("0.44", None), "NONE"),
    gpu(B200, "B200", 180, ("6.79", "5.98"), "MEDIUM"),
)
COMMUNITY = tuple(each.model_copy(update={"cloud": Cloud.COMMUNITY}) for each in TYPES if each.community)
CPU = CpuType(
    id="cpu5c",
    name="Compute",
    group="5",
    min_vcpu=2,
    max_vcpu=32,
    ram_gb_per_vcpu=Decimal(2),
    price_per_vcpu=Decimal("0.04"),
)
CATALOG = Catalog(gpu_types=TYPES, community=COMMUNITY, cpu_types=(CPU,))
BOTH = (Cloud.SECURE, Cloud.COMMUNITY)


def preset(**changes: Any) -> Preset:
    return Preset(**{"name": "train", "image": "i:1", "gpus": ("h100", "a100"), **changes})


def asked(found: tuple[Candidate, ...] | NoCandidate) -> list[tuple[str, str, str | None]]:
    assert not isinstance(found, NoCandidate), found.sentence
    return [(each.gpu.id if each.gpu else "", each.cloud.value[0], (each.data_centers or (None,))[0]) for each in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [(H100, "S", None), (A100, "S", None)]),
        ({"clouds": BOTH}, [(H100, "S", None), (H100, "C", None), (A100, "S", None), (A100, "C", None)]),
        ({"gpus": ("a40", "a100")}, [(A100, "S", None), (A40, "S", None)]),
        ({"pick": Pick.CHEAPEST}, [(A100, "S", None), (H100, "S", None)]),
        ({"gpus": (H100,), "data_centers": ("US-KS-2", "EU-RO-1")}, [(H100, "S", "US-KS-2"), (H100, "S", "EU-RO-1")]),
        ({"gpus": (H100,), "data_centers": ("CA-MTL-1", "EU-RO-1")}, [(H100, "S", "EU-RO-1"), (H100, "S", "CA-MTL-1")]),
        ({"max_price_per_hour": Decimal(2)}, [(A100, "S", None)]),
        ({"gpus": ("a40",), "clouds": BOTH}, [(A40, "S", None)]),
    ],
    ids=[
        "as listed",
        "clouds",
        "out of stock last",
        "cheapest",
        "centers",
        "center out of stock",
        "cap",
        "not offered",
    ],
)
def test_candidates_stand_in_the_order_they_are_asked_for(
    changes: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    assert asked(candidates(preset(**changes), CATALOG)) == expected


def test_prices_are_of_the_whole_pod() -> None:
    found = candidates(preset(gpu_count=2, clouds=BOTH), CATALOG)
    assert not isinstance(found, NoCandidate)
    assert [each.price for each in found] == [Decimal(text) for text in ("6.58", "5.38", "2.78", "2.38")]
    assert dearest(found) == Decimal("6.58")


def test_a_word_takes_the_place_of_the_presets_gpus() -> None:
    assert asked(candidates(preset(), CATALOG, gpu="b200")) == [(B200, "S", None)]


def test_a_network_volume_is_mounted_where_it_is() -> None:
    volume = NetworkVolume(id="v1", name="data", size_gb=100, data_center="EU-RO-1")
    found = candidates(preset(gpus=(H100,), data_centers=("US-KS-2",), clouds=BOTH), CATALOG, volume=volume)
    assert asked(found) == [(H100, "S", "EU-RO-1")]


def test_a_cpu_pod_is_one_candidate() -> None:
    found = candidates(preset(gpus=(), cpu=CpuRule(flavor="cpu5c", vcpus=8)), CATALOG)
    assert not isinstance(found, NoCandidate)
    assert [(each.cpu and each.cpu.vcpu_count, each.price) for each in found] == [(8, Decimal("0.32"))]


def test_a_spot_pod_costs_at_most_its_bid() -> None:
    found = candidates(preset(gpus=(H100,), gpu_count=2, spot=SpotRule(bid=Decimal("1.50"))), CATALOG)
    assert not isinstance(found, NoCandidate)
    assert [cost(each) for each in found] == [Decimal("3.00")]


@pytest.mark.parametrize(
    ("changes", "gpu_word", "says"),
    [
        ({}, "h900", "knows no GPU called h900"),
        ({"max_price_per_hour": Decimal(1)}, None, "at most $1.00/h, and all of it costs more"),
        ({"max_price_per_hour": Decimal(1)}, None, "The cheapest of it costs $1.39/h now."),
        ({"gpus": ("a40",), "clouds": (Cloud.COMMUNITY,)}, None, "None of these is offered in the community cloud"),
        ({"gpus": (), "cpu": CpuRule(flavor="cpu5c", vcpus=8), "max_price_per_hour": Decimal("0.1")}, None, "$0.32/h"),
    ],
)
def test_what_cannot_be_asked_for_says_why(changes: dict[str, Any], gpu_word: str | None, says: str) -> None:
    found = candidates(preset(**changes), CATALOG, gpu=gpu_word)
    assert isinstance(found, NoCandidate)
    assert says in found.sentence


def test_before_the_catalog_was_ever_read_runpod_is_asked_with_what_the_preset_says() -> None:
    found = candidates(preset(gpus=(H100,)), Catalog())
    assert asked(found) == [(H100, "S", None)]
    assert not isinstance(found, NoCandidate)
    assert dearest(found) is None


def test_what_is_free_instead_has_as_much_memory_and_says_what_it_costs_more() -> None:
    found = candidates(preset(gpus=(H100,)), CATALOG)
    assert not isinstance(found, NoCandidate)
    offers = alternatives(found, CATALOG, clouds=BOTH)
    assert [(each.name, each.candidate.cloud.value[0], each.dearer_by) for each in offers] == [
        ("A100 PCIe", "C", Decimal("-2.10")),
        ("A100 PCIe", "S", Decimal("-1.90")),
        ("H100 SXM", "C", Decimal("-0.60")),
        ("B200", "C", Decimal("2.69")),
    ]


def test_where_the_data_is_bounds_what_is_offered() -> None:
    found = candidates(preset(gpus=(H100,)), CATALOG)
    assert not isinstance(found, NoCandidate)
    offers = alternatives(found, CATALOG, clouds=BOTH, center="EU-RO-1")
    assert [(each.name, each.candidate.data_centers) for each in offers] == [
        ("A100 PCIe", ("EU-RO-1",)),
        ("B200", ("EU-RO-1",)),
    ]
    assert alternatives(found, CATALOG, clouds=BOTH, center="CA-MTL-1") == ()
