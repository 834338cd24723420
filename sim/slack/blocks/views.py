"""Modals and the Home tab: the view around the blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.slack.blocks.checks import Check, Report, Surface, array, boolean, shape, string, tagged
from sim.slack.blocks.layout import BLOCKS
from sim.slack.blocks.objects import plain_text
from sim.slack.blocks.whole import each_block

VIEW_BLOCKS = 100
_shared = {
    "private_metadata": string(3000, low=0),
    "callback_id": string(255, low=0),
    "external_id": string(255, low=0),
}


def _inputs_need_submit(value: Mapping[str, Any], at: str, report: Report) -> None:
    has_input = any(block.get("type") == "input" for _, block in each_block(value.get("blocks"), at))
    if has_input and "submit" not in value:
        report.add(at, "a modal with an input block needs submit")


VIEWS: dict[Surface, Check] = {
    "modal": tagged(
        {
            "modal": shape(
                {"title": plain_text(24), "blocks": array(BLOCKS["modal"], high=VIEW_BLOCKS)},
                {
                    **_shared,
                    "submit": plain_text(24),
                    "close": plain_text(24),
                    "clear_on_close": boolean,
                    "notify_on_close": boolean,
                    "submit_disabled": boolean,
                },
                [_inputs_need_submit],
            )
        }
    ),
    "home": tagged({"home": shape({"blocks": array(BLOCKS["home"], high=VIEW_BLOCKS)}, _shared)}),
}
