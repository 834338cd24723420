"""auth.*, api.* and apps.*: who the app is, and where its socket is."""

from __future__ import annotations

from sim.slack.webapi.method import Context, Method
from sim.slack.wire import Json, SlackError


def auth_test(context: Context) -> Json:
    workspace = context.state.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.user_id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def api_test(context: Context) -> Json:
    error = context.optional("error")
    if error is not None:
        raise SlackError(error, args=dict(context.arguments))
    return {"args": dict(context.arguments)}


def connections_open(context: Context) -> Json:
    return {"url": context.socket_url()}


METHODS = {
    "auth.test": Method(run=auth_test, tier=None),
    "api.test": Method(run=api_test, tier=4, caller="none"),
    "apps.connections.open": Method(run=connections_open, tier=1, caller="app"),
}
