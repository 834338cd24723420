"""What the bot of these tests draws: a row of elements, forms, and messages holding them."""

from __future__ import annotations

from typing import Any

from sim.slack import Place, SimSlack
from tests.unit.sim_slack.block_kit import Json, plain
from tests.unit.sim_slack.conftest import RecordingApp

ROOM = "C0GPUPODS"
OPTION = {"text": plain("A"), "value": "a"}
ROW = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "stop", "value": "abc123", "text": plain("Stop")},
        {"type": "static_select", "action_id": "menu", "options": [OPTION]},
        {"type": "external_select", "action_id": "pods", "min_query_length": 1},
        {"type": "external_select", "action_id": "lazy"},
    ],
}


def modal(*blocks: Json, **more: Any) -> Json:
    shown = list(blocks) or [{"type": "section", "text": plain()}]
    return {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": shown, **more}


def field(name: str, element: Json | None = None, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "v"} if element is None else {"action_id": "v", **element}
    return {"type": "input", "block_id": name, "label": plain(name), "element": element, **more}


def typed(**values: str) -> Json:
    return {name: {"v": {"type": "plain_text_input", "value": value}} for name, value in values.items()}


def posted(sim: SimSlack, action: str = "stop") -> Place:
    ts = sim.call("chat.postMessage", {"channel": ROOM, "text": "pod", "blocks": [ROW]}).body["ts"]
    return Place(channel=ROOM, message_ts=ts, block_id="row", action_id=action)


def whispered(sim: SimSlack) -> Place:
    body = sim.call("chat.postEphemeral", {"channel": ROOM, "user": "U0BOB", "text": "pod", "blocks": [ROW]}).body
    return Place(channel=ROOM, message_ts=body["message_ts"], block_id="row", action_id="stop")


def trigger(sim: SimSlack, app: RecordingApp, user: str = "U0BOB") -> str:
    sim.command(user, ROOM, "/pod form")
    return str(app.last["trigger_id"])


def opened(sim: SimSlack, app: RecordingApp, view: Json) -> str:
    body = sim.call("views.open", {"trigger_id": trigger(sim, app), "view": view}).body
    assert body["ok"], body
    return str(body["view"]["id"])


def stack(sim: SimSlack) -> list[str]:
    return [view["id"] for view in sim.state.views.stack("U0BOB")]
