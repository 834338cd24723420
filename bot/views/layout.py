"""Paragraphs and buttons into Block Kit, within Slack's limits. The text is made of the same paragraphs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ContextBlock,
    ModalView,
    Option,
    SectionBlock,
    StaticSelectMenu,
    Text,
)

from pods.messages import Content

#: Slack cuts a section at 3,000 and refuses a message somewhere above 13,000; both kept well away from.
SECTION_MAX: Final = 2_900
BLOCKS_MAX: Final = 9_500
TEXT_MAX: Final = 3_900
_MORE: Final = 40


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph. A small one is evidence: who asked, how long it took, how old the figures are."""

    words: str
    small: bool = False


def small(words: str) -> Said:
    return Said(words, small=True)


def page(
    said: Iterable[str | Said | Block],
    *,
    key: str,
    buttons: Sequence[Button | StaticSelectMenu] = (),
    before_buttons: Sequence[Block] = (),
    text: str | None = None,
) -> Content:
    """A message. `key` names its blocks and must change when the message does; empty paragraphs are left out.

    A chart or table among the paragraphs says nothing in the text by itself: then `text` says it.
    """
    parts = [Said(each) if isinstance(each, str) else each for each in said]
    parts = [each for each in parts if isinstance(each, Block) or each.words]
    blocks: list[Block] = []
    for part in parts:
        pieces: Sequence[Said | Block] = cut([part]) if isinstance(part, Said) else [part]
        blocks += [_paragraph(each, f"{key}.{len(blocks) + place}") for place, each in enumerate(pieces)]
    blocks.extend(before_buttons)
    if buttons:
        blocks.append(ActionsBlock(elements=list(buttons), block_id=f"{key}.actions"))
    whole = text if text is not None else "\n".join(each.words for each in parts if isinstance(each, Said))
    return Content(text=_capped(whole, TEXT_MAX), blocks=tuple(rendered(each) for each in blocks))


def cut(paragraphs: Sequence[Said]) -> list[Said]:
    """The paragraphs as sections Slack takes: long ones divided at their line ends."""
    pieces: list[Said] = []
    for paragraph in paragraphs:
        lines: list[str] = []
        for line in paragraph.words.split("\n"):
            if lines and len("\n".join((*lines, line))) > SECTION_MAX:
                pieces.append(Said("\n".join(lines), paragraph.small))
                lines = []
            lines.append(_capped(line, SECTION_MAX))
        pieces.append(Said("\n".join(lines), paragraph.small))
    return pieces


def fitting(lines: Sequence[str], room: int, *, most: int | None = None) -> list[str]:
    """As many lines as there is room for, and how many are left out."""
    kept: list[str] = []
    used = 0
    for line in lines[:most]:
        if used + len(line) + 1 > room - _MORE:
            break
        kept.append(line)
        used += len(line) + 1
    left = len(lines) - len(kept)
    return [*kept, f"and {left:,} more"] if left else kept


def rendered(block: Block | Option | ModalView) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(repr(block))
    return plain


def _paragraph(paragraph: Said | Block, block_id: str) -> Block:
    if isinstance(paragraph, Block):
        return paragraph
    if paragraph.small:
        return ContextBlock(elements=[Text(paragraph.words)], block_id=block_id)
    return SectionBlock(paragraph.words, block_id=block_id)


def _capped(words: str, most: int) -> str:
    """Cut at a line or word, never inside a mention, a time or a code span."""
    if len(words) <= most:
        return words
    head = words[: most - 1]
    head = head[: max(head.rfind("\n"), head.rfind(" "), 0)]
    if head.rfind("<") > head.rfind(">"):
        head = head[: head.rfind("<")]
    if head.count("`") % 2:
        head = head[: head.rfind("`")]
    return head.rstrip() + "…"
