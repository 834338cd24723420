"""The Web API's rules before any method runs, and the methods that only look."""

from __future__ import annotations

from typing import Any

import pytest

from sim.slack import SimSlack
from sim.slack.workspace import APP_TOKEN

Json = dict[str, Any]


def failure(sim: SimSlack, method: str, arguments: Json | None = None, **more: Any) -> str:
    answer = sim.call(method, arguments, **more)
    assert answer.status == 200
    assert not answer.ok
    return str(answer.body["error"])


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", APP_TOKEN, "not_allowed_token_type"),
        ("apps.connections.open", None, "not_allowed_token_type"),
        ("pods.list", None, "unknown_method"),
    ],
)
def test_a_call_without_the_right_token_or_method_is_refused_with_http_200(
    sim: SimSlack, method: str, token: str | None, error: str
) -> None:
    assert failure(sim, method, token=token) == error


def test_auth_test_names_the_bot_and_lists_the_granted_scopes_in_a_header(sim: SimSlack) -> None:
    answer = sim.call("auth.test")
    assert answer.body["user_id"] == "U0PODKEEPER"
    assert answer.body["team_id"] == "T0TEAM"
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


def test_a_scope_that_was_not_granted_is_named(sim: SimSlack) -> None:
    sim.workspace.scopes = frozenset({"chat:write"})
    answer = sim.call("users.list").body
    assert answer == {"ok": False, "error": "missing_scope", "needed": "users:read", "provided": "chat:write"}


def test_reading_a_dm_needs_the_scope_of_dms(sim: SimSlack) -> None:
    sim.workspace.scopes = frozenset({"channels:history"})
    assert sim.call("conversations.history", {"channel": "C0GPUPODS"}).ok
    assert sim.call("conversations.history", {"channel": "D0BOB"}).body["needed"] == "im:history"


def test_the_app_token_opens_a_socket(sim: SimSlack) -> None:
    url = sim.call("apps.connections.open", token=APP_TOKEN).body["url"]
    assert url.startswith("ws://slack.test/socket?ticket=")


def test_people_and_groups_are_listed_page_by_page(sim: SimSlack) -> None:
    first = sim.call("users.list", {"limit": "3"}).body
    rest = sim.call("users.list", {"limit": "3", "cursor": first["response_metadata"]["next_cursor"]}).body
    assert [user["name"] for user in first["members"] + rest["members"]] == [
        "alice",
        "bob",
        "cara",
        "dave",
        "podkeeper",
    ]
    assert rest["response_metadata"]["next_cursor"] == ""
    assert failure(sim, "users.list", {"cursor": "nonsense"}) == "invalid_cursor"
    assert sim.call("usergroups.users.list", {"usergroup": "S0ONCALL"}).body["users"] == ["U0ALICE", "U0BOB"]
    assert failure(sim, "usergroups.users.list", {"usergroup": "S0NONE"}) == "no_such_subteam"
    assert "users" not in sim.call("usergroups.list").body["usergroups"][0]


def test_who_and_where(sim: SimSlack) -> None:
    assert sim.call("users.info", {"user": "U0CARA"}).body["user"]["tz"] == "America/New_York"
    assert failure(sim, "users.info", {"user": "U0NOBODY"}) == "user_not_found"
    assert sim.call("conversations.open", {"users": "U0BOB"}).body["channel"] == {"id": "D0BOB"}
    assert failure(sim, "conversations.open", {"users": "U0BOB,U0CARA"}) == "missing_scope"
    assert sim.call("conversations.info", {"channel": "C0RANDOM"}).body["channel"]["is_member"] is False
    names = [room["name"] for room in sim.call("conversations.list").body["channels"]]
    assert names == ["gpu-pods", "general", "oncall", "random"]


def test_every_call_is_logged_without_its_token_and_its_long_texts(sim: SimSlack) -> None:
    sim.call("chat.postMessage", {"channel": "C0GPUPODS", "text": "x" * 900, "token": "xoxb-sim"})
    sim.call("users.info", {"user": "U0NOBODY"})
    posted, asked = sim.web.log.calls
    assert posted.ok
    assert "token" not in posted.arguments
    assert len(posted.arguments["text"]) < 300
    assert (asked.ok, asked.error) == (False, "user_not_found")
