"""Tables and charts. Where sources disagree on a limit, the lower one holds: what passes here passes everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.slack.blocks.checks import (
    Check,
    Report,
    array,
    boolean,
    integer,
    number,
    one_of,
    shape,
    string,
    tagged,
    unique,
)
from sim.slack.blocks.objects import block_id
from sim.slack.blocks.rich import elements

TABLE_ROWS = 100
COLUMNS = 20
DATA_ROWS = 100
DATA_TABLE_CHARACTERS = 10_000
CATEGORIES = 20
SERIES = 6

_raw_text = shape({"text": string(low=0)}, {"emoji": boolean})
_filled_text = shape({"text": string()})
_raw_number = shape({"value": number(), "text": string()})


def _cell(text: Check) -> Check:
    return tagged({"raw_text": text, "raw_number": _raw_number, "rich_text": shape({"elements": elements})})


def _same_width(value: Mapping[str, Any], at: str, report: Report) -> None:
    rows = value.get("rows")
    widths = [len(row) for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
    for index, width in enumerate(widths):
        if width != widths[0]:
            report.add(f"{at}/rows/{index}", f"has {width} cells where the header has {widths[0]}")


def _header_is_plain(value: Mapping[str, Any], at: str, report: Report) -> None:
    rows = value.get("rows")
    header = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    for index, cell in enumerate(header):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            report.add(f"{at}/rows/0/{index}", "a header cell cannot be rich_text")
    column = value.get("row_header_column_index")
    if isinstance(column, int) and header and column >= len(header):
        report.add(f"{at}/row_header_column_index", "names a column that is not there")


def _within_characters(value: Mapping[str, Any], at: str, report: Report) -> None:
    total = text_length(value.get("rows"))
    if total > DATA_TABLE_CHARACTERS:
        report.add(f"{at}/rows", f"must be at most {DATA_TABLE_CHARACTERS} characters in all, has {total}")


def text_length(value: object) -> int:
    """The characters of every `text` leaf in a payload."""
    if isinstance(value, list):
        return sum(map(text_length, value))
    if isinstance(value, dict):
        return sum(
            len(inner) if key == "text" and isinstance(inner, str) else text_length(inner)
            for key, inner in value.items()
        )
    return 0


_column_setting = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _setting(value: object, at: str, report: Report) -> None:
    if value is not None:  # null leaves a column as it is
        _column_setting(value, at, report)


table = shape(
    {"rows": array(array(_cell(_raw_text), high=COLUMNS), high=TABLE_ROWS)},
    {"block_id": block_id, "column_settings": array(_setting, high=COLUMNS)},
    [_same_width],
)
data_table = shape(
    {"caption": string(), "rows": array(array(_cell(_filled_text), high=COLUMNS), low=2, high=DATA_ROWS + 1)},
    {"block_id": block_id, "page_size": integer(1, 100), "row_header_column_index": integer(0, COLUMNS - 1)},
    [_same_width, _header_is_plain, _within_characters],
)


def _a_point_per_category(value: Mapping[str, Any], at: str, report: Report) -> None:
    config = value.get("axis_config")
    categories = config.get("categories") if isinstance(config, dict) else None
    if not isinstance(categories, list):
        return
    if len(set(map(str, categories))) != len(categories):
        report.add(f"{at}/axis_config/categories", "must be unique")
    series = value.get("series")
    for index, line in enumerate(series if isinstance(series, list) else []):
        points = line.get("data") if isinstance(line, dict) else None
        labels = [point.get("label") for point in points if isinstance(point, dict)] if isinstance(points, list) else []
        if sorted(map(str, labels)) != sorted(map(str, categories)):
            report.add(f"{at}/series/{index}/data", "needs exactly one point for every category")


_label = string(20)
_axis_chart = shape(
    {
        "series": array(
            shape(
                {"name": _label, "data": array(shape({"label": _label, "value": number()}), high=CATEGORIES)},
            ),
            high=SERIES,
        ),
        "axis_config": shape(
            {"categories": array(_label, high=CATEGORIES)}, {"x_label": string(50), "y_label": string(50)}
        ),
    },
    {},
    [unique("series", "name"), _a_point_per_category],
)
_pie = shape(
    {"segments": array(shape({"label": _label, "value": number(above=0)}), high=SERIES)},
    {},
    [unique("segments", "label")],
)
data_visualization = shape(
    {
        "title": string(50),
        "chart": tagged({"line": _axis_chart, "bar": _axis_chart, "area": _axis_chart, "pie": _pie}),
    },
    {"block_id": block_id},
)
