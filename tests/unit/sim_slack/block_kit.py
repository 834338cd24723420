"""Small valid blocks, to be made wrong in one place."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), **more}


def option(value: str = "v", text: str = "x") -> Json:
    return {"text": plain(text), "value": value}


def section(**more: Any) -> Json:
    return {"type": "section", **({"text": mrkdwn()} | more)}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", **({"options": [option()]} | more)}


def cells(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


def data_table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "data_table", "caption": "Pods", "rows": rows, **more}


def chart(series: list[Json] | None = None, categories: list[str] | None = None, **more: Any) -> Json:
    points = [{"label": "Mon", "value": 1}]
    body = {
        "type": "bar",
        "series": [{"name": "cost", "data": points}] if series is None else series,
        "axis_config": {"categories": ["Mon"] if categories is None else categories},
    }
    return {"type": "data_visualization", "title": "Cost", "chart": body, **more}


def text_part(text: str) -> Json:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("T"), "blocks": list(blocks or (section(),)), **more}
