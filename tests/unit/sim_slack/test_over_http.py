"""The app on loopback: encodings, the page's API and its event stream, faults on the wire, and control."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sim.slack import SimSlack, Workspace
from sim.slack.app import slack_app
from sim.slack.delivery import AckResult
from sim.slack.serving import Loopback
from sim.slack.workspace import BOT_TOKEN
from tests.unit.sim_slack.conftest import HandClock, RecordingApp

Json = dict[str, Any]
ROOM = "C0GPUPODS"
Served = tuple[SimSlack, httpx.Client]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[SimSlack, str]]:
    sim = SimSlack(Workspace.seeded(), HandClock(), rate_limits=False)
    with Loopback(slack_app(sim)) as server:
        yield sim, server.url


@pytest.fixture
def served(running: tuple[SimSlack, str], app: RecordingApp) -> Iterator[Served]:
    sim, url = running
    sim.reset()
    sim.delivery.use_in_process(app)
    with httpx.Client(base_url=url, trust_env=False, timeout=5) as client:
        yield sim, client


@pytest.fixture
def slack(running: tuple[SimSlack, str]) -> WebClient:
    return WebClient(token=BOT_TOKEN, base_url=f"{running[1]}/api/", timeout=1)


def test_the_sdk_posts_json_and_reads_forms(served: Served, slack: WebClient) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    ts = slack.chat_postMessage(channel=ROOM, text="hello", blocks=[block])["ts"]
    history = slack.conversations_history(channel=ROOM, include_all_metadata=True)
    assert [message["ts"] for message in history["messages"]] == [ts]
    assert "chat:write" in slack.auth_test().headers["x-oauth-scopes"]
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel="C0RANDOM", text="x")
    assert refused.value.response["error"] == "not_in_channel"


def test_a_form_with_json_inside_and_a_token_field_works_too(served: Served) -> None:
    _, client = served
    form = {"token": BOT_TOKEN, "channel": ROOM, "text": "x", "blocks": '[{"type":"divider"}]'}
    assert client.post("/api/chat.postMessage", data=form).json()["message"]["blocks"][0]["type"] == "divider"
    assert client.post("/api/chat.postMessage", json=[1]).json()["error"] == "json_not_object"
    broken = client.post("/api/chat.postMessage", content=b"{", headers={"content-type": "application/json"})
    assert broken.json()["error"] == "invalid_json"


def test_a_dropped_answer_makes_the_sdk_post_twice(served: Served, slack: WebClient) -> None:
    """The hazard the bot has to live with: the SDK's default retry repeats a post whose answer was lost."""
    sim, client = served
    client.post("/control/faults", json={"method": "chat.postMessage", "kind": "drop", "when": "after"})
    assert slack.chat_postMessage(channel=ROOM, text="x")["ok"]
    assert len(sim.messages(ROOM)) == 2
    calls = client.get("/control/calls", params={"method": "chat.postMessage"}).json()["calls"]
    assert [call["answered"] for call in calls] == [False, True]


def test_an_answer_held_back_times_out_though_the_message_is_there(served: Served, slack: WebClient) -> None:
    sim, client = served
    fault = {"method": "chat.postMessage", "kind": "timeout_after", "seconds": 2}
    client.post("/control/faults", json=fault)
    impatient = WebClient(token=BOT_TOKEN, base_url=slack.base_url, timeout=0.1, retry_handlers=[])  # type: ignore[arg-type]
    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel=ROOM, text="x")
    assert len(sim.messages(ROOM)) == 1


def test_a_response_url_is_answered_over_http(served: Served, app: RecordingApp) -> None:
    _, client = served
    assert client.post("/ui/command", json={"user": "U0BOB", "channel": ROOM, "text": "/pod list"}).json()["ok"]
    url = app.last["response_url"]
    assert url.startswith(str(client.base_url))
    hook = WebhookClient(url)
    answers = [hook.send(text="x") for _ in range(6)]
    assert [(answer.status_code, answer.body) for answer in answers[:5]] == [(200, "ok")] * 5
    assert (answers[5].status_code, json.loads(answers[5].body)["error"]) == (404, "used_url")
    bad = client.post("/ui/command", json={"user": "U0BOB", "channel": ROOM, "text": "/pod list"})
    assert bad.json()["ok"]
    refused = WebhookClient(app.last["response_url"]).send(text="x", blocks=[{"type": "sparkline"}])
    assert refused.status_code == 400


def test_an_answer_to_a_response_url_can_be_lost_after_it_was_shown(served: Served, app: RecordingApp) -> None:
    sim, client = served
    client.post("/ui/command", json={"user": "U0BOB", "channel": ROOM, "text": "/pod list"})
    client.post("/control/faults", json={"method": "response_url", "kind": "status", "status": 502, "when": "after"})
    assert WebhookClient(app.last["response_url"]).send(text="x").status_code == 502
    assert [event["message"]["text"] for event in sim.seen("U0BOB")] == ["x"]
    assert client.get("/control/calls").json()["calls"][0]["method"] == "response_url"


def test_the_page_sees_a_person_s_rooms_and_no_ephemeral_after_a_reload(served: Served, slack: WebClient) -> None:
    _, client = served
    slack.chat_postEphemeral(channel=ROOM, user="U0CARA", text="psst")
    slack.chat_postMessage(channel=ROOM, text="all")
    state = client.get("/ui/state", params={"user": "U0CARA"}).json()
    assert [room["name"] for room in state["channels"]] == ["gpu-pods", "general", "random", "directmessage"]
    assert [message["text"] for message in state["messages"][ROOM]] == ["all"]
    assert state["me"] == {
        "id": "U0CARA",
        "name": "cara",
        "real_name": "Cara Cruz",
        "role_hint": "viewer",
        "tz": "America/New_York",
    }
    assert state["bot"]["name"] == "podkeeper"
    assert state["commands"][0]["command"] == "/pod"
    assert state.keys() >= {"users", "views", "home", "now_ms"}
    assert client.get("/ui/state", params={"user": "U0NOBODY"}).status_code == 404
    assert client.get("/ui/state").json()["me"]["id"] == "U0ALICE"


def test_events_stream_to_the_page_as_they_happen(served: Served, slack: WebClient) -> None:
    _, client = served
    with client.stream("GET", "/ui/events", params={"user": "U0BOB"}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(":")
        ts = slack.chat_postMessage(channel=ROOM, text="one")["ts"]
        slack.chat_update(channel=ROOM, ts=ts, text="two")
        slack.chat_delete(channel=ROOM, ts=ts)
        events = [json.loads(line.removeprefix("data: ")) for line in lines_with_data(lines, 3)]
    assert [event["type"] for event in events] == ["message", "changed", "deleted"]
    assert events[1]["message"]["text"] == "two"


def lines_with_data(lines: Iterator[str], count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        line = next(lines)
        if line.startswith("data: "):
            found.append(line)
    return found


def test_the_page_can_do_all_a_person_does(served: Served, slack: WebClient, app: RecordingApp) -> None:
    _, client = served

    def do(what: str, **body: Any) -> Json:
        answer: Json = client.post(f"/ui/{what}", json={"user": "U0BOB", **body}).json()
        return answer

    option = {"text": {"type": "plain_text", "text": "A"}, "value": "a"}
    menu = {"type": "external_select", "action_id": "pods", "min_query_length": 0}
    row = {"type": "actions", "block_id": "row", "elements": [menu]}
    assert do("message", channel=ROOM, text="@podkeeper hello")["ok"]
    assert app.last["event"]["type"] == "app_mention"
    ts = slack.chat_postMessage(channel=ROOM, text="x", blocks=[row])["ts"]
    place = {"channel": ROOM, "message_ts": ts, "block_id": "row", "action_id": "pods"}
    app.will(payload={"options": [option]})
    assert do("options", **place, value="")["options"] == [option]
    assert do("action", **place, type="external_select", selected_option=option)["ok"]
    assert app.last["actions"][0]["selected_option"] == option
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [row], "notify_on_close": True}
    view_id = slack.views_open(trigger_id=app.last["trigger_id"], view=view)["view"]["id"]
    app.will(payload={"response_action": "update", "view": view})
    assert do("submit", view_id=view_id, values={}) == {"ok": True}
    assert do("close", view_id=view_id)["ok"]
    assert app.last["type"] == "view_closed"
    assert do("home")["ok"]
    assert app.last["event"]["type"] == "app_home_opened"
    assert do("submit", view_id="V0", values={}) == {"ok": False, "error": "not_found"}
    assert "missing" in do("command", channel=ROOM)["error"]


def test_control_turns_scopes_pacing_and_retries(served: Served, slack: WebClient) -> None:
    sim, client = served
    before = sim.workspace.scopes
    settings = {"scopes": ["chat:write"], "rate_limits": True, "channel_burst": 1}
    assert client.post("/control/settings", json=settings).json()["scopes"] == ["chat:write"]
    slack.chat_postMessage(channel=ROOM, text="x")
    with pytest.raises(SlackApiError) as paced:
        slack.chat_postMessage(channel=ROOM, text="x")
    assert paced.value.response.status_code == 429
    assert paced.value.response.headers["Retry-After"] == "1"
    with pytest.raises(SlackApiError) as refused:
        slack.users_list()
    assert refused.value.response["needed"] == "users:read"
    client.post("/control/settings", json={"scopes": sorted(before), "rate_limits": False, "channel_burst": 5})
    assert slack.users_list()["ok"]


def test_control_shows_messages_and_events_and_redelivers(served: Served, app: RecordingApp) -> None:
    _, client = served
    client.post("/ui/message", json={"user": "U0BOB", "channel": ROOM, "text": "@podkeeper hello"})
    messages = client.get("/control/messages", params={"channel": ROOM}).json()["messages"]
    assert [message["text"] for message in messages] == ["<@U0PODKEEPER> hello"]
    event = client.get("/control/events").json()["events"][0]
    assert event["attempts"] == [{"acked": True, "reason": None}]
    assert client.post("/control/redeliver", json={"event_id": event["event_id"]}).json() == {"ok": True, "acked": True}
    assert len(app.got) == 2
    assert client.post("/control/redeliver", json={"event_id": "Ev0"}).status_code == 400
    assert client.post("/control/faults", json={"kind": "gremlin"}).status_code == 400
    assert client.post("/control/disconnect", json={"reason": "boredom"}).status_code == 400
    client.post("/control/reset")
    assert client.get("/control/messages").json()["messages"] == []


def test_a_signed_request_tells_the_app_which_retry_it_is_and_heeds_no_retry(clock: HandClock) -> None:
    heard: list[dict[str, str]] = []

    async def receive(request: Request) -> Response:
        heard.append(dict(request.headers))
        headers = {"X-Slack-No-Retry": "1"} if len(heard) == 2 else {}
        return JSONResponse({}, status_code=500, headers=headers)

    sim = SimSlack(Workspace.seeded(), clock, monotonic=clock.monotonic)
    with Loopback(Starlette(routes=[Route("/slack/events", receive, methods=["POST"])])) as bot:
        sim.delivery.use_request_url(f"{bot.url}/slack/events")
        sim.say("U0BOB", ROOM, "@podkeeper hello")
        for _ in range(3):
            clock.advance(1000)
            sim.run_due()
        sim.delivery.use_request_url(None)
    assert ["x-slack-retry-num" in headers for headers in heard] == [False, True]
    assert heard[1]["x-slack-retry-reason"] == "http_error"
    assert heard[0]["x-slack-signature"].startswith("v0=")
    assert next(iter(sim.delivery.events.values())).results[0] == AckResult(acked=False, reason="http_error")


def test_the_page_is_served_and_further_apps_are_mounted_with_their_lifespan(tmp_path: Path, clock: HandClock) -> None:
    for name in ("index.html", "page.css"):
        (tmp_path / name).write_text(name)
    started: list[bool] = []

    async def hello(_: Request) -> Response:
        return JSONResponse({"pods": []})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        started.append(True)
        yield

    other = Starlette(routes=[Route("/v2/pods", hello)], lifespan=lifespan)
    app = slack_app(SimSlack(Workspace.seeded(), clock), page_dir=tmp_path, mounts={"/runpod": other})
    with Loopback(app) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        assert client.get("/").text == "index.html"
        assert client.get("/page/page.css").text == "page.css"
        assert client.get("/page/page.js").status_code == 404
        assert client.get("/runpod/v2/pods").json() == {"pods": []}
    assert started == [True]
