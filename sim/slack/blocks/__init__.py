"""Block Kit as Slack judges it. Each validator answers a list of `pointer: reason`, empty when all is well."""

from __future__ import annotations

from sim.slack.blocks.checks import Report, array
from sim.slack.blocks.layout import BLOCKS
from sim.slack.blocks.objects import OPTIONS_MAX, option_group, select_option
from sim.slack.blocks.views import VIEWS
from sim.slack.blocks.whole import MESSAGE_CHARACTERS, check_whole, message_characters

__all__ = [
    "MESSAGE_CHARACTERS",
    "message_characters",
    "validate_message",
    "validate_options",
    "validate_view",
]

_MESSAGE_BLOCKS = array(BLOCKS["message"], low=0, high=50)


def validate_message(blocks: object, *, at: str = "/blocks") -> list[str]:
    report = Report("message")
    _MESSAGE_BLOCKS(blocks, at, report)
    if isinstance(blocks, list):
        check_whole(blocks, at, report)
    return report.problems


def validate_view(view: object, *, at: str = "/view") -> list[str]:
    """Judge a modal or Home view, whichever its `type` says."""
    if not isinstance(view, dict):
        return [f"{at}: must be an object"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"{at}/type: must be modal or home"]
    report = Report(kind)
    VIEWS[kind](view, at, report)
    if isinstance(view.get("blocks"), list):
        check_whole(view["blocks"], f"{at}/blocks", report)
    return report.problems


def validate_options(answer: object) -> list[str]:
    """Judge what an options listener answered: `options`, or `option_groups`."""
    report = Report("message")
    if not isinstance(answer, dict) or not ({"options", "option_groups"} & answer.keys()):
        return ["/: needs options or option_groups"]
    if "options" in answer:
        array(select_option, low=0, high=OPTIONS_MAX)(answer["options"], "/options", report)
    if "option_groups" in answer:
        array(option_group, low=0, high=OPTIONS_MAX)(answer["option_groups"], "/option_groups", report)
    return report.problems
