"""POST /hb/<token>: proves a pod to who has its token, and tells nothing to who guesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import pytest
import redis
from starlette.applications import Starlette

from app.heartbeats import TRIES, heartbeat_route
from app.http import serving
from app.settings import Settings, require_port_for_heartbeats
from pods.errors import InvalidSetting, NotRecorded
from tests.unit.pods.builders import NOON


@dataclass
class Ends:
    """A token that holds, a store that may be away, and a hand-turned clock."""

    valid: str = "right"
    error: Exception | None = None
    seconds: float = 0.0
    taken: list[tuple[str, datetime]] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def take(self, token: str, now: datetime) -> bool:
        if self.error is not None:
            raise self.error
        self.taken.append((token, now))
        return token == self.valid


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def client(ends: Ends) -> Iterator[httpx.Client]:
    route = heartbeat_route(ends.take, ends, monotonic=lambda: ends.seconds)
    with (
        serving(Starlette(routes=[route]), 0, host="127.0.0.1") as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        yield http


def test_the_right_token_is_answered_and_taken(ends: Ends, client: httpx.Client) -> None:
    answer = client.post("/hb/right")
    assert (answer.status_code, answer.text) == (204, "")
    assert ends.taken == [("right", NOON)]


@pytest.mark.parametrize("token", ["wrong", "right1", "abcdefghij-" + "a" * 32, "%00", "x" * 4000])
def test_every_other_token_gets_one_and_the_same_answer(client: httpx.Client, token: str) -> None:
    answer = client.post(f"/hb/{token}")
    assert (answer.status_code, answer.text) == (404, "not found\n")
    assert "retry-after" not in answer.headers


def test_only_posts_are_heartbeats(ends: Ends, client: httpx.Client) -> None:
    assert client.get("/hb/right").status_code == 405
    assert ends.taken == []


def test_guessing_is_slowed_down_but_a_known_token_is_not(ends: Ends, client: httpx.Client) -> None:
    assert client.post("/hb/right").status_code == 204
    codes = [client.post(f"/hb/guess{n}").status_code for n in range(TRIES + 5)]
    assert codes.count(404) == TRIES - 1
    assert set(codes[TRIES:]) == {429}
    assert client.post("/hb/right").status_code == 204
    refused = client.post("/hb/guess")
    assert refused.headers["retry-after"] == "60"
    ends.seconds = 61
    assert client.post("/hb/guess").status_code == 404


def test_a_token_that_was_revoked_counts_as_a_guess_again(ends: Ends, client: httpx.Client) -> None:
    assert client.post("/hb/right").status_code == 204
    ends.valid = "other"
    assert client.post("/hb/right").status_code == 404
    codes = {client.post("/hb/right").status_code for _ in range(TRIES + 1)}
    assert codes == {404, 429}


@pytest.mark.parametrize("error", [redis.ConnectionError("gone"), NotRecorded("gone")])
def test_a_store_that_is_away_is_said_so_that_the_beat_is_sent_again(
    ends: Ends, client: httpx.Client, error: Exception
) -> None:
    ends.error = error
    answer = client.post("/hb/right")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


def test_the_endpoint_needs_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODKEEPER_HEARTBEAT_URL", "https://bot.example.com/")
    settings = Settings(_env_file=None)
    assert settings.heartbeat_url == "https://bot.example.com"
    with pytest.raises(InvalidSetting, match="PODKEEPER_HTTP_PORT"):
        require_port_for_heartbeats(settings)
    monkeypatch.setenv("PODKEEPER_HTTP_PORT", "8080")
    require_port_for_heartbeats(Settings(_env_file=None))
