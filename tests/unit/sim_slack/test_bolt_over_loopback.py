"""The real Bolt app, over the real builtin Socket Mode client and over signed HTTP, against the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sim.slack import Place, SimSlack, Workspace
from sim.slack.delivery.in_process import to_bolt
from sim.slack.serving import Loopback
from sim.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Command
from tests.unit.sim_slack.conftest import HandClock

Json = dict[str, Any]
ASK = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "open", "value": "abc123", "text": {"type": "plain_text", "text": "Open"}}
    ],
}


class Heard:
    """What the bot's listeners were given."""

    def __init__(self) -> None:
        self.actions: list[Json] = []
        self.submitted: list[Json] = []
        self.mentions: list[str] = []
        self.mentioned = Event()


def bolt_app(url: str, heard: Heard) -> App:
    client = WebClient(token=BOT_TOKEN, base_url=f"{url}/api/")
    app = App(client=client, signing_secret=SIGNING_SECRET, process_before_response=False)

    @app.command("/pod")
    def pod(ack: Ack, body: Json) -> None:
        ack(f"pong {body['text']}")

    @app.action("open")
    def opened(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        heard.actions.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=ASK)

    @app.view("ask")
    def submitted(ack: Ack, view: Json) -> None:
        text = view["state"]["values"]["why"]["text"]["value"]
        heard.submitted.append(view)
        if text == "no":
            ack(response_action="errors", errors={"why": "Say more"})
        else:
            ack()

    @app.event("app_mention")
    def mentioned(event: Json) -> None:
        heard.mentions.append(event["text"])
        heard.mentioned.set()

    return app


@contextmanager
def connected(sim: SimSlack, app: App, url: str) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(app, APP_TOKEN, web_client=WebClient(token=APP_TOKEN, base_url=f"{url}/api/"))
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield handler
    finally:
        handler.client.auto_reconnect_enabled = False
        for connection in sim.delivery.socket.connections:
            connection.close()  # else the client's own close waits three seconds for a frame
        handler.close()  # type: ignore[no-untyped-call]


def until(told: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for what happens in another thread, without a fixed sleep."""
    tick = Event()
    for _ in range(int(seconds / 0.01)):
        if told():
            return
        tick.wait(0.01)
    raise AssertionError("did not happen in time")


@contextmanager
def over_socket(sim: SimSlack, url: str, heard: Heard) -> Iterator[None]:
    with connected(sim, bolt_app(url, heard), url):
        until(lambda: len(sim.delivery.socket.connections) == 1)
        yield


def http_face(app: App) -> Starlette:
    """A request URL for a Bolt app, which checks Slack's signature itself."""

    async def events(request: Request) -> Response:
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        answer = app.dispatch(BoltRequest(body=(await request.body()).decode(), headers=headers))
        kind = answer.headers.get("content-type", ["text/plain"])[0]
        return Response(answer.body, status_code=answer.status, media_type=kind)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


@contextmanager
def over_http(sim: SimSlack, url: str, heard: Heard) -> Iterator[None]:
    with Loopback(http_face(bolt_app(url, heard))) as bot:
        sim.delivery.use_request_url(f"{bot.url}/slack/events")
        yield
        sim.delivery.use_request_url(None)


ROADS = [pytest.param(over_socket, id="socket"), pytest.param(over_http, id="http")]


@pytest.mark.parametrize("road", ROADS)
def test_a_command_a_click_and_a_form_make_the_round_trip(server: tuple[SimSlack, str], road: Any) -> None:
    sim, url = server
    heard = Heard()
    with road(sim, url, heard):
        assert sim.command("U0BOB", "C0GPUPODS", "/pod ping @alice").ok
        told = [event["message"] for event in sim.seen("U0BOB") if event["type"] == "message"]
        assert [(m["text"], m["ephemeral"]) for m in told] == [("pong ping <@U0ALICE|alice>", True)]
        assert sim.seen("U0ALICE") == []

        posted = sim.call("chat.postMessage", {"channel": "C0GPUPODS", "text": "x", "blocks": [BUTTON]}).body
        place = Place(channel="C0GPUPODS", message_ts=posted["ts"], block_id="row", action_id="open")
        assert sim.act("U0BOB", place).ok
        until(lambda: bool(sim.state.views.stack("U0BOB")))
        assert heard.actions[0]["actions"][0]["value"] == "abc123"

        view_id = sim.state.views.stack("U0BOB")[0]["id"]
        typed = {"why": {"text": {"type": "plain_text_input", "value": "no"}}}
        assert sim.submit("U0BOB", view_id, typed).errors == {"why": "Say more"}
        typed["why"]["text"]["value"] = "because"
        assert sim.submit("U0BOB", view_id, typed).ok
        assert sim.state.views.stack("U0BOB") == []

        sim.say("U0BOB", "C0GPUPODS", "@podkeeper stop abc")
        assert heard.mentioned.wait(5)
        assert heard.mentions == ["<@U0PODKEEPER> stop abc"]
    assert len(heard.submitted) == 2


def test_the_sdk_moves_to_a_new_connection_when_asked_to(server: tuple[SimSlack, str]) -> None:
    sim, url = server
    road = sim.delivery.socket
    with over_socket(sim, url, Heard()):
        old = road.connections[0]
        road.disconnect("refresh_requested")
        until(lambda: len(road.connections) == 2)
        old.close()
        until(lambda: old not in road.connections)
        assert sim.command("U0BOB", "C0GPUPODS", "/pod ping").ok
        assert old.delivered == []


def test_a_bolt_app_can_be_called_without_a_socket(clock: HandClock) -> None:
    """`to_bolt` acks as the Socket Mode adapter does: an unknown command is no ack at all."""
    sim = SimSlack(Workspace.seeded(), clock, monotonic=clock.monotonic)
    sim.workspace.commands["/nobody"] = Command(command="/nobody", description="", usage_hint="")
    known = AuthorizeResult(enterprise_id=None, team_id="T0TEAM", bot_token=BOT_TOKEN, bot_user_id="U0PODKEEPER")
    app = App(signing_secret=SIGNING_SECRET, authorize=lambda: known)

    @app.command("/pod")
    def pod(ack: Ack, command: Json) -> None:
        ack({"text": f"pong {command['text']}", "response_type": "in_channel"})

    sim.delivery.use_in_process(to_bolt(app))
    assert sim.command("U0BOB", "C0GPUPODS", "/pod ping").ok
    assert [message.content.text for message in sim.messages("C0GPUPODS")] == ["pong ping"]
    assert sim.command("U0BOB", "C0GPUPODS", "/nobody").error == "dispatch_failed"
