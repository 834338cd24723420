"""Composition objects: texts, options, confirm dialogs, and what elements share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.slack.blocks.checks import Check, Report, array, boolean, exactly_one, one_of, shape, string, tagged

TEXT_MAX = 3000
ID_MAX = 255
OPTIONS_MAX = 100

action_id = string(ID_MAX)
block_id = string(ID_MAX)
url = string(3000)
anything_named = string()


def plain_text(high: int = TEXT_MAX) -> Check:
    return tagged({"plain_text": shape({"text": string(high)}, {"emoji": boolean})})


def any_text(high: int = TEXT_MAX) -> Check:
    return tagged(
        {
            "plain_text": shape({"text": string(high)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(high)}, {"verbatim": boolean}),
        }
    )


confirm = shape(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
placeholder = plain_text(150)

_option_value = string(150)
select_option = shape({"text": plain_text(75), "value": _option_value}, {"description": plain_text(75)})
overflow_option = shape({"text": plain_text(75), "value": _option_value}, {"description": plain_text(75), "url": url})
choice_option = shape({"text": any_text(75), "value": _option_value}, {"description": any_text(75)})
option_group = shape({"label": plain_text(75), "options": array(select_option, high=OPTIONS_MAX)})

slack_file = shape({}, {"id": string(), "url": url}, [exactly_one("id", "url")])
dispatch_config = shape(
    {},
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), high=2)},
)
conversation_filter = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), high=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
workflow = shape(
    {
        "trigger": shape(
            {"url": url},
            {"customizable_input_parameters": array(shape({"name": string(), "value": string(low=0)}), high=100)},
        )
    }
)


def initial_among_options(value: Mapping[str, Any], at: str, report: Report) -> None:
    """An initial option must be one of the options, exactly."""
    options = offered(value)
    many = value.get("initial_options")
    chosen = [("initial_option", value["initial_option"])] if "initial_option" in value else []
    if isinstance(many, list):
        chosen += [(f"initial_options/{index}", option) for index, option in enumerate(many)]
    for where, option in chosen:
        if option not in options:
            report.add(f"{at}/{where}", "is not one of the options")


def distinct_values(value: Mapping[str, Any], at: str, report: Report) -> None:
    """Two options of one menu with the same value cannot be told apart."""
    values = [option.get("value") for option in offered(value) if isinstance(option, dict)]
    for twice in sorted({name for name in values if isinstance(name, str) and values.count(name) > 1}):
        report.add(f"{at}/options", f"value {twice!r} is used twice")


def offered(value: Mapping[str, Any]) -> list[Any]:
    options = value.get("options")
    groups = value.get("option_groups")
    found = list(options) if isinstance(options, list) else []
    for group in groups if isinstance(groups, list) else []:
        inner = group.get("options") if isinstance(group, dict) else None
        found += inner if isinstance(inner, list) else []
    return found
