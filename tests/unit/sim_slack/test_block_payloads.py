"""What Slack refuses in a message, a view or a list of options as a whole."""

from __future__ import annotations

import pytest

from sim.slack.blocks import message_characters, validate_message, validate_options, validate_view
from tests.unit.sim_slack.block_kit import (
    Json,
    actions,
    button,
    cells,
    chart,
    data_table,
    modal,
    mrkdwn,
    option,
    plain,
    section,
)


def test_a_message_has_at_most_fifty_blocks() -> None:
    assert validate_message([{"type": "divider"}] * 50) == []
    assert validate_message([{"type": "divider"}] * 51) == ["/blocks: must have 0 to 50 items, has 51"]


def test_a_block_id_is_used_once_even_inside_a_container() -> None:
    inside = {"type": "container", "title": plain(), "child_blocks": [section(block_id="a")]}
    problems = validate_message([section(block_id="a"), inside])
    assert problems == ["/blocks/1/child_blocks/0/block_id: 'a' is used by another block"]


def test_the_same_action_id_may_appear_in_two_blocks() -> None:
    assert validate_message([actions(button(action_id="a")), actions(button(action_id="a"))]) == []


def test_a_message_has_one_table_two_charts_and_twelve_thousand_characters_of_markdown() -> None:
    table = {"type": "table", "rows": [cells("a")]}
    assert validate_message([table, table]) == ["/blocks/1: only_one_table_allowed"]
    assert validate_message([chart(), chart()]) == []
    assert validate_message([chart()] * 3) == ["/blocks/2: at most 2 charts in one message"]
    long = {"type": "markdown", "text": "x" * 6001}
    assert validate_message([long, long]) == ["/blocks: markdown blocks must be at most 12000 characters in all"]


def test_the_characters_of_a_message_leave_out_data_tables() -> None:
    assert message_characters([section(text=mrkdwn("x" * 10)), data_table([cells("abc"), cells("def")])]) == 10


INPUT = {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}
BAD_VIEWS = {
    "no kind": ({"blocks": []}, "/view/type"),
    "title too long": (modal(title=plain("x" * 25)), "/view/title/text"),
    "submit too long": (modal(submit=plain("x" * 25)), "/view/submit/text"),
    "private_metadata too long": (modal(private_metadata="x" * 3001), "/view/private_metadata"),
    "callback_id too long": (modal(callback_id="x" * 256), "/view/callback_id"),
    "101 blocks": (modal(*[{"type": "divider"}] * 101), "/view/blocks"),
    "input without submit": (modal(INPUT), "/view"),
    "table in a modal": (modal({"type": "table", "rows": [cells("a")]}), "/view/blocks/0/type"),
    "markdown in a modal": (modal({"type": "markdown", "text": "x"}), "/view/blocks/0/type"),
    "no title": ({"type": "modal", "blocks": [section()]}, "/view"),
    "unknown key": (modal(width=3), "/view/width"),
    "title on Home": ({"type": "home", "title": plain(), "blocks": [section()]}, "/view/title"),
    "alert on Home": ({"type": "home", "blocks": [{"type": "alert", "text": plain()}]}, "/view/blocks/0/type"),
}


@pytest.mark.parametrize(("view", "pointer"), BAD_VIEWS.values(), ids=BAD_VIEWS.keys())
def test_slack_refuses_the_view(view: Json, pointer: str) -> None:
    problems = validate_view(view)
    assert [problem.partition(": ")[0] for problem in problems] == [pointer], problems


def test_slack_takes_the_views() -> None:
    assert validate_view(modal(INPUT, {"type": "alert", "text": plain(), "level": "error"}, submit=plain("Go"))) == []
    home = {"type": "home", "blocks": [chart(), data_table([cells("a"), cells("b")])]}
    assert validate_view(home) == []


def test_a_menu_takes_up_to_a_hundred_options() -> None:
    assert validate_options({"options": [option(str(n)) for n in range(100)]}) == []
    assert validate_options({"options": []}) == []
    assert validate_options({"options": [option(str(n)) for n in range(101)]}) != []
    assert validate_options({"pods": []}) != []
