"""Acting on what the app drew: buttons and menus in messages, modals and the Home tab."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from sim.slack import payloads
from sim.slack.blocks import validate_options
from sim.slack.blocks.whole import each_block, each_element
from sim.slack.messages import Message
from sim.slack.people.backstage import OK, Backstage, Outcome
from sim.slack.people.values import action_value, filled, state_value
from sim.slack.wire import Json, SlackError

_QUERY_LENGTH = 3
_NO_OPTIONS: Json = {"options": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which element of which surface, as the client names it."""

    block_id: str
    action_id: str
    channel: str | None = None
    message_ts: str | None = None
    view_id: str | None = None

    @classmethod
    def parse(cls, body: Json) -> Place:
        optional = {key: body.get(key) for key in ("channel", "message_ts", "view_id")}
        return cls(block_id=str(body.get("block_id")), action_id=str(body.get("action_id")), **optional)


@dataclass(slots=True)
class _Found:
    """The element, what the payload says of its surface, and the state its inputs hold."""

    element: Json
    blocks: list[Json]
    surface: Json
    values: Json
    message: Message | None = None

    def hold(self, held: Json, place: Place, chosen: Json | None) -> None:
        """Keep in the surface's state what its client holds, and the choice just made."""
        whole = filled(self.blocks, held, self.values)
        if chosen is not None:
            whole[place.block_id][place.action_id] = chosen
        self.values.clear()
        self.values.update(whole)


class Clicks:
    def __init__(self, backstage: Backstage) -> None:
        self._on = backstage

    def act(self, user_id: str, place: Place, given: Json) -> Outcome:
        """A click or a choice: block_actions, once, and never again."""
        state = self._on.state
        with state.lock:
            user = state.workspace.user(user_id)
            found = self._find(user_id, place)
            value = action_value(found.element, given)
            found.hold(_held(given), place, state_value(found.element, value))
            action = {"action_id": place.action_id, "block_id": place.block_id, **value, "action_ts": state.next_ts()}
            payload = payloads.interaction(state, "block_actions", user) | copy.deepcopy(found.surface)
            if found.message is not None:
                payload["state"] = {"values": copy.deepcopy(found.values)}
                payload["response_url"] = self._url(user_id, found.message)
            payload["actions"] = [action]
        result = self._on.delivery.send("interactive", payload)
        if result.acked:
            return OK
        return self._on.failed(user_id, place.channel, "This app is not responding right now. Please try again.")

    def options(self, user_id: str, place: Place, query: str) -> Json:
        """What an external menu offers for a typed query. Nothing is asked below its min_query_length."""
        state = self._on.state
        with state.lock:
            user = state.workspace.user(user_id)
            found = self._find(user_id, place)
            if len(query) < found.element.get("min_query_length", _QUERY_LENGTH):
                return _NO_OPTIONS
            payload = payloads.interaction(state, "block_suggestion", user) | copy.deepcopy(found.surface)
            payload |= {"action_id": place.action_id, "block_id": place.block_id, "value": query}
            del payload["trigger_id"]
        result = self._on.delivery.send("interactive", payload)
        problems = validate_options(result.payload) if result.acked else []
        if problems:
            with state.lock:
                state.tell_invalid([user_id], place.channel, problems, [])
        if problems or not result.acked or not isinstance(result.payload, dict):
            self._on.failed(user_id, place.channel, "The menu could not be loaded.")
            return _NO_OPTIONS
        return {key: result.payload[key] for key in ("options", "option_groups") if key in result.payload}

    def _find(self, user_id: str, place: Place) -> _Found:
        if place.view_id is not None:
            owner, view = self._on.state.views.find(place.view_id)
            if owner != user_id:
                raise SlackError("not_found")
            element = _element(view["blocks"], place)
            return _Found(element, view["blocks"], payloads.in_view(view), view["state"]["values"])
        channel = self._on.state.workspace.channel(str(place.channel))
        message = self._on.state.messages.shown_to(user_id, channel.id, str(place.message_ts))
        element = _element(message.content.blocks, place)
        surface = payloads.in_message(message, channel)
        return _Found(element, message.content.blocks, surface, message.state.setdefault(user_id, {}), message)

    def _url(self, user_id: str, message: Message) -> str:
        channel = self._on.state.workspace.channels[message.channel]
        thread = message.thread_ts if message.is_reply else None
        return self._on.response_url(user_id, channel, original_ts=message.ts, thread_ts=thread)


def _held(given: Json) -> Json:
    """What the client says its inputs hold at this moment."""
    state = given.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    return values if isinstance(values, dict) else {}


def _element(blocks: list[Json], place: Place) -> Json:
    for _, block in each_block(blocks, ""):
        if block.get("block_id") == place.block_id:
            for _, element in each_element(block):
                if element.get("action_id") == place.action_id:
                    return element
    raise SlackError("action_not_found")
