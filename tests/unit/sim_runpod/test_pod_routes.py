from __future__ import annotations

from typing import Any

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import READ_ONLY_KEY, Settings, SimRunPod, many_seed, mock_transport
from tests.unit.sim_runpod.conftest import client_of

GPU = {"id": "NVIDIA A40", "count": 1}
BODY: dict[str, Any] = {"name": "new", "image": "example/image:1", "gpu": GPU}


@pytest.mark.parametrize(
    ("headers", "status", "detail"),
    [
        ({}, 401, "missing bearer token"),
        ({"authorization": "Bearer "}, 401, "missing bearer token"),
        ({"authorization": "Basic cnBfZnVsbA=="}, 401, "missing bearer token"),
        ({"authorization": "Bearer rp_other"}, 401, "invalid bearer token"),
    ],
)
def test_without_a_known_key_nothing_is_answered(
    sim: SimRunPod, headers: dict[str, str], status: int, detail: str
) -> None:
    with httpx.Client(transport=mock_transport(sim), base_url="https://x") as client:
        answer = client.get("/v2/pods", headers=headers)
    assert answer.status_code == status
    assert answer.json() == {"title": "Unauthorized", "status": 401, "detail": detail}
    assert answer.headers["x-request-id"]
    assert "ratelimit" not in answer.headers


def test_a_read_only_key_reads_and_is_denied_changes(sim: SimRunPod) -> None:
    with client_of(sim, READ_ONLY_KEY) as client:
        assert client.get("/v2/pods").status_code == 200
        denied = client.post("/v2/pods/abc123/action", json={"action": "stop"})
    assert (denied.status_code, denied.json()["detail"]) == (403, "access denied")
    assert not sim.calls.all()[-1].effect


@pytest.mark.parametrize("agent", ["", "Python-urllib/3.11"])
def test_the_edge_turns_away_clients_that_do_not_say_who_they_are(api: httpx.Client, agent: str) -> None:
    answer = api.get("/v2/pods", headers={"user-agent": agent})
    assert (answer.status_code, answer.text) == (403, "error code: 1010")


def test_an_unknown_path_is_404_and_an_unknown_method_405(api: httpx.Client) -> None:
    assert api.get("/v2/networkvolumes").status_code == 404
    refused = api.put("/v2/pods/abc123")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {"GET", "PATCH", "DELETE"}


def test_unknown_query_parameters_are_ignored(api: httpx.Client) -> None:
    assert api.get("/v2/pods", params={"status": "RUNNING"}).json() == api.get("/v2/pods").json()


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({**BODY, "bogus": 1}, ["$: additional properties 'bogus' not allowed"]),
        ({**BODY, "disk": "20"}, ["$.disk: got string, want integer"]),
        ({**BODY, "disk": 0}, ["$.disk: minimum: got 0, want 1"]),
        ({**BODY, "env": {"A": 1}}, ["$.env.A: got number, want string"]),
        ({**BODY, "cloud": "ALL"}, ["$.cloud: value must be one of 'SECURE', 'COMMUNITY'"]),
        ({**BODY, "name": ""}, ["$.name: minLength: got 0, want 1"]),
        ({**BODY, "gpu": {**GPU, "bid": 1}}, ["$.gpu: additional properties 'bid' not allowed"]),
        ({**BODY, "gpu": {"id": "x", "count": True}}, ["$.gpu.count: got boolean, want integer"]),
        ({**BODY, "mounts": {"persistent": {"path": "/w"}}}, ["$.mounts.persistent: missing property 'size'"]),
        ({**BODY, "ports": "22/tcp"}, ["$.ports: got string, want array"]),
        ([], ["$: got array, want object"]),
        (
            {"name": "x", "gpu": GPU},
            ["$: missing property 'image'", "$: additional properties 'name', 'gpu' not allowed"],
        ),
    ],
)
def test_a_body_off_the_contract_is_refused_with_every_violation(
    api: httpx.Client, body: object, errors: list[str]
) -> None:
    answer = api.post("/v2/pods", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Request validation failed."
    assert answer.json()["errors"] == errors


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ({"cpu": {"id": "cpu5c", "vcpuCount": 4}}, "exactly one of gpu or cpu"),
        ({"gpu": {"id": "NVIDIA X"}}, "not found"),
        ({"ports": ["22"]}, "port/protocol"),
        (
            {"mounts": {"persistent": {"size": 10, "path": "/w"}, "network": [{"volumeId": "v", "path": "/w"}]}},
            "mutually exclusive",
        ),
        ({"mounts": {"network": [{"volumeId": "nope", "path": "/w"}]}}, "not found"),
        ({"gpu": {"id": "NVIDIA A40", "count": 9}}, "no longer any instances"),
        ({"cloud": "COMMUNITY"}, "no longer any instances"),
        ({"dataCenterIds": ["XX-1"]}, "no longer any instances"),
        ({"gpu": {**GPU, "allowedCudaVersions": ["9.9"]}}, "no longer any instances"),
        ({"gpu": {**GPU, "allowedCudaVersions": ["12.8"], "minCudaVersion": "12.1"}}, "mutually exclusive"),
        ({"dataCenterIds": ["US-TX-3"], "mounts": {"network": [{"volumeId": "vol8kq2x1c", "path": "/w"}]}}, "longer"),
    ],
)
def test_a_body_that_breaks_a_rule_or_finds_no_capacity_is_a_bad_request(
    sim: SimRunPod, api: httpx.Client, change: dict[str, Any], fragment: str
) -> None:
    answer = api.post("/v2/pods", json={**BODY, **change})
    assert answer.status_code == 400
    assert fragment in answer.json()["detail"]
    assert len(sim.world.pods) == 6


def test_a_created_pod_is_provisioned_started_and_run(api: httpx.Client, clock: SimClock) -> None:
    created = api.post("/v2/pods", json={**BODY, "env": {"PODKEEPER_OP": "x"}, "ports": ["22/tcp"]})
    assert created.status_code == 201
    new = created.json()
    assert (new["status"], new["cost"], new["startedAt"], new["runtime"]) == ("PROVISIONING", 0.44, None, None)
    assert new["env"] == {"PODKEEPER_OP": "x"}
    clock.advance(3)
    assert api.get(f"/v2/pods/{new['id']}").json()["status"] == "STARTING"
    clock.advance(20)
    running = api.get(f"/v2/pods/{new['id']}").json()
    assert (running["status"], running["startedAt"]) == ("RUNNING", "2026-11-23T12:00:23Z")
    assert running["ssh"]["direct"]["username"] == "root"


def test_a_pod_on_a_network_volume_goes_where_the_volume_is(api: httpx.Client) -> None:
    mounts = {"network": [{"volumeId": "vol8kq2x1c", "path": "/data"}]}
    created = api.post("/v2/pods", json={**BODY, "mounts": mounts}).json()
    assert (created["dataCenterId"], created["mounts"]) == ("EU-RO-1", mounts)


def test_a_template_gives_what_the_body_does_not(api: httpx.Client) -> None:
    body = {"name": "from template", "gpu": GPU, "templateId": "tplpytorch", "disk": 40}
    created = api.post("/v2/pods", json=body).json()
    assert (created["disk"], created["template"]) == (40, None)
    assert created["mounts"] == {"persistent": {"size": 20, "path": "/workspace"}}
    assert api.post("/v2/pods", json={**body, "templateId": "nope"}).status_code == 404
    assert api.post("/v2/pods", json={**body, "templateId": "tplworker1"}).status_code == 422


def test_a_cpu_pod_takes_a_power_of_two_and_no_persistent_mount(api: httpx.Client) -> None:
    body = {"name": "cpu", "image": "i", "cpu": {"id": "cpu5c", "vcpuCount": 4}}
    created = api.post("/v2/pods", json=body).json()
    assert created["cpu"] == {"id": "cpu5c", "vcpuCount": 4, "memory": 8}
    assert "gpu" not in created
    assert api.post("/v2/pods", json={**body, "cpu": {"id": "cpu5c", "vcpuCount": 6}}).status_code == 400
    mounts = {"persistent": {"size": 10, "path": "/w"}}
    assert api.post("/v2/pods", json={**body, "mounts": mounts}).status_code == 400


def test_a_new_name_leaves_the_container_alone_and_a_new_image_resets_it(api: httpx.Client) -> None:
    assert api.patch("/v2/pods/abc123", json={"name": "nlp"}).json()["status"] == "RUNNING"
    changed = api.patch("/v2/pods/abc123", json={"image": "example/other:2"}).json()
    assert (changed["name"], changed["image"], changed["status"]) == ("nlp", "example/other:2", "STARTING")


@pytest.mark.parametrize(
    "mounts",
    [
        {"network": []},
        {"network": [{"volumeId": "vol8kq2x1c", "path": "/w"}]},
        {"persistent": {"size": 10, "path": "/workspace"}},
    ],
)
def test_a_mount_keeps_its_kind_and_never_shrinks(api: httpx.Client, mounts: object) -> None:
    assert api.patch("/v2/pods/abc123", json={"mounts": mounts}).status_code == 400


def test_pages_show_every_pod_once_even_when_one_goes_in_between(clock: SimClock) -> None:
    sim = SimRunPod(clock, many_seed(25), Settings(page_size=10))
    seen: list[str] = []
    with client_of(sim) as client:
        cursor: str | None = None
        while True:
            answer = client.get("/v2/pods", params={"cursor": cursor} if cursor else {}).json()
            seen += [pod["id"] for pod in answer["pods"]]
            if len(seen) == 10:
                client.delete(f"/v2/pods/{seen[-1]}")
            cursor = answer["pagination"]["nextCursor"]
            if not answer["pagination"]["hasNextPage"]:
                break
    assert cursor is None
    assert len(seen) == len(set(seen)) == 25
    assert sim.calls.list_passes == 1


def test_without_a_page_size_the_list_says_nothing_of_pages(api: httpx.Client) -> None:
    assert set(api.get("/v2/pods").json()) == {"pods"}
