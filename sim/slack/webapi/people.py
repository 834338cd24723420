"""users.*, usergroups.* and bots.*: who there is."""

from __future__ import annotations

from sim.slack.webapi.method import Context, Method
from sim.slack.wire import Json, SlackError


def user_info(context: Context) -> Json:
    return {"user": context.state.workspace.user(context.required("user", "user_not_found")).as_json()}


def user_list(context: Context) -> Json:
    chosen, metadata = context.page(list(context.state.workspace.users.values()))
    members = [user.as_json() for user in chosen]
    return {"members": members, "cache_ts": int(context.state.clock.now().timestamp()), "response_metadata": metadata}


def group_list(context: Context) -> Json:
    team = context.state.workspace.team_id
    groups = [group.as_json(team) for group in context.state.workspace.groups.values()]
    if not context.flag("include_users"):
        for group in groups:
            del group["users"]
    return {"usergroups": groups}


def group_users(context: Context) -> Json:
    group = context.state.workspace.groups.get(context.required("usergroup", "no_such_subteam"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def bot_info(context: Context) -> Json:
    bot = context.state.workspace.bot
    if context.optional("bot") not in (None, bot.bot_id):
        raise SlackError("bot_not_found")
    body = {"id": bot.bot_id, "deleted": False, "name": bot.name, "app_id": bot.app_id, "user_id": bot.user_id}
    return {"bot": body}


METHODS = {
    "users.info": Method(run=user_info, tier=4, scope="users:read"),
    "users.list": Method(run=user_list, tier=2, scope="users:read"),
    "usergroups.list": Method(run=group_list, tier=2, scope="usergroups:read"),
    "usergroups.users.list": Method(run=group_users, tier=2, scope="usergroups:read"),
    "bots.info": Method(run=bot_info, tier=3, scope="users:read"),
}
