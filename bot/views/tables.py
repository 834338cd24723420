"""Slack's table block, and its limits: one per message, 100 rows. Cells are plain text, so nothing in them pings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slackblocks import ColumnSettings, RawText, RichTextObject, TableBlock

from bot.views.text import label

#: Slack takes a hundred, the head among them.
ROWS_MAX: Final = 99
_CELL_MAX: Final = 80


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, key: str, right: Sequence[int] = ()) -> TableBlock:
    """A table with its head; columns named in `right` are aligned there. The caller keeps to `ROWS_MAX` rows."""
    settings = [ColumnSettings(align="right" if at in right else "left", is_wrapped=True) for at in range(len(head))]
    cells: list[list[RawText | RichTextObject]] = [
        [RawText(label(cell, _CELL_MAX) if cell else "-") for cell in row] for row in (head, *rows)
    ]
    return TableBlock(rows=cells, column_settings=settings, block_id=key)
