"""The Slack app manifest: what Podkeeper asks of a workspace, in one file that Slack takes as it is."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

from app.settings import ROOT
from pods.errors import InvalidSetting

Manifest = dict[str, Any]

PATH: Final = ROOT / "deploy" / "slack-manifest.json"
_NAME_LIMIT: Final = 35
_EVENTS_PATH: Final = "/slack/events"


def read() -> Manifest:
    manifest: Manifest = json.loads(PATH.read_text(encoding="utf-8"))
    return manifest


def needed_scopes(manifest: Manifest) -> frozenset[str]:
    """What it cannot do without. Slack wants the optional ones in both lists."""
    return frozenset(manifest["oauth_config"]["scopes"]["bot"]) - optional_scopes(manifest)


def optional_scopes(manifest: Manifest) -> frozenset[str]:
    return frozenset(manifest["oauth_config"]["scopes"].get("bot_optional", ()))


def renamed(manifest: Manifest, name: str) -> Manifest:
    """The same app under another name, for a second one beside the first."""
    if not 1 <= len(name) <= _NAME_LIMIT:
        raise InvalidSetting(sentence=f"--name is {len(name)} characters long; Slack takes 1 to {_NAME_LIMIT}.")
    changed = copy.deepcopy(manifest)
    changed["display_information"]["name"] = name
    changed["features"]["bot_user"]["display_name"] = name
    return changed


def over_http(manifest: Manifest, url: str) -> Manifest:
    """HTTP mode: Slack calls `url` instead of keeping a socket open."""
    if not url.startswith("https://"):
        raise InvalidSetting(sentence=f"--http is {url!r}; Slack calls only addresses that start with https://.")
    address = url.rstrip("/")
    address = address if address.endswith(_EVENTS_PATH) else address + _EVENTS_PATH
    changed = copy.deepcopy(manifest)
    for command in changed["features"]["slash_commands"]:
        command["url"] = address
    settings = changed["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"] |= {"request_url": address, "message_menu_options_url": address}
    return changed


def as_json(manifest: Manifest) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False)
