from __future__ import annotations

import httpx
import pytest

from sim.runpod.seeds import HOSTILE_NAMES, demo_seed, hostile_seed, many_seed
from tests.unit.sim_runpod.conftest import START

AVAILABLE = {"include": "AVAILABILITY", "product": "POD"}


def test_the_catalog_tells_prices_and_on_demand_stock(api: httpx.Client) -> None:
    plain = api.get("/v2/catalog/gpus/NVIDIA%20H100%2080GB%20HBM3").json()
    assert plain["price"] == {"secure": 3.29, "community": 2.69}
    assert "availability" not in plain
    stocked = api.get("/v2/catalog/gpus/NVIDIA%20H100%2080GB%20HBM3", params={**AVAILABLE, "count": "2"}).json()
    assert stocked["availability"] == "MEDIUM"
    assert {center["availability"] for center in stocked["dataCenters"]} == {"MEDIUM"}
    assert stocked["cudaVersions"][0] == {"version": "12.9", "available": True}


def test_stock_depends_on_cloud_and_count(api: httpx.Client) -> None:
    a40 = "/v2/catalog/gpus/NVIDIA%20A40"
    for query in ({"cloud": "COMMUNITY"}, {"count": "9"}):
        told = api.get(a40, params={**AVAILABLE, **query}).json()
        assert told["availability"] == "NONE"
        assert "dataCenters" not in told


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"include": "AVAILABILITY"}, 400),
        ({"product": "POD"}, 400),
        ({"count": "2"}, 400),
        ({"include": "PRICES", "product": "POD"}, 422),
        ({**AVAILABLE, "product": "PODS"}, 422),
        ({**AVAILABLE, "count": "0"}, 422),
        ({**AVAILABLE, "cloud": "ALL"}, 422),
        ({**AVAILABLE, "cudaVersions": "12.8", "minCudaVersion": "12.1"}, 400),
        ({**AVAILABLE, "cudaVersions": "12"}, 422),
        ({**AVAILABLE, "minCudaVersion": "new"}, 422),
        ({**AVAILABLE, "countryCodes": "de"}, 422),
    ],
)
def test_a_catalog_query_off_the_contract_is_refused(api: httpx.Client, query: dict[str, str], status: int) -> None:
    assert api.get("/v2/catalog/gpus", params=query).status_code == status


def test_countries_narrow_the_data_centers_and_drop_what_is_nowhere(api: httpx.Client) -> None:
    query = {**AVAILABLE, "countryCodes": "RO,SE"}
    a40 = api.get("/v2/catalog/gpus/NVIDIA%20A40", params=query).json()
    assert [center["id"] for center in a40["dataCenters"]] == ["EU-RO-1", "EU-SE-1"]
    nowhere = {**AVAILABLE, "countryCodes": "JP"}
    assert api.get("/v2/catalog/gpus", params=nowhere).json() == {"gpus": []}
    assert api.get("/v2/catalog/gpus/NVIDIA%20A40", params=nowhere).json()["availability"] == "NONE"


def test_an_unknown_gpu_type_is_404(api: httpx.Client) -> None:
    assert api.get("/v2/catalog/gpus/nope").status_code == 404


def test_data_centers_are_narrowed_by_region_and_told_with_their_stock(api: httpx.Client) -> None:
    query = {"regions": "EUROPE", "include": "GPU_AVAILABILITY"}
    centers = api.get("/v2/catalog/datacenters", params=query).json()["dataCenters"]
    assert [center["id"] for center in centers] == ["EU-RO-1", "EU-SE-1"]
    assert {"id": "NVIDIA A40", "name": "A40", "availability": "HIGH"} in centers[0]["gpuAvailability"]
    assert "cpuAvailability" not in centers[0]


def test_a_network_volume_is_made_grown_and_deleted_but_not_under_a_pod(api: httpx.Client) -> None:
    made = api.post("/v2/network-volumes", json={"name": "v", "size": 100, "dataCenter": "EU-RO-1"})
    assert made.status_code == 201
    path = f"/v2/network-volumes/{made.json()['id']}"
    assert api.patch(path, json={"size": 200}).json()["size"] == 200
    assert api.patch(path, json={"size": 100}).status_code == 400
    assert api.patch(path, json={}).status_code == 422
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete("/v2/network-volumes/vol8kq2x1c").status_code == 400


def test_a_volumes_data_center_goes_by_its_own_name(api: httpx.Client) -> None:
    answer = api.post("/v2/network-volumes", json={"name": "v", "size": 100, "dataCenterId": "EU-RO-1"})
    assert answer.status_code == 422
    assert "$: additional properties 'dataCenterId' not allowed" in answer.json()["errors"]


def test_ssh_keys_are_replaced_as_a_whole(api: httpx.Client) -> None:
    keys = ["ssh-ed25519 AAAA someone"]
    assert api.put("/v2/account/ssh-keys", json={"keys": keys}).json() == {"keys": keys}
    assert api.get("/v2/account/ssh-keys").json() == {"keys": keys}
    assert api.put("/v2/account/ssh-keys", json={"keys": ["no key"]}).status_code == 422


def test_the_demo_has_six_pods_two_of_one_name_and_one_of_each_story() -> None:
    pods = demo_seed().pods(START)
    assert [len(pod.id) for pod in pods] == [6] * 6
    assert [pod.name for pod in pods].count("train") == 2
    assert all(pod.story for pod in pods)
    assert [pod.id for pod in pods if pod.status == "EXITED" and pod.persistent] == ["p4v9td"]
    assert [pod.id for pod in pods if pod.network] == ["r8h5yc"]
    star = next(pod for pod in pods if pod.id == "abc123")
    assert (star.name, star.gpu_name, str(star.cost), star.disk_gb) == ("nlp-train", "H100 SXM", "2.69", 20)


def test_hostile_names_are_not_in_the_demo() -> None:
    names = {seed.name for seed in hostile_seed().pod_seeds}
    assert names >= set(HOSTILE_NAMES)
    assert not set(HOSTILE_NAMES) & {seed.name for seed in demo_seed().pod_seeds}


def test_a_large_fleet_has_unique_ids() -> None:
    assert len({seed.id for seed in many_seed(500).pod_seeds}) == 500
