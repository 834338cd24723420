"""A message as its reader meets it: all words it shows, and the buttons under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pods.messages import Content

#: Everything between angle brackets that is ours to write: a person, a channel, a time.
TOKEN: Final = re.compile(r"<(?:@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^[^|<>]+\|[^<>]+)>")
AMOUNT: Final = re.compile(r"\$[\d,]+\.\d\d")
CODE: Final = re.compile(r"`([^`\n]*)`")


def shown(content: Content) -> str:
    """What the blocks say, buttons aside."""
    return "\n".join(words for block in content.blocks for words in _words(block))


def _words(block: dict[str, Any]) -> Iterator[str]:
    if block["type"] == "section":
        yield block["text"]["text"]
    elif block["type"] == "data_table":
        for row in block["rows"]:
            yield ", ".join(cell["text"] for cell in row if cell.get("text") not in {None, "$0.00"})
    elif block["type"] == "context":
        yield from (element["text"] for element in block["elements"])


def buttons(content: Content) -> list[dict[str, Any]]:
    return [element for block in content.blocks if block["type"] == "actions" for element in block["elements"]]


def labels(content: Content) -> list[str]:
    return [button["text"]["text"] for button in buttons(content)]


def button(content: Content, label: str) -> dict[str, Any]:
    return next(each for each in buttons(content) if each["text"]["text"] == label)


def first_line(content: Content) -> str:
    return content.text.split("\n", 1)[0]


def block_ids(content: Content) -> set[str]:
    return {block["block_id"] for block in content.blocks}
