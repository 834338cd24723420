from __future__ import annotations

from typing import Any

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import READ_ONLY_KEY, Kind, Settings, SimRunPod, demo_seed
from tests.unit.sim_runpod.conftest import Ask, client_of

POD = "query($id:String!){pod(input:{podId:$id}){desiredStatus lastStatusChange runtime{uptimeInSeconds}}}"
STOP = "mutation($id:String!){podStop(input:{podId:$id}){id desiredStatus}}"
RESUME = (
    "mutation($id:String!,$n:Int){podResume(input:{podId:$id,gpuCount:$n}){desiredStatus runtime{uptimeInSeconds}}}"
)
DEPLOY = "mutation($i:PodFindAndDeployOnDemandInput){podFindAndDeployOnDemand(input:$i){id desiredStatus costPerHr}}"
WANTED: dict[str, Any] = {
    "name": "n",
    "imageName": "example/image:1",
    "gpuTypeId": "NVIDIA A40",
    "gpuCount": 1,
    "dockerArgs": "",
    "cloudType": "ALL",
    "ports": "8888/http,22/tcp",
    "env": [{"key": "A", "value": "b"}],
}


def test_myself_tells_balance_and_burn(sim: SimRunPod, ask: Ask) -> None:
    myself = ask("{myself{email clientBalance currentSpendPerHr spendLimit underBalance pods{id}}}")["data"]["myself"]
    assert myself["clientBalance"] == 412.5
    assert myself["currentSpendPerHr"] == pytest.approx(float(sim.world.burn))
    assert (myself["spendLimit"], myself["underBalance"], len(myself["pods"])) == (80.0, False, 6)


def test_a_stop_is_intent_at_once_and_the_runtime_goes_later(ask: Ask, clock: SimClock) -> None:
    assert ask(STOP, id="abc123")["data"]["podStop"]["desiredStatus"] == "EXITED"
    going = ask(POD, id="abc123")["data"]["pod"]
    assert going["lastStatusChange"] == "Exited by user: Mon Nov 23 2026 12:00:00 GMT+0000"
    assert going["runtime"] is not None
    clock.advance(2)
    assert ask(POD, id="abc123")["data"]["pod"]["runtime"] is None


def test_a_pod_that_pulls_its_image_already_reads_running(ask: Ask, clock: SimClock) -> None:
    resumed = ask(RESUME, id="p4v9td", n=1)["data"]["podResume"]
    assert resumed == {"desiredStatus": "RUNNING", "runtime": None}
    clock.advance(20)
    pod = ask(POD, id="p4v9td")["data"]["pod"]
    assert pod["runtime"] == {"uptimeInSeconds": 0}
    assert pod["lastStatusChange"].startswith("Rented by User: ")


def test_stop_and_resume_are_idempotent(sim: SimRunPod, ask: Ask) -> None:
    ask(RESUME, id="abc123", n=1)
    ask(STOP, id="p4v9td")
    assert [(call.operation, call.pod, call.effect) for call in sim.calls.all()] == [
        ("graphql:podResume", "abc123", False),
        ("graphql:podStop", "p4v9td", False),
    ]


def test_asking_for_zero_gpus_gives_one(ask: Ask, clock: SimClock) -> None:
    ask(RESUME, id="p4v9td", n=0)
    clock.advance(20)
    assert ask('{pod(input:{podId:"p4v9td"}){gpuCount}}')["data"]["pod"]["gpuCount"] == 1


def test_terminate_answers_null_and_then_says_the_pod_is_not_found(ask: Ask) -> None:
    terminate = "mutation($id:String!){podTerminate(input:{podId:$id})}"
    assert ask(terminate, id="abc123") == {"data": {"podTerminate": None}}
    assert ask(POD, id="abc123")["data"]["pod"] is None
    assert ask(terminate, id="abc123")["errors"][0]["message"] == "pod not found to terminate"


def test_a_refusal_is_an_error_with_status_200(sim: SimRunPod, ask: Ask) -> None:
    sim.faults.add(Kind.HOST_FULL)
    answer = ask(RESUME, id="p4v9td", n=1)
    assert answer["data"] == {"podResume": None}
    assert answer["errors"][0]["message"].startswith("There are not enough free GPUs")
    assert ask(STOP, id="nope")["errors"][0]["message"] == "pod not found"


def test_a_deployed_pod_takes_the_cloud_that_offers_its_gpu(sim: SimRunPod, ask: Ask) -> None:
    deployed = ask(DEPLOY, i=WANTED)["data"]["podFindAndDeployOnDemand"]
    assert (deployed["desiredStatus"], deployed["costPerHr"]) == ("RUNNING", 0.44)
    pod = sim.world.pods[deployed["id"]]
    assert (pod.cloud, pod.env, pod.ports) == ("SECURE", {"A": "b"}, ["8888/http", "22/tcp"])


def test_no_capacity_is_a_null_pod_without_errors(sim: SimRunPod, ask: Ask) -> None:
    sim.faults.add(Kind.NO_CAPACITY)
    assert ask(DEPLOY, i=WANTED) == {"data": {"podFindAndDeployOnDemand": None}}


def test_leaving_out_docker_args_ends_in_an_opaque_error(ask: Ask) -> None:
    wanted = {name: value for name, value in WANTED.items() if name != "dockerArgs"}
    error = ask(DEPLOY, i=wanted)["errors"][0]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


def test_a_pod_deployed_with_a_time_to_stop_stops_then(ask: Ask, clock: SimClock) -> None:
    wanted = {**WANTED, "stopAfter": "2026-11-23T13:00:00Z", "terminateAfter": "2026-11-23T14:00:00Z"}
    pod_id = ask(DEPLOY, i=wanted)["data"]["podFindAndDeployOnDemand"]["id"]
    clock.advance(3601)
    assert ask(POD, id=pod_id)["data"]["pod"]["desiredStatus"] == "EXITED"
    clock.advance(3600)
    assert ask(POD, id=pod_id)["data"]["pod"] is None


def test_spot_is_refused_unless_the_account_is_offered_any(clock: SimClock) -> None:
    rent = "mutation($i:PodRentInterruptableInput!){podRentInterruptable(input:$i){id podType}}"
    wanted = {**WANTED, "bidPerGpu": 0.3}
    for offered in (False, True):
        with client_of(SimRunPod(clock, demo_seed(), Settings(spot_offered=offered))) as client:
            answer = client.post("/graphql", json={"query": rent, "variables": {"i": wanted}}).json()
        if offered:
            assert answer["data"]["podRentInterruptable"]["podType"] == "INTERRUPTABLE"
        else:
            assert answer["errors"][0]["message"].startswith("There are no instances available")


def test_an_outbid_spot_pod_says_so(clock: SimClock) -> None:
    sim = SimRunPod(clock, demo_seed())
    sim.world.pods["abc123"].spot = True
    with client_of(sim) as client:
        client.post("/control/pods/abc123/do", json={"what": "kill"})
        pod = client.post("/graphql", json={"query": POD, "variables": {"id": "abc123"}}).json()["data"]["pod"]
    assert pod["lastStatusChange"] == "Outbid: Mon Nov 23 2026 12:00:00 GMT+0000"


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{nothing}",
        "{pod(input:{podId:1}){id}}",
        '{pod(input:{podId:"a"}){runtime{gpuUtilPercent}}}',
        "{__schema{types{name}}}",
        'mutation{podRestart(input:{podId:"a"}){id}}',
    ],
)
def test_a_malformed_document_is_400_and_introspection_is_off(api: httpx.Client, query: str) -> None:
    answer = api.post("/graphql", json={"query": query})
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"query": 1}', b'{"query": "{myself{id}}", "variables": []}'])
def test_a_body_without_a_query_is_400(api: httpx.Client, body: bytes) -> None:
    assert api.post("/graphql", content=body).status_code in {200, 400}
    assert api.post("/graphql", content=b"{}").status_code == 400


def test_a_wrong_variable_is_told_before_anything_is_done(sim: SimRunPod, ask: Ask) -> None:
    answer = ask("mutation($i:PodStopInput!){podStop(input:$i){id}}", i={"podId": "abc123", "bogus": 1})
    assert "bogus" in answer["errors"][0]["message"]
    assert not sim.world.pods["abc123"].stopping


def test_keys_bind_here_too_save_for_the_catalog(sim: SimRunPod, api: httpx.Client) -> None:
    with client_of(sim, READ_ONLY_KEY) as reader, client_of(sim, "rp_bad") as stranger:
        assert reader.post("/graphql", json={"query": "{myself{id}}"}).status_code == 200
        assert reader.post("/graphql", json={"query": STOP, "variables": {"id": "abc123"}}).status_code == 403
        assert stranger.post("/graphql", json={"query": "{myself{id}}"}).status_code == 401
        assert stranger.post("/graphql", json={"query": "{gpuTypes{id}}"}).status_code == 200
    assert not sim.world.pods["abc123"].stopping


def test_gpu_types_carry_the_lowest_price_of_a_cloud(ask: Ask) -> None:
    query = """{gpuTypes(input:{id:"NVIDIA H100 80GB HBM3"}){displayName
        any: lowestPrice(input:{gpuCount:2}){uninterruptablePrice minimumBidPrice stockStatus}
        secure: lowestPrice(input:{gpuCount:1, secureCloud:true}){uninterruptablePrice}}}"""
    assert ask(query)["data"]["gpuTypes"] == [
        {
            "displayName": "H100 SXM",
            "any": {"uninterruptablePrice": 2.69, "minimumBidPrice": 5.38, "stockStatus": "Medium"},
            "secure": {"uninterruptablePrice": 3.29},
        }
    ]


def test_a_container_that_died_shows_in_the_telemetry_alone(sim: SimRunPod, ask: Ask, api: httpx.Client) -> None:
    api.post("/control/pods/abc123/do", json={"what": "crash"})
    pod = ask('{pod(input:{podId:"abc123"}){desiredStatus runtime{uptimeInSeconds} latestTelemetry{state}}}')
    assert pod["data"]["pod"] == {
        "desiredStatus": "RUNNING",
        "runtime": None,
        "latestTelemetry": {"state": "exited"},
    }
    assert sim.world.pods["abc123"].status == "RUNNING"
