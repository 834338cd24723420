"""The same app where Slack calls us: signed requests over HTTP, unsigned ones refused."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from slack_sdk import WebClient

from app import http
from bot.app import SlackEnds, build_app
from tests.e2e.inline import Bot


@pytest.fixture
def over_http(bot: Bot) -> Iterator[str]:
    """The address Slack posts to; the simulated Slack uses it from here on."""
    workspace = bot.slack.workspace
    client = WebClient(token=workspace.bot_token, base_url=f"{bot.base_url}/api/", retry_handlers=[])
    app = build_app(bot.face, SlackEnds(client=client, signing_secret=workspace.signing_secret, verify_requests=True))
    probes = http.Probes(redis=lambda: bool(bot.store.client.ping()), counters=dict)
    with http.serving(http.build(probes, (http.slack_route(app),)), 0, host="127.0.0.1") as port:
        url = f"http://127.0.0.1:{port}/slack/events"
        bot.slack.delivery.use_request_url(url)
        yield url
        bot.slack.delivery.use_request_url(None)
    app.listener_runner.listener_executor.shutdown(wait=True)


def test_a_command_a_click_and_a_mention_work_over_http(bot: Bot, over_http: str) -> None:
    assert bot.exec("/pod stop abc123").private[0].startswith("On it")
    assert "is stopped" in bot.last().text
    bot.press("Start")
    assert len(bot.effects("start")) == 1
    bot.say("@podkeeper stop f6j1bs")
    assert "is stopped" in bot.last().text


def test_an_unsigned_request_is_refused(bot: Bot, over_http: str) -> None:
    answer = httpx.post(over_http, data={"command": "/pod", "text": "stop abc123", "user_id": "U0ALICE"})

    assert answer.status_code == 401
    bot.settle()
    assert bot.effects() == []


def test_probes_answer_beside_it(bot: Bot, over_http: str) -> None:
    root = over_http.removesuffix("/slack/events")

    assert httpx.get(f"{root}/healthz").text == "ok\n"
    assert httpx.get(f"{root}/readyz").json() == {"ready": True, "wrong": {}}
