"""A listener that starts too late does nothing, since Slack has already told the person that it failed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.app import SlackEnds, build_app
from bot.arrivals import Arrivals
from tests.e2e.inline import BOB, Bot


@dataclass
class Ticks:
    """A clock of real seconds, moved by hand."""

    at: float = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize(("waited", "done"), [(0.0, True), (1.9, True), (2.1, False), (60.0, False)])
def test_a_command_that_waited_in_the_queue_too_long_writes_nothing(bot: Bot, waited: float, done: bool) -> None:
    ticks = Ticks()
    arrivals = Arrivals(ticks)
    app = app_on(bot, arrivals, ticks)
    payload = {
        "command": "/pod",
        "text": "stop abc123",
        "team_id": bot.face.team,
        "user_id": BOB,
        "channel_id": bot.slack.workspace.channel("gpu-pods").id,
        "trigger_id": "waited",
    }
    arrivals.note(json.dumps({"envelope_id": "e", "type": "slash_commands", "payload": payload}))
    ticks.at += waited
    answer = app.dispatch(BoltRequest(mode="socket_mode", body=payload))

    assert ("On it" in answer.body) is done
    assert ("too long to act on" in answer.body) is not done
    bot.settle()
    assert len(bot.effects()) == (1 if done else 0)
    app.listener_runner.listener_executor.shutdown()


def app_on(bot: Bot, arrivals: Arrivals, ticks: Ticks) -> App:
    client = WebClient(token=bot.slack.workspace.bot_token, base_url=f"{bot.base_url}/api/", retry_handlers=[])
    return build_app(bot.face, SlackEnds(client=client), arrivals=arrivals, monotonic=ticks)


@pytest.mark.parametrize("frame", ["", "hello", "[]", '{"type": "hello"}', '{"payload": 3}', '{"payload": {}}'])
def test_frames_that_carry_no_payload_are_passed_over(frame: str) -> None:
    ticks = Ticks()
    arrivals = Arrivals(ticks)
    arrivals.note(frame)

    assert arrivals.of({"trigger_id": "x"}) == ticks.at


def test_an_event_is_recorded_before_it_is_acked(bot: Bot) -> None:
    """Bolt acks events before their listeners run; a mention lost with the process would never come again."""
    room = bot.slack.workspace.channel("gpu-pods").id
    bot.slack.say(BOB, room, "@podkeeper stop abc123")

    # `say` returns with the ack.
    assert len(bot.store.walk.open_operations()) == 1
