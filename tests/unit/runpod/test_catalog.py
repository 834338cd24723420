"""What can be rented, and renaming and locking, on both roads against the simulated RunPod."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pods import errors as e
from pods.model import Cloud, PersistentMount, PodChange
from pods.offers import NetworkVolume
from pods.runpod.provider import Mode, RunPodProvider, build_provider
from sim.clock import SimClock
from sim.runpod import FULL_KEY, Kind, SimRunPod, demo_seed, mock_transport
from tests.unit.runpod.canned import always, ok, provider_of

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BOTH = pytest.mark.parametrize("mode", [Mode.AUTO, Mode.GRAPHQL])
H100 = "NVIDIA H100 80GB HBM3"
L4 = "NVIDIA L4"


@pytest.fixture
def sim() -> SimRunPod:
    return SimRunPod(SimClock(START, speed=0), demo_seed())


def client(sim: SimRunPod, mode: Mode = Mode.AUTO) -> RunPodProvider:
    return build_provider(api_key=FULL_KEY, clock=sim.clock, mode=mode, transport=mock_transport(sim))


@BOTH
def test_gpu_types_carry_price_and_stock_of_the_cloud_asked_for(sim: SimRunPod, mode: Mode) -> None:
    secure = {gpu.id: gpu for gpu in client(sim, mode).gpu_types()}
    community = {gpu.id: gpu for gpu in client(sim, mode).gpu_types(cloud=Cloud.COMMUNITY)}

    assert (secure[H100].name, secure[H100].memory_gb, secure[H100].max_secure) == ("H100 SXM", 80, 8)
    assert (secure[H100].price, community[H100].price) == (Decimal("3.29"), Decimal("2.69"))
    assert (secure[L4].availability, community[L4].availability) == ("HIGH", "NONE")
    assert community[L4].price is None


@BOTH
def test_more_gpus_than_a_machine_has_are_not_in_stock(sim: SimRunPod, mode: Mode) -> None:
    assert {gpu.availability for gpu in client(sim, mode).gpu_types(count=9)} == {"NONE"}


@BOTH
def test_nothing_is_in_stock_while_there_is_no_capacity(sim: SimRunPod, mode: Mode) -> None:
    sim.faults.arm(Kind.NO_CAPACITY)

    assert {gpu.availability for gpu in client(sim, mode).gpu_types()} == {"NONE"}


def test_the_best_stocked_data_center_comes_first() -> None:
    places = [("A", "LOW"), ("B", "NONE"), ("C", "HIGH"), ("D", "BRIMMING"), ("E", "MEDIUM"), ("F", None)]
    stock = [{"id": name, "availability": level} for name, level in places]
    types = provider_of(always(ok({"gpus": [{"id": "x", "dataCenters": [*stock, None, 7]}]}))).gpu_types()

    assert types[0].data_centers == ("C", "E", "A", "D")


def test_cpu_types_and_data_centers_come_from_rest(sim: SimRunPod) -> None:
    cpus = {cpu.id: cpu for cpu in client(sim).cpu_types()}
    centers = {center.id: center for center in client(sim).data_centers()}

    assert cpus["cpu5c"].price_per_vcpu == Decimal("0.04")
    assert (cpus["cpu5c"].min_vcpu, cpus["cpu5c"].max_vcpu, cpus["cpu5c"].availability) == (2, 32, "HIGH")
    assert centers["EU-RO-1"].network_volume_types == ("STANDARD", "HIGH_PERFORMANCE")


@BOTH
def test_network_volumes_are_listed(sim: SimRunPod, mode: Mode) -> None:
    (volume,) = client(sim, mode).network_volumes()

    tier = "STANDARD" if mode is Mode.AUTO else None
    assert volume == NetworkVolume(id="vol8kq2x1c", name="datasets", size_gb=500, data_center="EU-RO-1", type=tier)


@BOTH
def test_templates_are_listed_without_the_values_of_their_env(sim: SimRunPod, mode: Mode) -> None:
    sim.world.templates["tplpytorch"].env["TOKEN"] = "hf_secretvalue"
    templates = {template.id: template for template in client(sim, mode).templates()}

    assert templates["tplpytorch"].persistent == PersistentMount(size_gb=20, path="/workspace")
    assert templates["tplpytorch"].ports == ("8888/http", "22/tcp")
    assert templates["tplpytorch"].env_names == ("TOKEN",)
    assert templates["tplworker1"].serverless
    assert "hf_secretvalue" not in repr(templates)


def test_an_entry_that_cannot_be_read_does_not_take_the_others_with_it() -> None:
    answer = ok({"networkVolumes": [{"name": "no id"}, "text", {"id": "v1", "size": "large"}]})

    (volume,) = provider_of(always(answer)).network_volumes()

    assert volume == NetworkVolume(id="v1", name="", size_gb=None, data_center=None)


@pytest.mark.parametrize("ask", ["gpu_types", "cpu_types", "data_centers", "network_volumes", "templates"])
@pytest.mark.parametrize("body", [{}, [], {"gpus": {}}, {"data": {"myself": None}}])
@pytest.mark.parametrize("mode", [Mode.REST, Mode.GRAPHQL])
def test_an_answer_without_the_list_is_unreadable_and_never_an_empty_list(ask: str, body: object, mode: Mode) -> None:
    with pytest.raises((e.Unreadable, e.NeedsRest)):
        getattr(provider_of(always(ok(body)), mode), ask)()


@pytest.mark.parametrize(
    ("change", "name", "locked"),
    [(PodChange(name="new name"), "new name", False), (PodChange(locked=True), "nlp-train", True)],
)
def test_a_pod_is_renamed_or_locked_without_touching_its_container(
    sim: SimRunPod, change: PodChange, name: str, locked: bool
) -> None:
    provider = client(sim)
    before = provider.get("abc123")

    after = provider.update(before, change).pod

    assert after is not None
    assert (after.name, after.locked, after.started_at) == (name, locked, before.started_at)
    assert provider.get("abc123") == after


def test_a_change_of_an_unknown_pod_is_told_as_that(sim: SimRunPod) -> None:
    pod = client(sim).get("abc123").model_copy(update={"id": "nope12"})

    with pytest.raises(e.PodNotFound):
        client(sim).update(pod, PodChange(locked=True))
