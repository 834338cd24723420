from __future__ import annotations

from typing import Any

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import Kind, SimRunPod, When
from sim.runpod.faults import PRESETS
from tests.unit.sim_runpod.conftest import Act, Ask

NEW: dict[str, Any] = {"name": "n", "image": "i", "gpu": {"id": "NVIDIA A40", "count": 1}}


def ids(api: httpx.Client) -> list[str]:
    return [pod["id"] for pod in api.get("/v2/pods").json()["pods"]]


@pytest.mark.parametrize(("when", "done"), [(When.BEFORE, False), (When.AFTER, True)])
def test_an_error_comes_before_or_after_the_effect(sim: SimRunPod, act: Act, when: When, done: bool) -> None:
    sim.faults.add(Kind.STATUS, operation="stop", pod="abc123", when=when, status=500, times=1)
    answer = act("abc123", "stop")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert sim.world.pods["abc123"].stopping is done
    assert sim.calls.all()[-1].effect is done


@pytest.mark.parametrize(("when", "made"), [(When.BEFORE, 6), (When.AFTER, 7)])
def test_a_create_that_times_out_may_have_made_its_pod(
    sim: SimRunPod, api: httpx.Client, when: When, made: int
) -> None:
    sim.faults.add(Kind.TIMEOUT, operation="create", when=when, times=1)
    with pytest.raises(httpx.ReadTimeout):
        api.post("/v2/pods", json=NEW)
    assert len(ids(api)) == made
    call = sim.calls.all()[0]
    assert (call.operation, call.status, call.effect) == ("create", None, made == 7)


def test_a_fault_strikes_only_its_pod_and_operation_and_only_so_often(sim: SimRunPod, act: Act) -> None:
    sim.faults.add(Kind.STATUS, operation="stop", pod="abc123", status=503, times=2)
    assert act("f6j1bs", "stop").status_code == 200
    assert act("abc123", "restart").status_code == 200
    assert [act("abc123", "stop").status_code for _ in range(3)] == [503, 503, 200]
    assert not list(sim.faults)


def test_a_broken_connection_is_no_answer(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.DROP, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/v2/pods")
    assert api.get("/v2/pods").status_code == 200


def test_a_rate_limit_says_when_to_come_back(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.RATE_LIMITED, times=1, seconds=7)
    refused = api.get("/v2/pods")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["detail"] == "rate limit exceeded for the minute window"


def test_a_conflict_is_told_for_actions(sim: SimRunPod, api: httpx.Client, act: Act) -> None:
    sim.faults.arm(Kind.CONFLICT)
    assert api.get("/v2/pods").status_code == 200
    assert act("abc123", "stop").status_code == 409
    assert act("abc123", "stop").status_code == 200


def test_an_outage_is_everywhere_until_it_is_over(sim: SimRunPod, api: httpx.Client, act: Act) -> None:
    fault = sim.faults.add(Kind.OUTAGE)
    assert act("abc123", "stop").status_code == api.get("/v2/pods").status_code == 503
    assert api.post("/graphql", json={"query": "{myself{id}}"}).status_code == 503
    assert sim.faults.remove(fault.id)
    assert api.get("/v2/pods").status_code == 200


def test_graphql_gone_leaves_rest_alone(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.GONE)
    assert api.post("/graphql", json={"query": "{myself{id}}"}).status_code == 410
    assert api.get("/v2/pods").status_code == 200


def test_the_list_can_be_empty_while_single_reads_are_not(sim: SimRunPod, api: httpx.Client, ask: Ask) -> None:
    sim.faults.add(Kind.EMPTY_LIST, times=2)
    assert ids(api) == []
    assert ask("{myself{pods{id}}}")["data"]["myself"]["pods"] == []
    assert api.get("/v2/pods/abc123").status_code == 200
    assert len(ids(api)) == 6


def test_a_flapping_list_leaves_a_pod_out_every_other_time(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.FLAPPING_LIST, pod="abc123")
    assert ["abc123" in ids(api) for _ in range(4)] == [False, True, False, True]


def test_no_telemetry_means_a_null_runtime_in_every_answer(sim: SimRunPod, api: httpx.Client, ask: Ask) -> None:
    sim.faults.add(Kind.NULL_RUNTIME, pod="abc123")
    listed = {pod["id"]: pod["runtime"] for pod in api.get("/v2/pods").json()["pods"]}
    assert listed["abc123"] is None
    assert listed["f6j1bs"] is not None
    assert api.get("/v2/pods/abc123").json()["runtime"] is None
    seen = ask('{pod(input:{podId:"abc123"}){desiredStatus runtime{uptimeInSeconds}}}')["data"]["pod"]
    assert seen == {"desiredStatus": "RUNNING", "runtime": None}


def test_a_full_host_does_not_let_its_pod_start(sim: SimRunPod, act: Act) -> None:
    sim.faults.add(Kind.HOST_FULL, pod="p4v9td")
    answer = act("p4v9td", "start")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "There are not enough free GPUs on the host machine to start this pod."
    assert sim.world.pods["p4v9td"].status == "EXITED"


def test_a_zero_gpu_start_runs_without_gpus_and_costs_no_compute(
    sim: SimRunPod, api: httpx.Client, clock: SimClock, act: Act
) -> None:
    sim.faults.arm(Kind.ZERO_GPU)
    assert act("p4v9td", "start").status_code == 200
    clock.advance(30)
    pod = api.get("/v2/pods/p4v9td").json()
    assert (pod["status"], pod["gpu"]["count"], pod["cost"]) == ("RUNNING", 0, 0.0)
    assert pod["runtime"]["gpus"] == []


def test_without_capacity_nothing_is_created_and_the_catalog_knows(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.NO_CAPACITY)
    refused = api.post("/v2/pods", json=NEW)
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("There are no longer any instances available")
    query = {"include": "AVAILABILITY", "product": "POD"}
    assert {gpu["availability"] for gpu in api.get("/v2/catalog/gpus", params=query).json()["gpus"]} == {"NONE"}


def test_without_balance_starting_is_refused_and_stopping_is_not(sim: SimRunPod, act: Act) -> None:
    sim.faults.add(Kind.NO_BALANCE)
    assert act("p4v9td", "start").status_code == 402
    assert act("abc123", "stop").status_code == 200


def test_a_slow_answer_is_a_time_out_only_for_the_impatient(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.SLOW, seconds=5, times=2)
    assert api.get("/v2/pods", timeout=10).status_code == 200
    with pytest.raises(httpx.ReadTimeout):
        api.get("/v2/pods", timeout=1)


def test_a_broken_answer_is_no_json(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.arm(Kind.MALFORMED)
    answer = api.get("/v2/pods")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


def test_a_graphql_error_comes_with_status_200(sim: SimRunPod, ask: Ask) -> None:
    sim.faults.add(Kind.GRAPHQL_ERROR, operation="graphql:podStop", times=1, detail="no")
    stop = 'mutation{podStop(input:{podId:"abc123"}){id}}'
    assert ask(stop) == {"errors": [{"message": "no"}], "data": None}
    assert ask(stop)["data"]["podStop"] == {"id": "abc123"}


def test_a_change_by_graphql_can_lose_its_answer_too(sim: SimRunPod, ask: Ask) -> None:
    sim.faults.arm(Kind.LOST_ANSWER)
    with pytest.raises(httpx.ReadTimeout):
        ask('mutation{podStop(input:{podId:"abc123"}){id}}')
    assert sim.world.pods["abc123"].stopping


def test_every_kind_has_a_button_and_a_line_of_text(sim: SimRunPod) -> None:
    assert set(PRESETS) == set(Kind)
    for kind in Kind:
        assert sim.faults.arm(kind, "abc123").text.startswith(PRESETS[kind].label)
