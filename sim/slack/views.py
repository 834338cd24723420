"""Modals, stacked per person, and each person's Home tab."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator

from sim.slack.blocks import validate_view
from sim.slack.blocks.whole import each_block, each_element
from sim.slack.content import named
from sim.slack.ids import Ids
from sim.slack.wire import InvalidBlocks, Json, SlackError
from sim.slack.workspace import Workspace

STACK_MAX = 3
VIEW_BYTES = 250_000


class Views:
    def __init__(self, workspace: Workspace, ids: Ids) -> None:
        self._workspace = workspace
        self._ids = ids
        self._stacks: dict[str, list[Json]] = {}
        self._homes: dict[str, Json] = {}

    def stack(self, user: str) -> list[Json]:
        return list(self._stacks.get(user, []))

    def home(self, user: str) -> Json | None:
        return self._homes.get(user)

    def open(self, user: str, payload: object) -> Json:
        """A new modal, in place of what the person had open."""
        view = self._made(payload, kind="modal")
        self._stacks[user] = [view]
        return view

    def push(self, user: str, payload: object) -> Json:
        stack = self._stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_MAX:
            raise SlackError("push_limit_reached")
        view = self._made(payload, kind="modal")
        view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        stack.append(view)
        return view

    def update(self, payload: object, *, view_id: object, external_id: object, seen_hash: object) -> tuple[str, Json]:
        """Change an open modal or a Home tab; what was filled in stays where its ids stay."""
        user, old = self.find(view_id, external_id)
        if seen_hash is not None and seen_hash != old["hash"]:
            raise SlackError("hash_conflict")
        new = self._made(payload, kind=old["type"])
        new |= {key: old[key] for key in ("id", "previous_view_id", "root_view_id")}
        new["state"] = {"values": _kept(old, new)}
        if old["type"] == "home":
            self._homes[user] = new
        else:
            stack = self._stacks[user]
            stack[stack.index(old)] = new
        return user, new

    def publish(self, user: str, payload: object, *, seen_hash: object) -> Json:
        old = self._homes.get(user)
        if seen_hash is not None and old is not None and seen_hash != old["hash"]:
            raise SlackError("hash_conflict")
        view = self._made(payload, kind="home")
        if old is not None:
            view |= {"id": old["id"], "root_view_id": old["id"]}
        self._homes[user] = view
        return view

    def find(self, view_id: object, external_id: object = None) -> tuple[str, Json]:
        for user, view in self._every():
            same_name = external_id is not None and view["external_id"] == external_id
            if view["id"] == view_id or (view_id is None and same_name):
                return user, view
        raise SlackError("not_found")

    def close(self, user: str, view_id: str) -> list[Json]:
        """Close a view and those above it; the top one comes first in the answer."""
        stack = self._stacks.get(user, [])
        at = next((index for index, view in enumerate(stack) if view["id"] == view_id), len(stack))
        closed = stack[at:]
        del stack[at:]
        return closed[::-1]

    def clear(self) -> None:
        self._stacks.clear()
        self._homes.clear()

    def _every(self) -> Iterator[tuple[str, Json]]:
        for user, stack in self._stacks.items():
            for view in stack:
                yield user, view
        yield from self._homes.items()

    def _made(self, payload: object, *, kind: str) -> Json:
        problems = validate_view(payload)
        if problems:
            raise InvalidBlocks(problems, error="invalid_arguments")
        if not isinstance(payload, dict) or payload["type"] != kind:
            raise InvalidBlocks([f"/view/type: must be {kind}"], error="invalid_arguments")
        if len(json.dumps(payload)) > VIEW_BYTES:
            raise SlackError("view_too_large")
        external = payload.get("external_id") or ""
        view_id = self._ids.next("V")
        return {
            "private_metadata": "",
            "callback_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **copy.deepcopy(payload),
            "blocks": named(payload["blocks"], self._ids),
            "external_id": external,
            "id": view_id,
            "team_id": self._workspace.team_id,
            "app_id": self._workspace.bot.app_id,
            "bot_id": self._workspace.bot.bot_id,
            "app_installed_team_id": self._workspace.team_id,
            "hash": self._ids.next("h"),
            "state": {"values": {}},
            "previous_view_id": None,
            "root_view_id": view_id,
        }


def _kept(old: Json, new: Json) -> Json:
    """The state whose block and element are still there."""
    there = {
        (block["block_id"], element.get("action_id"))
        for _, block in each_block(new["blocks"], "")
        for _, element in each_element(block)
    }
    kept: Json = {}
    for block_id, actions in old["state"]["values"].items():
        for action_id, value in actions.items():
            if (block_id, action_id) in there:
                kept.setdefault(block_id, {})[action_id] = value
    return kept
