"""Modals from the person's side: submitting and closing them, and opening the Home tab."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from sim.slack import payloads
from sim.slack.blocks.whole import each_block
from sim.slack.people.backstage import OK, Backstage, Outcome, refused
from sim.slack.people.values import client_errors, filled
from sim.slack.wire import InvalidBlocks, Json, SlackError

_TROUBLE = "We had some trouble connecting. Try again?"


class Modals:
    def __init__(self, backstage: Backstage) -> None:
        self._on = backstage

    def submit(self, user_id: str, view_id: str, values: Json) -> Outcome:
        """Send the form. The client keeps back what its own rules refuse."""
        state = self._on.state
        with state.lock:
            user, view = state.workspace.user(user_id), self._own(user_id, view_id)
            view["state"]["values"] = filled(view["blocks"], values, view["state"]["values"])
            errors = _kept_back(view)
            if errors:
                return Outcome(ok=False, errors=errors)
            payload = payloads.interaction(state, "view_submission", user)
            payload |= {"view": copy.deepcopy(view), "response_urls": []}
        result = self._on.delivery.send("interactive", payload)
        if not result.acked:
            return self._on.failed(user_id, None, _TROUBLE)
        with state.lock:
            answer = result.payload if isinstance(result.payload, dict) else {}
            return self._answered(user_id, view, answer)

    def close(self, user_id: str, view_id: str) -> Outcome:
        """Close a modal and what lies on it; the app hears of those that asked to."""
        state = self._on.state
        with state.lock:
            user = state.workspace.user(user_id)
            closed = state.views.close(user_id, view_id)
            heard = [view for view in closed if view["notify_on_close"]]
            notices = [
                payloads.interaction(state, "view_closed", user)
                | {"view": copy.deepcopy(view), "is_cleared": len(closed) > 1}
                for view in heard
            ]
            self._tell_closed(user_id, closed)
        for notice in notices:
            del notice["trigger_id"]
            self._on.delivery.send("interactive", notice)
        return OK

    def open_home(self, user_id: str) -> Outcome:
        state = self._on.state
        with state.lock:
            channel = state.workspace.dm_of(state.workspace.user(user_id).id)
            event: Json = {
                "type": "app_home_opened",
                "user": user_id,
                "channel": channel.id,
                "tab": "home",
                "event_ts": state.next_ts(),
            }
            view = state.views.home(user_id)
            if view is not None:
                event["view"] = copy.deepcopy(view)
        if "app_home_opened" in state.workspace.bot_events:
            self._on.delivery.send_event(event)
        return OK

    def _own(self, user_id: str, view_id: str) -> Json:
        owner, view = self._on.state.views.find(view_id)
        if owner != user_id or view["type"] != "modal":
            raise SlackError("not_found")
        return view

    def _answered(self, user_id: str, view: Json, answer: Json) -> Outcome:
        """Do what response_action says; nothing said closes this view and shows the one below."""
        action = answer.get("response_action")
        if action == "errors":
            return self._errors(user_id, view, answer.get("errors"))
        try:
            if action in ("update", "push"):
                self._show(user_id, view, action, answer.get("view"))
                return OK
        except SlackError as problem:
            if isinstance(problem, InvalidBlocks):
                self._on.state.tell_invalid([user_id], None, problem.problems, answer.get("view"))
            return self._on.failed(user_id, None, _TROUBLE, error=refused(problem))
        stack = self._on.state.views.stack(user_id)
        if not stack:
            return OK
        lowest = stack[0]["id"] if action == "clear" else view["id"]
        self._tell_closed(user_id, self._on.state.views.close(user_id, lowest))
        return OK

    def _errors(self, user_id: str, view: Json, errors: object) -> Outcome:
        inputs = {block["block_id"] for _, block in each_block(view["blocks"], "") if block["type"] == "input"}
        if not isinstance(errors, Mapping) or not errors or not errors.keys() <= inputs:
            return self._on.failed(user_id, None, _TROUBLE, error="invalid_response_errors")
        return Outcome(ok=False, errors={str(block): str(text) for block, text in errors.items()})

    def _show(self, user_id: str, view: Json, action: str, payload: object) -> None:
        views = self._on.state.views
        if action == "push":
            shown = views.push(user_id, payload)
        else:
            _, shown = views.update(payload, view_id=view["id"], external_id=None, seen_hash=None)
        self._on.state.feed.tell([user_id], {"type": "view", "view": shown})

    def _tell_closed(self, user_id: str, closed: list[Json]) -> None:
        for view in closed:
            self._on.state.feed.tell([user_id], {"type": "view_closed", "view_id": view["id"]})


def _kept_back(view: Json) -> dict[str, str]:
    """The client's own complaints, by block."""
    found: dict[str, str] = {}
    for _, block in each_block(view["blocks"], ""):
        if block["type"] == "input":
            value = view["state"]["values"][block["block_id"]][block["element"]["action_id"]]
            for complaint in client_errors(block, value):
                found.setdefault(block["block_id"], complaint)
    return found
