"""Block elements: what each takes, and which block may hold which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.slack.blocks.checks import Check, Report, Rule, array, boolean, exactly_one, integer, one_of, shape, string
from sim.slack.blocks.objects import (
    OPTIONS_MAX,
    action_id,
    anything_named,
    choice_option,
    confirm,
    conversation_filter,
    dispatch_config,
    distinct_values,
    initial_among_options,
    option_group,
    overflow_option,
    placeholder,
    plain_text,
    select_option,
    slack_file,
    url,
    workflow,
)

_label = string(75)
_focus = {"focus_on_load": boolean}
_act = {"action_id": action_id, "confirm": confirm}
_style = one_of("primary", "danger")


def _date(value: object, at: str, report: Report) -> None:
    parts = value.split("-") if isinstance(value, str) else []
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isdigit() for part in parts):
        report.add(at, "must be a date as YYYY-MM-DD")


def _time(value: object, at: str, report: Report) -> None:
    parts = value.split(":") if isinstance(value, str) else []
    if [len(part) for part in parts] != [2, 2] or not all(part.isdigit() for part in parts):
        report.add(at, "must be a time as HH:MM")


def _lengths_in_order(value: Mapping[str, Any], at: str, report: Report) -> None:
    low, high = value.get("min_length"), value.get("max_length")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        report.add(f"{at}/min_length", "must not exceed max_length")


def _select(own: Mapping[str, Check], *, many: bool, required: Mapping[str, Check] | None = None) -> Check:
    optional = {**_act, **_focus, "placeholder": placeholder, **own}
    if many:
        optional["max_selected_items"] = integer(1)
    rules: list[Rule] = [initial_among_options, distinct_values] if "options" in own else []
    return shape(required, optional, [exactly_one("options", "option_groups"), *rules] if rules else ())


def _selects(*, many: bool) -> dict[str, Check]:
    prefix = "multi_" if many else ""
    ids = array(anything_named, high=OPTIONS_MAX)

    def initial(one: str, several: str, item: Check) -> dict[str, Check]:
        return {several: array(item, high=OPTIONS_MAX)} if many else {one: item}

    chosen = initial("initial_option", "initial_options", select_option)
    static = {
        "options": array(select_option, high=OPTIONS_MAX),
        "option_groups": array(option_group, high=OPTIONS_MAX),
    }
    respond = {} if many else {"response_url_enabled": boolean}
    users = {"initial_users": ids} if many else {"initial_user": anything_named}
    channels = {"initial_channels": ids} if many else {"initial_channel": anything_named}
    rooms = {"initial_conversations": ids} if many else {"initial_conversation": anything_named}
    rooms = {**rooms, "default_to_current_conversation": boolean, "filter": conversation_filter}
    return {
        f"{prefix}static_select": _select({**static, **chosen}, many=many),
        f"{prefix}external_select": _select({**chosen, "min_query_length": integer(0)}, many=many),
        f"{prefix}users_select": _select(users, many=many),
        f"{prefix}channels_select": _select({**channels, **respond}, many=many),
        f"{prefix}conversations_select": _select({**rooms, **respond}, many=many),
    }


button = shape(
    {"text": plain_text(75)},
    {**_act, "url": url, "value": string(2000), "style": _style, "accessibility_label": _label},
)
image = shape(
    {"alt_text": string(2000)},
    {"image_url": url, "slack_file": slack_file},
    [exactly_one("image_url", "slack_file")],
)
_workflow_button = shape(
    {"text": plain_text(75), "workflow": workflow},
    {"action_id": action_id, "style": _style, "accessibility_label": _label},
)
_choices = {**_act, **_focus}
_pickers: dict[str, Check] = {
    "datepicker": shape({}, {**_choices, "initial_date": _date, "placeholder": placeholder}),
    "timepicker": shape(
        {}, {**_choices, "initial_time": _time, "placeholder": placeholder, "timezone": anything_named}
    ),
    "datetimepicker": shape({}, {**_choices, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "checkboxes": shape(
        {"options": array(choice_option, high=10)},
        {**_choices, "initial_options": array(choice_option, high=10)},
        [initial_among_options, distinct_values],
    ),
    "radio_buttons": shape(
        {"options": array(choice_option, high=10)},
        {**_choices, "initial_option": choice_option},
        [initial_among_options, distinct_values],
    ),
}
_line = {"action_id": action_id, **_focus, "placeholder": placeholder, "dispatch_action_config": dispatch_config}
_rich_text_input = shape({}, {**_line, "min_lines": integer(1, 100), "max_lines": integer(1, 100)})
_overflow = shape({"options": array(overflow_option, high=5)}, _act, [distinct_values])
_one, _many = _selects(many=False), _selects(many=True)
_feedback = shape({"text": plain_text(75), "value": string(2000)}, {"accessibility_label": _label})

IN_ACTIONS: dict[str, Check] = {
    "button": button,
    "workflow_button": _workflow_button,
    "overflow": _overflow,
    "rich_text_input": _rich_text_input,
    **_pickers,
    **_one,
    **_many,
}
IN_SECTION: dict[str, Check] = {
    "button": button,
    "workflow_button": _workflow_button,
    "image": image,
    "overflow": _overflow,
    **_pickers,
    **_one,
    **_many,
}
IN_INPUT: dict[str, Check] = {
    "plain_text_input": shape(
        {},
        {
            **_line,
            "initial_value": string(3000, low=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        [_lengths_in_order],
    ),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_line, "initial_value": string(), "min_value": string(), "max_value": string()},
    ),
    "email_text_input": shape({}, {**_line, "initial_value": string()}),
    "url_text_input": shape({}, {**_line, "initial_value": string()}),
    "file_input": shape(
        {}, {"action_id": action_id, "filetypes": array(anything_named, high=100), "max_files": integer(1, 10)}
    ),
    "rich_text_input": _rich_text_input,
    **_pickers,
    **_one,
    **_many,
}
IN_CONTEXT: dict[str, Check] = {
    "image": image,
    "plain_text": shape({"text": string(3000)}, {"emoji": boolean}),
    "mrkdwn": shape({"text": string(3000)}, {"verbatim": boolean}),
}
IN_CONTEXT_ACTIONS: dict[str, Check] = {
    "feedback_buttons": shape({"positive_button": _feedback, "negative_button": _feedback}, {"action_id": action_id}),
    "icon_button": shape(
        {"text": plain_text(75), "icon": one_of("trash")},
        {
            **_act,
            "value": string(2000),
            "accessibility_label": _label,
            "visible_to_user_ids": array(anything_named, high=10),
        },
    ),
}
#: Elements a person can act on, which therefore have an action_id.
INTERACTIVE = frozenset(IN_ACTIONS) | frozenset(IN_INPUT) | frozenset(IN_CONTEXT_ACTIONS)
