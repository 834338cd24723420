"""The manifest against Slack's published limits, written down in manifest.schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.manifest import Manifest, as_json, needed_scopes, optional_scopes, over_http, read, renamed
from pods.errors import InvalidSetting

SCHEMA = json.loads((Path(__file__).parent / "manifest.schema.json").read_text(encoding="utf-8"))


def check(manifest: Manifest) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(manifest)


def test_slack_takes_the_manifest() -> None:
    check(read())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("display_information", "name"), "x" * 36),
        (("display_information", "description"), "x" * 141),
        (("display_information", "long_description"), "short"),
        (("features", "bot_user", "display_name"), "x" * 81),
        (("settings", "socketmode"), True),
    ],
)
def test_the_schema_notices_what_slack_refuses(path: tuple[str, ...], value: object) -> None:
    manifest: Any = read()
    spot = manifest
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        check(manifest)


def test_mentions_arrive_as_ids() -> None:
    assert all(command["should_escape"] for command in read()["features"]["slash_commands"])


def test_no_scope_is_asked_for_without_use() -> None:
    assert needed_scopes(read()) == {
        "app_mentions:read",
        "chat:write",
        "commands",
        "im:history",
        "im:write",
        "files:write",
        "usergroups:read",
        "users:read",
    }


def test_what_is_optional_is_asked_for_too() -> None:
    assert optional_scopes(read()) == {"channels:history", "channels:read", "groups:history", "groups:read"}
    assert optional_scopes(read()) <= set(read()["oauth_config"]["scopes"]["bot"])


def test_another_name_stays_valid() -> None:
    manifest = renamed(read(), "Podkeeper staging")
    check(manifest)
    assert manifest["display_information"]["name"] == "Podkeeper staging"
    with pytest.raises(InvalidSetting):
        renamed(read(), "x" * 36)


@pytest.mark.parametrize("url", ["https://pods.example.com", "https://pods.example.com/slack/events"])
def test_http_mode_sends_everything_to_one_address(url: str) -> None:
    manifest = over_http(read(), url)
    check(manifest)
    told = as_json(manifest)
    assert told.count('"https://pods.example.com/slack/events"') == 4
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_http_mode_needs_https() -> None:
    with pytest.raises(InvalidSetting, match="https"):
        over_http(read(), "http://pods.example.com")
