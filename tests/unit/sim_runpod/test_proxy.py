"""What a pod's HTTP ports answer, when, and how they can be made to fail."""

from __future__ import annotations

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import SimRunPod
from tests.unit.sim_runpod.conftest import Act


def get(api: httpx.Client, port: int, path: str = "/", pod: str = "abc123") -> httpx.Response:
    return api.get(f"/proxy/{pod}-{port}{path}")


def web(api: httpx.Client, port: int, pod: str = "abc123", **how: object) -> None:
    assert api.post(f"/control/pods/{pod}/web", json={"port": port, **how}).status_code == 204


@pytest.mark.parametrize(
    ("pod", "port", "status"),
    [("abc123", 8888, 200), ("abc123", 6006, 404), ("abc123", 22, 404), ("nosuch", 8888, 404), ("p4v9td", 8888, 502)],
)
def test_only_a_running_pods_declared_http_ports_answer(api: httpx.Client, pod: str, port: int, status: int) -> None:
    assert get(api, port, pod=pod).status_code == status


def test_a_service_answers_only_once_it_has_had_time_to_come_up(api: httpx.Client, act: Act, clock: SimClock) -> None:
    act("p4v9td", "start")
    clock.advance(21)
    assert api.get("/v2/pods/p4v9td").json()["status"] == "RUNNING"
    assert get(api, 8888, pod="p4v9td").status_code == 502
    clock.advance(15)
    assert get(api, 8888, pod="p4v9td").status_code == 200


@pytest.mark.parametrize(("mode", "status"), [("403", 403), ("404", 404), ("502", 502), ("524", 524)])
def test_a_port_can_be_made_to_answer_badly_and_well_again(api: httpx.Client, mode: str, status: int) -> None:
    web(api, 8888, mode=mode)
    assert get(api, 8888).status_code == status
    web(api, 8888, mode="ok")
    assert get(api, 8888).status_code == 200


@pytest.mark.parametrize(("mode", "error"), [("hang", httpx.ReadTimeout), ("refuse", httpx.ConnectError)])
def test_a_port_can_be_made_to_say_nothing(api: httpx.Client, mode: str, error: type[Exception]) -> None:
    web(api, 8888, mode=mode)
    with pytest.raises(error):
        get(api, 8888)


@pytest.mark.parametrize(
    ("pod", "states"), [("abc123", ["busy"]), ("k7m2qx", ["busy"]), ("w3n8ze", ["idle"]), ("f6j1bs", [])]
)
def test_jupyter_shows_the_kernels_of_what_runs(api: httpx.Client, pod: str, states: list[str]) -> None:
    kernels = get(api, 8888, "/api/kernels", pod).json()
    assert [kernel["execution_state"] for kernel in kernels] == states
    assert get(api, 8888, "/api/status", pod).json()["kernels"] == len(states)


def test_kernels_can_be_set_by_when_they_were_last_active(api: httpx.Client) -> None:
    web(api, 8888, kernels=[{"state": "idle", "active_ago_s": 3600, "connections": 2}])
    status = get(api, 8888, "/api/status").json()
    assert status["last_activity"] == "2026-11-23T11:00:00.000000Z"
    assert status["connections"] == 2


def test_a_custom_port_answers_with_what_was_set(api: httpx.Client, sim: SimRunPod) -> None:
    sim.world.pods["abc123"].ports.append("9000/http")
    web(api, 9000, body="busy: 1")
    assert get(api, 9000, "/health").text == "busy: 1"


def test_the_proxy_is_no_call_to_runpods_api_and_asks_for_no_key(api: httpx.Client) -> None:
    del api.headers["authorization"]
    assert get(api, 8888).status_code == 200
    assert api.get("/control/calls").json() == {"calls": []}


def lines(api: httpx.Client, pod: str, source: str) -> str:
    return api.get(f"/v2/pods/{pod}/logs", params={"source": source}).text


def test_an_image_that_is_not_there_is_told_by_the_system_log_until_runpod_gives_up(
    api: httpx.Client, act: Act, clock: SimClock, sim: SimRunPod
) -> None:
    sim.faults.arm("image_pull")
    act("p4v9td", "start")
    clock.advance(10)
    assert api.get("/v2/pods/p4v9td").json()["status"] == "STARTING"
    assert "error pulling image" in lines(api, "p4v9td", "system")
    clock.advance(300)
    assert api.get("/v2/pods/p4v9td").json()["status"] == "EXITED"
    act("p4v9td", "start")
    clock.advance(30)
    assert api.get("/v2/pods/p4v9td").json()["status"] == "RUNNING"


def test_a_container_that_crashes_at_start_leaves_its_last_words(
    api: httpx.Client, act: Act, clock: SimClock, sim: SimRunPod
) -> None:
    sim.faults.arm("crash_at_start")
    act("p4v9td", "start")
    clock.advance(60)
    pod = api.get("/v2/pods/p4v9td").json()
    assert (pod["status"], pod["runtime"]) == ("RUNNING", None)
    assert "exited with code 1" in lines(api, "p4v9td", "system")
    assert "ModuleNotFoundError" in lines(api, "p4v9td", "container")
    assert get(api, 8888, pod="p4v9td").status_code == 502


def test_a_pod_in_which_nothing_listens_runs_and_never_answers(
    api: httpx.Client, act: Act, clock: SimClock, sim: SimRunPod
) -> None:
    sim.faults.arm("mute")
    act("p4v9td", "start")
    clock.advance(600)
    assert api.get("/v2/pods/p4v9td").json()["status"] == "RUNNING"
    assert get(api, 8888, pod="p4v9td").status_code == 502
