from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import SimRunPod
from tests.unit.sim_runpod.conftest import Act


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    blocks = [block.split("\n") for block in answer.text.split("\n\n") if block.startswith("id: ")]
    for id_line, data_line in blocks:
        assert id_line.removeprefix("id: ") == json.loads(data_line.removeprefix("data: "))["ts"]
    return [json.loads(data_line.removeprefix("data: ")) for _, data_line in blocks]


def logs(api: httpx.Client, pod: str, **query: str) -> list[dict[str, Any]]:
    return events(api.get(f"/v2/pods/{pod}/logs", params=query))


def test_the_tail_is_the_last_lines_and_a_heartbeat(api: httpx.Client) -> None:
    answer = api.get("/v2/pods/abc123/logs", params={"tail": "3"})
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text.endswith(": heartbeat\n\n")
    lines = events(answer)
    assert len(lines) == 3
    assert all(line["source"] == "container" and "loss" in line["line"] for line in lines)
    assert len(logs(api, "abc123")) == 100
    assert logs(api, "abc123", tail="0") == []


def test_an_image_pull_shows_in_the_system_log_as_it_goes_on(api: httpx.Client, clock: SimClock, act: Act) -> None:
    act("p4v9td", "start")
    clock.advance(11)
    told = [line["line"].split(" runpod")[0] for line in logs(api, "p4v9td", source="system", tail="3")]
    assert told == ["create container", "pulling image", "still fetching image"]
    clock.advance(20)
    assert logs(api, "p4v9td", source="system", tail="1")[0]["line"] == "start container: begin"


def test_a_stop_under_way_ends_the_pull(api: httpx.Client, clock: SimClock, act: Act) -> None:
    act("p4v9td", "start")
    act("p4v9td", "stop")
    clock.advance(60)
    assert logs(api, "p4v9td", source="system", tail="1")[0]["line"] == "container stopped"


def test_a_stream_is_taken_up_where_it_broke_off(api: httpx.Client, clock: SimClock) -> None:
    last = logs(api, "abc123", tail="1")[0]["ts"]
    clock.advance(60)
    new = api.get("/v2/pods/abc123/logs", params={"tail": "100"}, headers={"last-event-id": last})
    assert [line["ts"] > last for line in events(new)] == [True] * 4
    since = logs(api, "abc123", since=last)
    assert [line["ts"] for line in since] == [last, *(line["ts"] for line in events(new))]


def test_an_idle_container_has_said_little(api: httpx.Client) -> None:
    lines = [line["line"] for line in logs(api, "f6j1bs")]
    assert lines == ["start container: begin", "Pod started; Jupyter and SSH are up"]


@pytest.mark.parametrize("query", [{"source": "all"}, {"tail": "5001"}, {"tail": "x"}, {"since": "today"}])
def test_a_query_off_the_contract_is_refused(api: httpx.Client, query: dict[str, str]) -> None:
    assert api.get("/v2/pods/abc123/logs", params=query).status_code == 422


def test_a_pod_that_is_not_there_has_no_logs(api: httpx.Client) -> None:
    assert api.get("/v2/pods/nope/logs").status_code == 404


def test_a_followed_stream_says_each_line_once_and_ends_with_its_pod(
    sim: SimRunPod, clock: SimClock, api: httpx.Client
) -> None:
    follow = sim.handle("GET", "/v2/pods/abc123/logs", {}, dict(api.headers), b"").follow
    assert follow is not None
    clock.advance(30)
    said, follow = sim.follow(follow)
    assert said.count(b"data: ") == 2
    assert follow is not None
    said, follow = sim.follow(follow)
    assert said == b""
    assert follow is not None
    api.delete("/v2/pods/abc123")
    assert sim.follow(follow) == (b"", None)
