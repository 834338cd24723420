"""Charts and tables, within the lower of the limits that Slack's own pages give. What they show, the text says too."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from slackblocks import (
    AxisConfig,
    BarChart,
    Block,
    DataPoint,
    DataSeries,
    DataTableBlock,
    DataVisualizationBlock,
    RawNumber,
    RawText,
    RichTextBlock,
    RichTextSection,
    RichTextUser,
)

from bot.views.text import label
from pods.money import cents, dollars

CATEGORIES: Final = 20
ROWS: Final = 100
_LABEL: Final = 20
_TITLE: Final = 50
_CELL: Final = 60
_PAGE: Final = 10

#: A cell: words of ours or a person's, a sum in USD, a mention, or a count with its words.
Cell = str | Decimal | RichTextUser | RawNumber


def bars(title: str, values: Sequence[tuple[str, Decimal]], *, key: str, series: str = "USD") -> Block:
    """A bar for each label, at most twenty. Labels that would look alike are numbered."""
    labels = _labels([name for name, _ in values])
    points = [(name, value) for name, (_, value) in zip(labels, values, strict=True)]
    data = [DataPoint(name, float(cents(value))) for name, value in points]
    chart = BarChart([DataSeries(series, data)], AxisConfig(labels, y_label=series))
    return DataVisualizationBlock(title=title[:_TITLE], chart=chart, block_id=key)


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], *, key: str) -> Block:
    """At most a hundred rows; the first column names them."""
    cells = [[_cell(each) for each in header], *([_cell(each) for each in row] for row in rows[:ROWS])]
    return DataTableBlock(rows=cells, caption=caption, page_size=_PAGE, row_header_column_index=0, block_id=key)


class _Mention(RichTextBlock):
    """A cell that is a person. Slack knows no block_id inside a table, which slackblocks gives every block."""

    def _resolve(self) -> dict[str, Any]:
        return {name: value for name, value in super()._resolve().items() if name != "block_id"}


def _cell(cell: Cell) -> RawText | RawNumber | RichTextBlock:
    match cell:
        case Decimal():
            return RawNumber(float(cents(cell)), dollars(cell))
        case RichTextUser():
            return _Mention([RichTextSection([cell])])
        case RawNumber():
            return cell
        case _:
            return RawText(label(cell, _CELL))


def _labels(names: Sequence[str]) -> list[str]:
    """Each once, within twenty characters."""
    taken: dict[str, None] = {}
    for name in names:
        short = label(name, _LABEL)
        number = 2
        while short in taken:
            short = f"{label(name, _LABEL - 4)} {number}"
            number += 1
        taken[short] = None
    return list(taken)
