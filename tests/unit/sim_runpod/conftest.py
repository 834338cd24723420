from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sim.clock import SimClock
from sim.runpod import FULL_KEY, SimRunPod, demo_seed, mock_transport

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SimClock:
    """A clock that moves only when it is told to."""
    return SimClock(START, monotonic=lambda: 0.0)


@pytest.fixture
def sim(clock: SimClock) -> SimRunPod:
    return SimRunPod(clock, demo_seed())


@pytest.fixture
def api(sim: SimRunPod) -> Iterator[httpx.Client]:
    with client_of(sim) as client:
        yield client


def client_of(sim: SimRunPod, key: str = FULL_KEY) -> httpx.Client:
    headers = {"authorization": f"Bearer {key}", "user-agent": "podkeeper-tests"}
    return httpx.Client(transport=mock_transport(sim), base_url="https://api.runpod.io", headers=headers)


Act = Callable[[str, str], httpx.Response]


@pytest.fixture
def act(api: httpx.Client) -> Act:
    return lambda pod, action: api.post(f"/v2/pods/{pod}/action", json={"action": action})


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(api: httpx.Client) -> Ask:
    """A GraphQL document's answer, which is 200 unless the document is malformed."""

    def asked(query: str, **variables: object) -> dict[str, Any]:
        answer = api.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        answered: dict[str, Any] = answer.json()
        return answered

    return asked
