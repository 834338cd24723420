"""What Slack refuses in one block: one line per limit, each with the pointer it is reported at."""

from __future__ import annotations

import pytest

from sim.slack.blocks import validate_message
from tests.unit.sim_slack.block_kit import (
    CONFIRM,
    Json,
    actions,
    button,
    cells,
    chart,
    data_table,
    mrkdwn,
    option,
    plain,
    section,
    select,
    text_part,
)

ACCEPTED = {
    "section with everything": section(fields=[mrkdwn("y" * 2000)] * 10, accessory=button(value="v" * 2000)),
    "longest texts": section(text=mrkdwn("x" * 3000)),
    "header": {"type": "header", "text": plain("h" * 150)},
    "context": {
        "type": "context",
        "elements": [mrkdwn(), {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"}],
    },
    "25 buttons": actions(*(button(action_id=str(n)) for n in range(25))),
    "menus": actions(
        select(initial_option=option()),
        {"type": "external_select", "min_query_length": 0},
        {"type": "users_select"},
        {"type": "overflow", "options": [option()]},
        {"type": "datepicker", "initial_date": "2026-11-23"},
        {"type": "checkboxes", "options": [{"text": mrkdwn(), "value": "v"}]},
    ),
    "confirm": actions(button(confirm={**CONFIRM, "style": "danger"})),
    "divider": {"type": "divider"},
    "markdown": {"type": "markdown", "text": "**x**"},
    "image": {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
    "input in a message": {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}},
    "rich text": {
        "type": "rich_text",
        "elements": [
            text_part("<!channel>"),
            {"type": "rich_text_list", "style": "bullet", "indent": 8, "elements": [text_part("a")]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        ],
    },
    "table": {"type": "table", "rows": [cells("a", "")], "column_settings": [None, {"align": "right"}]},
    "data table": data_table([cells("pod"), [{"type": "raw_number", "value": 1.5, "text": "$1.50"}]], page_size=10),
    "chart": chart(),
    "pie": {
        "type": "data_visualization",
        "title": "Who",
        "chart": {"type": "pie", "segments": [{"label": "bob", "value": 1}]},
    },
    "container": {"type": "container", "title": plain(), "is_collapsible": True, "child_blocks": [section()]},
    "context actions": {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain(), "action_id": "a"}],
    },
    "task card": {"type": "task_card", "task_id": "t", "title": "Stop", "status": "in_progress"},
    "plan": {"type": "plan", "title": "Stop", "tasks": [{"task_id": "t", "title": "x", "status": "pending"}]},
    "card": {"type": "card", "title": plain(), "actions": [button()]},
}

REFUSED = {
    "unknown block": ({"type": "sparkline"}, "/blocks/0/type"),
    "no type": ({"text": plain()}, "/blocks/0/type"),
    "not an object": ("divider", "/blocks/0"),
    "unknown key": (section(colour="red"), "/blocks/0/colour"),
    "alert in a message": ({"type": "alert", "text": plain()}, "/blocks/0/type"),
    "empty section": ({"type": "section"}, "/blocks/0"),
    "empty text": (section(text=mrkdwn("")), "/blocks/0/text/text"),
    "text too long": (section(text=mrkdwn("x" * 3001)), "/blocks/0/text/text"),
    "text that is a string": (section(text="x"), "/blocks/0/text"),
    "emoji in mrkdwn": (section(text={**mrkdwn(), "emoji": True}), "/blocks/0/text/emoji"),
    "field too long": (section(fields=[mrkdwn("x" * 2001)]), "/blocks/0/fields/0/text"),
    "11 fields": (section(fields=[mrkdwn()] * 11), "/blocks/0/fields"),
    "header too long": ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    "header in mrkdwn": ({"type": "header", "text": mrkdwn()}, "/blocks/0/text/type"),
    "11 context elements": ({"type": "context", "elements": [mrkdwn()] * 11}, "/blocks/0/elements"),
    "button in context": ({"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type"),
    "26 buttons": (actions(*[button()] * 26), "/blocks/0/elements"),
    "no buttons": (actions(), "/blocks/0/elements"),
    "same action_id twice": (actions(button(action_id="a"), button(action_id="a")), "/blocks/0/elements/1/action_id"),
    "action_id too long": (actions(button(action_id="a" * 256)), "/blocks/0/elements/0/action_id"),
    "block_id too long": (section(block_id="a" * 256), "/blocks/0/block_id"),
    "button text too long": (actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text"),
    "button value too long": (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
    "button style": (actions(button(style="default")), "/blocks/0/elements/0/style"),
    "confirm incomplete": (
        actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain()})),
        "/blocks/0/elements/0/confirm",
    ),
    "confirm title": (
        actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})),
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text": (
        actions(button(confirm={**CONFIRM, "text": plain("x" * 301)})),
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm label": (
        actions(button(confirm={**CONFIRM, "deny": plain("x" * 31)})),
        "/blocks/0/elements/0/confirm/deny/text",
    ),
    "option text": (actions(select(options=[option(text="x" * 76)])), "/blocks/0/elements/0/options/0/text/text"),
    "option value": (actions(select(options=[option("x" * 151)])), "/blocks/0/elements/0/options/0/value"),
    "101 options": (actions(select(options=[option(str(n)) for n in range(101)])), "/blocks/0/elements/0/options"),
    "no options": (actions({"type": "static_select"}), "/blocks/0/elements/0"),
    "same value twice": (actions(select(options=[option(), option()])), "/blocks/0/elements/0/options"),
    "initial not offered": (actions(select(initial_option=option("w"))), "/blocks/0/elements/0/initial_option"),
    "6 overflow options": (
        actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
        "/blocks/0/elements/0/options",
    ),
    "11 checkboxes": (
        actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}),
        "/blocks/0/elements/0/options",
    ),
    "placeholder": (actions(select(placeholder=plain("x" * 151))), "/blocks/0/elements/0/placeholder/text"),
    "bad date": (actions({"type": "datepicker", "initial_date": "tomorrow"}), "/blocks/0/elements/0/initial_date"),
    "text input in actions": (actions({"type": "plain_text_input"}), "/blocks/0/elements/0/type"),
    "image without alt": ({"type": "image", "image_url": "https://x.test/a.png"}, "/blocks/0"),
    "empty markdown": ({"type": "markdown", "text": ""}, "/blocks/0/text"),
    "list too deep": (
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []}],
        },
        "/blocks/0/elements/0/indent",
    ),
    "unknown rich leaf": (
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "mrkdwn"}]}]},
        "/blocks/0/elements/0/elements/0/type",
    ),
    "101 table rows": ({"type": "table", "rows": [cells("a")] * 101}, "/blocks/0/rows"),
    "21 table columns": ({"type": "table", "rows": [cells(*"a" * 21)]}, "/blocks/0/rows/0"),
    "table text in mrkdwn": ({"type": "table", "rows": [[mrkdwn()]]}, "/blocks/0/rows/0/0/type"),
    "data table without rows": (data_table([cells("pod")]), "/blocks/0/rows"),
    "102 data table rows": (data_table([cells("a")] * 102), "/blocks/0/rows"),
    "ragged data table": (data_table([cells("a"), cells("a", "b")]), "/blocks/0/rows/1"),
    "empty cell": (data_table([cells("a"), cells("")]), "/blocks/0/rows/1/0/text"),
    "data table too wordy": (data_table([cells("a"), cells("x" * 10_000)]), "/blocks/0/rows"),
    "page size": (data_table([cells("a"), cells("b")], page_size=101), "/blocks/0/page_size"),
    "data table without caption": ({"type": "data_table", "rows": [cells("a"), cells("b")]}, "/blocks/0"),
    "row header out of range": (
        data_table([cells("a"), cells("b")], row_header_column_index=1),
        "/blocks/0/row_header_column_index",
    ),
    "chart title": (chart(title="x" * 51), "/blocks/0/title"),
    "missing point": (chart(categories=["Mon", "Tue"]), "/blocks/0/chart/series/0/data"),
    "series twice": (
        chart([{"name": "a", "data": [{"label": "Mon", "value": 1}]}] * 2),
        "/blocks/0/chart/series/1/name",
    ),
    "seven series": (
        chart([{"name": str(n), "data": [{"label": "Mon", "value": 1}]} for n in range(7)]),
        "/blocks/0/chart/series",
    ),
    "axis label too long": (
        {**chart(), "chart": {**chart()["chart"], "axis_config": {"categories": ["Mon"], "x_label": "x" * 51}}},
        "/blocks/0/chart/axis_config/x_label",
    ),
    "series name too long": (
        chart([{"name": "x" * 21, "data": [{"label": "Mon", "value": 1}]}]),
        "/blocks/0/chart/series/0/name",
    ),
    "infinite value": (
        chart([{"name": "a", "data": [{"label": "Mon", "value": float("inf")}]}]),
        "/blocks/0/chart/series/0/data/0/value",
    ),
    "empty slice": (
        {
            "type": "data_visualization",
            "title": "t",
            "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
        },
        "/blocks/0/chart/segments/0/value",
    ),
    "11 in a container": (
        {"type": "container", "title": plain(), "child_blocks": [section()] * 11},
        "/blocks/0/child_blocks",
    ),
    "container without title": ({"type": "container", "child_blocks": [section()]}, "/blocks/0"),
    "container in a container": (
        {"type": "container", "title": plain(), "child_blocks": [{"type": "container"}]},
        "/blocks/0/child_blocks/0/type",
    ),
    "6 context actions": (
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}] * 6},
        "/blocks/0/elements",
    ),
    "pending card alone": (
        {"type": "task_card", "task_id": "t", "title": "x", "status": "pending"},
        "/blocks/0/status",
    ),
    "three card actions": ({"type": "card", "title": plain(), "actions": [button()] * 3}, "/blocks/0/actions"),
}


@pytest.mark.parametrize("block", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_slack_takes(block: Json) -> None:
    assert validate_message([block]) == []


@pytest.mark.parametrize(("block", "pointer"), REFUSED.values(), ids=REFUSED.keys())
def test_slack_refuses(block: object, pointer: str) -> None:
    problems = validate_message([block])
    assert [problem.partition(": ")[0] for problem in problems] == [pointer], problems
