"""What a person's choice in an element looks like on the wire, and what their client would not let through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.slack.blocks.objects import offered
from sim.slack.blocks.whole import each_block, each_element
from sim.slack.wire import Json, SlackError

#: The key each kind of element reports its value under.
VALUE_KEYS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "overflow": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "value": "initial_value",
    "rich_text_value": "initial_value",
}
_FIXED_MENUS = frozenset({"static_select", "overflow", "radio_buttons"})
_BUTTONS = frozenset({"button", "icon_button", "workflow_button"})
_MISSING = "Please complete this required field."


def action_value(element: Json, given: Json) -> Json:
    """The element's entry in `actions`, without its ids. A button's value is the one it was drawn with."""
    kind = str(element["type"])
    if given.get("type") not in (None, kind):
        raise SlackError("wrong_element_type")
    if kind in _BUTTONS:
        return {key: element[key] for key in ("type", "text", "value", "style", "url", "confirm") if key in element}
    if kind == "feedback_buttons":
        return {"type": kind, "value": given.get("value")}
    key = VALUE_KEYS[kind]
    chosen = given.get(key)
    if kind in _FIXED_MENUS and not _isoffered(chosen, element):
        raise SlackError("option_not_found")
    return {"type": kind, key: chosen}


def state_value(element: Json, value: Json) -> Json | None:
    """What the surface's state keeps of a choice; a button leaves nothing there."""
    key = VALUE_KEYS.get(str(element["type"]))
    return None if key is None or element["type"] == "overflow" else {"type": element["type"], key: value.get(key)}


def initial_value(element: Json) -> Json:
    """An element's entry in the state before anybody touched it."""
    kind = str(element["type"])
    key = VALUE_KEYS[kind]
    empty: object = [] if key.endswith(("options", "users", "channels", "conversations", "files")) else None
    return {"type": kind, key: element.get(_INITIAL.get(key, ""), empty)}


def filled(blocks: list[Json], given: Json, before: Json) -> Json:
    """The whole state of a surface: what the client holds now, else what it held before, else the initial values."""
    whole: Json = {}
    for _, block in each_block(blocks, ""):
        for _, element in each_element(block):
            if element.get("type") not in VALUE_KEYS or element["type"] == "overflow":
                continue
            block_id, action_id = block["block_id"], element["action_id"]
            held = given.get(block_id, {}).get(action_id) or before.get(block_id, {}).get(action_id)
            if held is not None and held.get("type") not in (None, element["type"]):
                raise SlackError("wrong_element_type")
            entry = initial_value(element) if held is None else {"type": element["type"], **held}
            whole.setdefault(block_id, {})[action_id] = entry
    return whole


def client_errors(block: Json, value: Json) -> Iterator[str]:
    """Why the client would not even send the form."""
    element = block["element"]
    content = value.get(VALUE_KEYS[element["type"]])
    if content in (None, "", []):
        if not block.get("optional"):
            yield _MISSING
        return
    if not isinstance(content, str):
        return
    low, high = element.get("min_length"), element.get("max_length")
    if low is not None and len(content) < low:
        yield f"Please enter at least {low} characters."
    if high is not None and len(content) > high:
        yield f"Please enter at most {high} characters."
    if element["type"] == "number_input":
        yield from _number_errors(element, content)
    if element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", content):
        yield "Please enter a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"https?://\S+", content):
        yield "Please enter a valid URL."


def _number_errors(element: Json, content: str) -> Iterator[str]:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, content):
        yield "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
        return
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(content) < float(low):
        yield f"Please enter a number of at least {low}."
    if high is not None and float(content) > float(high):
        yield f"Please enter a number of at most {high}."


def _isoffered(chosen: object, element: Json) -> bool:
    value = chosen.get("value") if isinstance(chosen, dict) else None
    return any(option.get("value") == value for option in offered(element))
