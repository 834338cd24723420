"""The blocks themselves: their fields and limits, and the surfaces each may appear on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.slack.blocks import elements as el
from sim.slack.blocks import rich
from sim.slack.blocks.checks import (
    Check,
    Report,
    Surface,
    array,
    at_least_one,
    boolean,
    exactly_one,
    one_of,
    shape,
    string,
    tagged,
    unique,
)
from sim.slack.blocks.data import data_table, data_visualization, table
from sim.slack.blocks.objects import any_text, block_id, plain_text, slack_file, url

_id = {"block_id": block_id}
_image_element = tagged({"image": el.image})

_section = shape(
    {},
    {
        **_id,
        "text": any_text(),
        "fields": array(any_text(2000), high=10),
        "accessory": tagged(el.IN_SECTION),
        "expand": boolean,
    },
    [at_least_one("text", "fields")],
)
_image = shape(
    {"alt_text": string(2000)},
    {**_id, "image_url": url, "slack_file": slack_file, "title": plain_text(2000)},
    [exactly_one("image_url", "slack_file")],
)
_input = shape(
    {"label": plain_text(2000), "element": tagged(el.IN_INPUT)},
    {**_id, "hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
)
_video = shape(
    {"alt_text": string(2000), "title": plain_text(200), "thumbnail_url": url, "video_url": url},
    {
        **_id,
        "author_name": string(50),
        "description": plain_text(200),
        "provider_icon_url": url,
        "provider_name": string(50),
        "title_url": url,
    },
)


def _one_icon(value: Mapping[str, Any], at: str, report: Report) -> None:
    if "icon" in value and "slack_icon" in value:
        report.add(at, "icon and slack_icon cannot both be given")


_card = shape(
    {},
    {
        **_id,
        "hero_image": _image_element,
        "icon": _image_element,
        "slack_icon": tagged({"icon": shape({"name": string()})}),
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "subtext": any_text(200),
        "actions": array(tagged({"button": el.button}), high=2),
    },
    [at_least_one("hero_image", "title", "actions", "body"), _one_icon],
)
_task_fields: dict[str, Check] = {
    "details": rich.rich_text,
    "output": rich.rich_text,
    "sources": array(tagged({"url": shape({"url": url, "text": string()})}), high=100),
}
_task_must: dict[str, Check] = {"task_id": string(), "title": string()}
_plan = shape(
    {
        "title": string(),
        "tasks": array(
            shape(
                {**_task_must, "status": one_of("pending", "in_progress", "complete", "error")},
                {**_task_fields, "type": one_of("task_card"), "block_id": block_id},
            ),
            low=0,
            high=50,
        ),
    },
    _id,
    [unique("tasks", "task_id")],
)


def _folding(value: Mapping[str, Any], at: str, report: Report) -> None:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        report.add(f"{at}/default_collapsed", "needs is_collapsible")
    if value.get("has_header_divider") and value.get("is_collapsible"):
        report.add(f"{at}/has_header_divider", "is not for a collapsible container")


_PLAIN: dict[str, Check] = {
    "actions": shape({"elements": array(tagged(el.IN_ACTIONS), high=25)}, _id),
    "context": shape({"elements": array(tagged(el.IN_CONTEXT), high=10)}, _id),
    "divider": shape({}, _id),
    "file": shape({"external_id": string(255), "source": one_of("remote")}, _id),
    "header": shape({"text": plain_text(150)}, _id),
    "image": _image,
    "input": _input,
    "rich_text": shape({"elements": rich.elements}, _id),
    "section": _section,
    "table": table,
    "video": _video,
}
_container = shape(
    {"child_blocks": array(tagged(_PLAIN), high=10)},
    {
        **_id,
        "title": plain_text(150),
        "rich_text_title": rich.rich_text,
        "subtitle": any_text(150),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": _image_element,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    [at_least_one("title", "rich_text_title"), _folding],
)
_EVERY: dict[str, Check] = {
    **_PLAIN,
    "alert": shape({"text": any_text(200)}, {**_id, "level": one_of("default", "info", "warning", "error", "success")}),
    "card": _card,
    "carousel": shape({"elements": array(tagged({"card": _card}), high=10)}, _id),
    "container": _container,
    "context_actions": shape({"elements": array(tagged(el.IN_CONTEXT_ACTIONS), high=5)}, _id),
    "data_table": data_table,
    "data_visualization": data_visualization,
    "markdown": shape({"text": string(12_000)}, _id),
    "plan": _plan,
    "task_card": shape({**_task_must, "status": one_of("in_progress", "complete", "error")}, {**_id, **_task_fields}),
}
_NOT_ON: dict[Surface, frozenset[str]] = {
    "message": frozenset({"alert"}),
    "modal": frozenset(_EVERY)
    - {"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video"},
    "home": frozenset({"alert", "context_actions", "file", "markdown", "plan", "task_card"}),
}
BLOCKS: dict[Surface, Check] = {
    surface: tagged({name: check for name, check in _EVERY.items() if name not in absent})
    for surface, absent in _NOT_ON.items()
}
