from __future__ import annotations

import threading

import httpx
import pytest

from sim.runpod import Kind, SimRunPod
from tests.unit.sim_runpod.conftest import client_of


def test_the_state_shows_the_account_as_the_page_draws_it(api: httpx.Client) -> None:
    state = api.get("/control/state").json()
    assert state["clock"] == {"now_ms": 1795435200000, "speed": 1.0, "paused": False}
    assert state["account"]["balance"] == 412.5
    star = next(pod for pod in state["pods"] if pod["id"] == "abc123")
    assert star["gpu_util"] > 80
    assert star | {"gpu_util": 0, "cpu_util": 0} == {
        "id": "abc123",
        "name": "nlp-train",
        "status": "RUNNING",
        "gpu": "H100 SXM",
        "gpu_count": 1,
        "cost_per_hour": 2.69,
        "data_center": "US-TX-3",
        "story": "The language model's run, busy since this morning.",
        "gpu_util": 0,
        "cpu_util": 0,
        "locked": False,
        "uptime_s": 33660,
    }


def test_control_is_no_call_to_runpod(api: httpx.Client) -> None:
    api.get("/control/state")
    assert api.get("/control/calls").json() == {"calls": []}


def test_each_call_is_remembered_with_its_outcome(api: httpx.Client) -> None:
    api.get("/v2/pods")
    api.post("/v2/pods/abc123/action", json={"action": "stop"})
    api.post("/v2/pods/p4v9td/action", json={"action": "stop"})
    api.post("/graphql", json={"query": "{myself{id}}"})
    calls = api.get("/control/calls").json()["calls"]
    assert calls[1] == {
        "n": 2,
        "at_ms": 1795435200000,
        "method": "POST",
        "operation": "stop",
        "pod": "abc123",
        "status": 200,
        "effect": True,
    }
    assert [(call["operation"], call["status"], call["effect"]) for call in calls] == [
        ("list", 200, False),
        ("stop", 200, True),
        ("stop", 409, False),
        ("graphql:myself", 200, False),
    ]


@pytest.mark.parametrize(
    ("what", "status", "prose"),
    [
        ("stop", "EXITED", "Exited by user: "),
        ("kill", "EXITED", "Exited by Runpod: "),
        ("fail", "ERROR", "Exited by Runpod: "),
        ("crash", "RUNNING", "Rented by User: "),
        ("busy", "RUNNING", "Rented by User: "),
    ],
)
def test_what_people_and_hosts_do_shows_in_runpods_own_words(
    sim: SimRunPod, api: httpx.Client, what: str, status: str, prose: str
) -> None:
    assert api.post("/control/pods/abc123/do", json={"what": what}).status_code == 204
    sim.clock.advance(5)
    assert api.get("/v2/pods/abc123").json()["status"] == status
    assert sim.world.pods["abc123"].last_change.startswith(prose)


def test_the_console_starts_terminates_and_locks(sim: SimRunPod, api: httpx.Client) -> None:
    assert api.post("/control/pods/p4v9td/do", json={"what": "start"}).status_code == 204
    assert api.get("/v2/pods/p4v9td").json()["status"] == "STARTING"
    assert api.post("/control/pods/p4v9td/do", json={"what": "terminate"}).status_code == 204
    assert api.get("/v2/pods/p4v9td").status_code == 404
    api.post("/control/pods/abc123/do", json={"what": "lock"})
    assert api.post("/control/pods/abc123/do", json={"what": "stop"}).status_code == 409
    assert api.post("/control/pods/abc123/do", json={"what": "dance"}).status_code == 422
    assert api.post("/control/pods/nope/do", json={"what": "stop"}).status_code == 404


def test_a_button_needs_only_the_kind_and_arms_its_preset(sim: SimRunPod, api: httpx.Client) -> None:
    kinds = api.get("/control/fault-kinds").json()
    assert all(set(kind) == {"kind", "label", "help"} for kind in kinds)
    for kind in kinds:
        assert api.post("/control/faults", json={"kind": kind["kind"]}).status_code == 201
    shown = api.get("/control/state").json()["faults"]
    assert len(shown) == len(kinds)
    assert api.delete(f"/control/faults/{shown[0]['id']}").status_code == 204
    assert api.delete(f"/control/faults/{shown[0]['id']}").status_code == 404
    assert api.delete("/control/faults").status_code == 204
    assert not list(sim.faults)


def test_a_fault_is_expressed_to_the_last_detail(sim: SimRunPod, api: httpx.Client) -> None:
    fault = {
        "kind": "status",
        "operation": "stop",
        "pod": None,
        "when": "after",
        "status": 502,
        "times": None,
        "seconds": 3,
        "detail": "bad gateway",
    }
    assert api.post("/control/faults", json=fault).status_code == 201
    answer = api.post("/v2/pods/abc123/action", json={"action": "stop"})
    assert (answer.status_code, answer.json()["detail"]) == (502, "bad gateway")
    assert answer.headers["retry-after"] == "3"
    assert sim.world.pods["abc123"].stopping
    assert api.post("/control/faults", json={"kind": "gremlins"}).status_code == 422


def test_the_clock_is_sped_up_and_paused(sim: SimRunPod, api: httpx.Client) -> None:
    told = api.post("/control/clock", json={"speed": 60, "paused": True}).json()
    assert (told["speed"], told["paused"]) == (60, True)
    assert sim.clock.paused
    assert api.post("/control/clock", json={"speed": -1}).status_code == 422


def test_a_jump_is_short_when_nobody_watches(sim: SimRunPod, api: httpx.Client) -> None:
    sim.settings.list_wait_s = 0.001
    told = api.post("/control/clock/advance", json={"seconds": 3600}).json()
    assert (told["steps"], told["seen"]) == (120, 0)
    assert told["now_ms"] == 1795435200000 + 3_600_000


def test_a_jump_is_replayed_in_steps_that_a_watch_sees_one_by_one(sim: SimRunPod) -> None:
    sim.settings.list_wait_s = 5
    seen: list[float] = []
    start = sim.clock.now()
    done = threading.Event()

    def watch() -> None:
        with client_of(sim) as client:
            while not done.is_set():
                at = (sim.clock.now() - start).total_seconds()
                if not seen or at - seen[-1] >= 30:
                    seen.append(at)
                    client.get("/v2/pods")

    watcher = threading.Thread(target=watch)
    watcher.start()
    outcome = sim.control.advance(300)
    done.set()
    watcher.join()
    assert outcome == {"steps": 10, "seen": 10}
    assert seen[-10:] == [30.0 * step for step in range(1, 11)]


def test_a_jump_of_part_of_a_step_is_exact(sim: SimRunPod, api: httpx.Client) -> None:
    sim.settings.list_wait_s = 0
    start = sim.clock.now()
    assert api.post("/control/clock/advance", json={"seconds": 70}).json()["steps"] == 3
    assert (sim.clock.now() - start).total_seconds() == 70


def test_settings_change_delays_pages_quotas_and_money(sim: SimRunPod, api: httpx.Client) -> None:
    change = {
        "stop_delay_s": 0,
        "page_size": 2,
        "quotas": {"minute": 100},
        "telemetry": "none",
        "balance": "-0.5",
    }
    assert api.post("/control/settings", json=change).json()["page_size"] == 2
    assert api.post("/v2/pods/abc123/action", json={"action": "stop"}).json()["status"] == "EXITED"
    listed = api.get("/v2/pods")
    assert listed.json()["pagination"]["hasNextPage"]
    assert listed.headers["ratelimit-policy"] == '"minute";q=100;w=60'
    assert sim.world.balance < 0
    assert api.post("/control/settings", json={"gravity": 1}).status_code == 422
    assert api.post("/control/settings", json={"balance": 12}).status_code == 422


def test_a_reset_brings_the_account_back_and_keeps_the_time(sim: SimRunPod, api: httpx.Client) -> None:
    sim.faults.add(Kind.GONE)
    api.delete("/v2/pods/abc123")
    sim.clock.advance(60)
    assert api.post("/control/reset").status_code == 204
    assert api.get("/v2/pods/abc123").status_code == 200
    state = api.get("/control/state").json()
    assert (state["faults"], state["calls"]) == ([], 1)
    assert state["clock"]["now_ms"] == 1795435260000


def test_an_unknown_control_is_404(api: httpx.Client) -> None:
    assert api.get("/control/gravity").status_code == 404
