"""What only a socket shows: mounting, held answers, closed connections and streams that go on."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sim.runpod import FULL_KEY, Kind, SimRunPod, runpod_app, server


@pytest.fixture
def served(sim: SimRunPod, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The simulator below /runpod on a loopback port, as the demo mounts it."""
    for name, seconds in (("LOG_POLL_S", 0.01), ("HEARTBEAT_S", 0.05), ("EVENT_S", 0.01), ("TICK_S", 0.05)):
        monkeypatch.setattr(server, name, seconds)
    app = Starlette(routes=[Mount("/runpod", app=runpod_app(sim))])
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/runpod"
    headers = {"authorization": f"Bearer {FULL_KEY}", "user-agent": "podkeeper-tests"}
    try:
        with httpx.Client(base_url=base, headers=headers) as client:
            yield client
    finally:
        running.should_exit = True
        thread.join()
        listener.close()


def test_the_same_api_answers_below_a_mount(served: httpx.Client) -> None:
    assert len(served.get("/v2/pods").json()["pods"]) == 6
    assert served.get("/v2/catalog/gpus/NVIDIA%20A40").json()["name"] == "A40"
    assert served.post("/graphql", json={"query": "{myself{id}}"}).json()["data"]["myself"]["id"]
    assert served.get("/control/state").json()["calls"] == 3
    terminated = served.delete("/v2/pods/abc123")
    assert (terminated.status_code, terminated.content) == (204, b"")
    assert "content-type" not in terminated.headers


def test_a_time_out_holds_the_answer_until_the_caller_gives_up(sim: SimRunPod, served: httpx.Client) -> None:
    sim.faults.add(Kind.LOST_ANSWER, operation="stop", times=1)
    with pytest.raises(httpx.ReadTimeout):
        served.post("/v2/pods/abc123/action", json={"action": "stop"}, timeout=0.1)
    assert sim.world.pods["abc123"].stopping


def test_a_dropped_connection_is_a_protocol_error(sim: SimRunPod, served: httpx.Client) -> None:
    sim.faults.add(Kind.DROP, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        served.get("/v2/pods")
    assert served.get("/v2/pods").status_code == 200


def test_a_slow_answer_arrives(sim: SimRunPod, served: httpx.Client) -> None:
    sim.faults.add(Kind.SLOW, seconds=0.05, times=1)
    assert served.get("/v2/pods").status_code == 200


def test_a_log_stream_goes_on_with_heartbeats_and_new_lines(sim: SimRunPod, served: httpx.Client) -> None:
    with served.stream("GET", "/v2/pods/abc123/logs", params={"tail": "1"}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id: ")
        assert json.loads(next(lines).removeprefix("data: "))["source"] == "container"
        beats = [line for line, _ in zip(lines, range(6), strict=False) if line == ": heartbeat"]
        assert len(beats) >= 2
        sim.clock.advance(15)
        assert any(line.startswith("data: ") for line, _ in zip(lines, range(100), strict=False))


def test_the_page_hears_of_changes(sim: SimRunPod, served: httpx.Client) -> None:
    with served.stream("GET", "/control/events") as stream:
        events = (json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line)
        assert next(events)["faults"] == []
        sim.faults.add(Kind.OUTAGE)
        later = next(event for event, _ in zip(events, range(100), strict=False) if event["faults"])
    assert later["faults"][0]["kind"] == "outage"
