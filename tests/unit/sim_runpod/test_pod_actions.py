from __future__ import annotations

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import SimRunPod
from sim.runpod.state import ACTIONS, Status
from tests.unit.sim_runpod.conftest import START, Act


def pod(api: httpx.Client, pod_id: str) -> dict[str, object]:
    answer: dict[str, object] = api.get(f"/v2/pods/{pod_id}").json()
    return answer


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.TERMINATED])
@pytest.mark.parametrize("action", ["start", "stop", "restart", "terminate"])
def test_an_action_is_accepted_exactly_when_the_status_lists_it(
    sim: SimRunPod, api: httpx.Client, act: Act, status: Status, action: str
) -> None:
    sim.world.pods["abc123"].status = status
    assert pod(api, "abc123")["actions"] == list(ACTIONS[status])
    answer = act("abc123", action)
    if action not in ACTIONS[status]:
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.status_code == (204 if action == "terminate" else 200)


def test_a_stopped_pod_is_exited_after_two_seconds_and_costs_nothing_in_the_cost_field(
    api: httpx.Client, clock: SimClock, act: Act
) -> None:
    assert act("abc123", "stop").json()["status"] == "RUNNING"
    clock.advance(1.9)
    assert pod(api, "abc123")["status"] == "RUNNING"
    clock.advance(0.1)
    stopped = pod(api, "abc123")
    assert (stopped["status"], stopped["cost"], stopped["runtime"]) == ("EXITED", 0.0, None)


def test_a_second_stop_changes_nothing(sim: SimRunPod, act: Act) -> None:
    assert act("abc123", "stop").status_code == 200
    assert act("abc123", "stop").status_code == 200
    assert [call.effect for call in sim.calls.all()] == [True, False]


def test_a_pod_that_is_going_down_cannot_be_restarted(act: Act) -> None:
    act("abc123", "stop")
    assert act("abc123", "restart").status_code == 409


def test_a_start_pulls_the_image_and_then_runs_from_a_new_start_time(
    api: httpx.Client, clock: SimClock, act: Act
) -> None:
    before = pod(api, "p4v9td")["startedAt"]
    assert act("p4v9td", "start").json()["status"] == "STARTING"
    clock.advance(20)
    started = pod(api, "p4v9td")
    assert started["status"] == "RUNNING"
    assert started["startedAt"] == "2026-11-23T12:00:20Z"
    assert started["startedAt"] != before


def test_a_restart_resets_the_start_time_and_the_uptime(api: httpx.Client, clock: SimClock, act: Act) -> None:
    assert act("abc123", "restart").status_code == 200
    clock.advance(10)
    restarted = api.get("/v2/pods/abc123").json()
    assert restarted["status"] == "RUNNING"
    assert restarted["startedAt"] == "2026-11-23T12:00:04Z"
    assert restarted["runtime"]["uptime"] == 6


@pytest.mark.parametrize("terminate", ["action", "delete"])
def test_a_terminated_pod_is_answered_without_a_body_and_then_is_nowhere(api: httpx.Client, terminate: str) -> None:
    if terminate == "delete":
        answer = api.delete("/v2/pods/abc123")
    else:
        answer = api.post("/v2/pods/abc123/action", json={"action": "terminate"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get("/v2/pods/abc123").status_code == 404
    assert "abc123" not in {pod["id"] for pod in api.get("/v2/pods").json()["pods"]}
    assert api.delete("/v2/pods/abc123").json()["detail"] == "pod not found"


@pytest.mark.parametrize("action", ["stop", "restart"])
def test_a_locked_pod_says_why_it_is_not_stopped(api: httpx.Client, act: Act, action: str) -> None:
    assert api.patch("/v2/pods/abc123", json={"locked": True}).json()["locked"] is True
    answer = act("abc123", action)
    assert answer.status_code == 409
    assert "locked" in answer.json()["detail"]
    api.patch("/v2/pods/abc123", json={"locked": False})
    assert act("abc123", action).status_code == 200


def test_a_cluster_member_is_listed_on_demand_and_cannot_be_touched(
    sim: SimRunPod, api: httpx.Client, act: Act
) -> None:
    sim.world.pods["abc123"].cluster = "cluster_1"
    assert "abc123" not in {pod["id"] for pod in api.get("/v2/pods").json()["pods"]}
    listed = api.get("/v2/pods", params={"includeClusterPods": "true"}).json()["pods"]
    assert "abc123" in {pod["id"] for pod in listed}
    assert act("abc123", "stop").status_code == 409
    assert api.delete("/v2/pods/abc123").status_code == 409
    assert api.patch("/v2/pods/abc123", json={"name": "x"}).status_code == 409


def test_reset_is_no_action_of_v2(act: Act) -> None:
    answer = act("abc123", "reset")
    assert answer.status_code == 422
    assert answer.json()["errors"] == ["$.action: value must be one of 'start', 'stop', 'restart', 'terminate'"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"action": []}', b'{"action": "stop", "force": true}', b"\xff"])
def test_an_action_without_a_proper_body_does_nothing(sim: SimRunPod, api: httpx.Client, body: bytes) -> None:
    answer = api.post("/v2/pods/abc123/action", content=body)
    assert answer.status_code in {400, 422}
    assert not sim.world.pods["abc123"].stopping


def test_what_happens_between_two_calls_happens_at_its_own_time(sim: SimRunPod, clock: SimClock, act: Act) -> None:
    act("abc123", "stop")
    clock.advance(3600)
    sim.world.settle()
    ended = sim.world.pods["abc123"].ended_at
    assert ended is not None
    assert (ended - START).total_seconds() == 2
