"""The payloads of commands and interactions, field by field as Slack sends them."""

from __future__ import annotations

from sim.slack.messages import Message
from sim.slack.state import SlackState
from sim.slack.wire import Json
from sim.slack.workspace import Channel, User

VERIFICATION_TOKEN = "sim-verification-token"  # noqa: S105 - the deprecated field, opens nothing


def command(state: SlackState, user: User, channel: Channel, *, name: str, text: str, response_url: str) -> Json:
    workspace = state.workspace
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": state.triggers.issue(state.ids.trigger(), user.id),
    }


def interaction(state: SlackState, kind: str, user: User) -> Json:
    """What every interaction carries; it comes with a trigger of its own."""
    workspace = state.workspace
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": workspace.bot.app_id,
        "token": VERIFICATION_TOKEN,
        "trigger_id": state.triggers.issue(state.ids.trigger(), user.id),
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(message: Message, channel: Channel) -> Json:
    """Where in a channel an interaction happened. An ephemeral message does not come along."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.reader is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    body: Json = {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    return body if message.reader is not None else {**body, "message": message.as_json()}


def in_view(view: Json) -> Json:
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}
