"""Slack: tokens, scopes, and whether the policy's people and channels exist there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import httpx

from app.doctor.finding import Finding, fail, ok, skip, warn
from app.settings import FIXES
from pods.policy import Policy, Role

#: What goes missing without each optional scope.
OPTIONAL_USE: Final[Mapping[str, str]] = {
    "channels:history": "a message whose posting was cut off may appear twice in public channels",
    "groups:history": "a message whose posting was cut off may appear twice in private channels",
    "channels:read": "this doctor cannot see whether the bot is in public channels",
    "groups:read": "this doctor cannot see whether the bot is in private channels",
}
_REINSTALL: Final = "Slack app, OAuth & Permissions: add them, then Reinstall to Workspace."


@dataclass(frozen=True, slots=True)
class SlackAnswer:
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def fine(self) -> bool:
        return bool(self.body.get("ok"))

    @property
    def error(self) -> str:
        return str(self.body.get("error", "no reason given"))


@dataclass
class SlackWeb:
    """The Web API as the doctor needs it: one call, no retry."""

    client: httpx.Client
    api_url: str
    bot_token: str

    def call(self, method: str, *, token: str = "", **arguments: str) -> SlackAnswer:
        headers = {"Authorization": f"Bearer {token or self.bot_token}"}
        response = self.client.post(self.api_url + method, headers=headers, data=arguments)
        if not response.headers.get("content-type", "").startswith("application/json"):
            return SlackAnswer({"ok": False, "error": f"HTTP {response.status_code}, not JSON"}, response.headers)
        return SlackAnswer(response.json(), response.headers)

    @cached_property
    def auth(self) -> SlackAnswer:
        return self.call("auth.test")


def bot_token(web: SlackWeb, team_id: str | None) -> Iterator[Finding]:
    answer = web.auth
    if not answer.fine:
        yield fail("Slack bot token", f"Slack says {answer.error}", f"SLACK_BOT_TOKEN: {FIXES['SLACK_BOT_TOKEN']}")
        return
    workspace = str(answer.body.get("team_id", ""))
    seen = f"{answer.body.get('user')} in {answer.body.get('team')} ({workspace})"
    if team_id is not None and team_id != workspace:
        yield fail("Slack bot token", seen, f"SLACK_TEAM_ID is {team_id}: correct it, or install the app there.")
        return
    yield ok("Slack bot token", seen)


def app_token(web: SlackWeb, token: str) -> Iterator[Finding]:
    """Ask for a socket's address and do not use it."""
    answer = web.call("apps.connections.open", token=token)
    if answer.fine:
        yield ok("Slack app token", "Slack would open a socket")
    else:
        yield fail("Slack app token", f"Slack says {answer.error}", f"SLACK_APP_TOKEN: {FIXES['SLACK_APP_TOKEN']}")


def scopes(web: SlackWeb, needed: Iterable[str], optional: Iterable[str]) -> Iterator[Finding]:
    told = web.auth.headers.get("x-oauth-scopes")
    if told is None:
        yield skip("Slack scopes", "Slack did not tell them")
        return
    granted = {scope.strip() for scope in told.split(",")}
    if lacking := sorted(set(needed) - granted):
        yield fail("Slack scopes", f"missing {', '.join(lacking)}", _REINSTALL)
    else:
        yield ok("Slack scopes", "all that are needed")
    if lacking := sorted(set(optional) - granted):
        cost = "; ".join(OPTIONAL_USE.get(scope, scope) for scope in lacking)
        yield warn("Slack scopes, optional", f"without {', '.join(lacking)}: {cost}", f"If you want them: {_REINSTALL}")


def people(web: SlackWeb, policy: Policy) -> Iterator[Finding]:
    users = sorted({user for role in Role for user in policy.roles.holders(role).users})
    for user in users:
        answer = web.call("users.info", user=user)
        if not answer.fine:
            yield _missing("Policy, people", user, answer)
        elif answer.body["user"].get("deleted"):
            yield warn("Policy, people", f"{user} is deactivated", "Remove them from the policy.")
    yield ok("Policy, people", f"{len(users)} looked up")


def groups(web: SlackWeb, policy: Policy) -> Iterator[Finding]:
    wanted = policy.groups
    if not wanted:
        yield skip("Policy, user groups", "the policy names none")
        return
    answer = web.call("usergroups.list")
    if not answer.fine:
        yield _missing("Policy, user groups", "the list", answer)
        return
    known = {group["id"] for group in answer.body["usergroups"]}
    if lacking := sorted(wanted - known):
        yield fail("Policy, user groups", f"Slack knows no {', '.join(lacking)}", "Correct the ids in the policy.")
    else:
        yield ok("Policy, user groups", f"{len(wanted)} found")


def channels(web: SlackWeb, policy: Policy) -> Iterator[Finding]:
    named = {each.id for each in policy.channel} | {route.channel for route in policy.route}
    if not named:
        yield warn("Policy, channels", "the policy names none", "Add a [[channel]]; until then everybody only looks.")
    for channel in sorted(named):
        yield _channel(web, channel)


def _channel(web: SlackWeb, channel: str) -> Finding:
    what = "Policy, channels"
    answer = web.call("conversations.info", channel=channel)
    if not answer.fine:
        return _missing(what, channel, answer)
    found = answer.body["channel"]
    name = f"#{found.get('name', channel)} ({channel})"
    if found.get("is_archived"):
        return fail(what, f"{name} is archived", "Unarchive it, or take it out of the policy.")
    if not found.get("is_member") and not found.get("is_im"):
        return fail(what, f"the bot is not in {name}", "Type /invite @podkeeper there.")
    return ok(what, f"the bot is in {name}")


def _missing(what: str, wanted: str, answer: SlackAnswer) -> Finding:
    if answer.error == "missing_scope":
        return skip(what, f"{wanted}: needs the scope {answer.body.get('needed', 'that is missing')}")
    if answer.error == "ratelimited":
        return skip(what, f"{wanted}: Slack asks to slow down; run this again in a minute")
    mend = "Correct the id in the policy; a private channel is only seen once the bot is invited."
    return fail(what, f"{wanted}: Slack says {answer.error}", mend)
