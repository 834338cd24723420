from __future__ import annotations

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import READ_ONLY_KEY, Settings, SimRunPod, demo_seed
from tests.unit.sim_runpod.conftest import client_of


@pytest.fixture
def sim(clock: SimClock) -> SimRunPod:
    return SimRunPod(clock, demo_seed(), Settings(quotas={"minute": 3, "hour": 5, "day": 100}))


def test_every_answer_tells_what_is_left_of_each_window(api: httpx.Client, clock: SimClock) -> None:
    clock.advance(12)
    headers = api.get("/v2/pods").headers
    assert headers["ratelimit"] == '"minute";r=2;t=48, "hour";r=4;t=3588, "day";r=99;t=43188'
    assert headers["ratelimit-policy"] == '"minute";q=3;w=60, "hour";q=5;w=3600, "day";q=100;w=86400'


def test_a_used_up_window_refuses_until_it_ends(api: httpx.Client, clock: SimClock) -> None:
    clock.advance(12)
    assert [api.get("/v2/pods").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = api.get("/v2/pods")
    assert refused.headers["retry-after"] == "48"
    assert refused.headers["content-type"] == "application/problem+json"
    clock.advance(47.9)
    assert api.get("/v2/pods").status_code == 429
    clock.advance(0.1)
    assert api.get("/v2/pods").status_code == 200


def test_the_hour_binds_when_the_minute_does_not(api: httpx.Client, clock: SimClock) -> None:
    answers = []
    for _ in range(6):
        answers.append(api.get("/v2/pods"))
        clock.advance(60)
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["detail"] == "rate limit exceeded for the hour window"
    assert answers[-1].headers["retry-after"] == "3300"


def test_the_quota_is_the_users_and_not_the_keys(sim: SimRunPod, api: httpx.Client) -> None:
    with client_of(sim, READ_ONLY_KEY) as other:
        assert [client.get("/v2/pods").status_code for client in (api, other, api, other)] == [200, 200, 200, 429]


def test_errors_and_refusals_carry_the_windows_too(api: httpx.Client) -> None:
    assert "ratelimit" in api.get("/v2/pods/nope").headers
    assert "ratelimit" in api.post("/v2/pods", json={}).headers
