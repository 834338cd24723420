"""What Slack demands of a payload as a whole: distinct ids, and counts that no single block can break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.slack.blocks.checks import Report
from sim.slack.blocks.data import text_length

MESSAGE_CHARACTERS = 13_200
_MARKDOWN_CHARACTERS = 12_000


def check_whole(blocks: list[Any], at: str, report: Report) -> None:
    _distinct_block_ids(blocks, at, report)
    for pointer, block in each_block(blocks, at):
        _distinct_action_ids(block, pointer, report)
    _at_most(blocks, at, report, kind="table", most=1, why="only_one_table_allowed")
    _at_most(blocks, at, report, kind="data_visualization", most=2, why="at most 2 charts in one message")
    markdown = sum(text_length(block) for _, block in each_block(blocks, at) if block.get("type") == "markdown")
    if markdown > _MARKDOWN_CHARACTERS:
        report.add(at, f"markdown blocks must be at most {_MARKDOWN_CHARACTERS} characters in all")


def message_characters(blocks: list[Any]) -> int:
    """What counts towards msg_blocks_too_long; a data_table has a limit of its own."""
    return sum(text_length(block) for block in blocks if isinstance(block, dict) and block.get("type") != "data_table")


def each_block(blocks: object, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block with its pointer, those inside containers and carousels included."""
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if isinstance(block, dict):
            pointer = f"{at}/{index}"
            yield pointer, block
            yield from each_block(block.get("child_blocks"), f"{pointer}/child_blocks")
            if block.get("type") == "carousel":
                yield from each_block(block.get("elements"), f"{pointer}/elements")


def each_element(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements a person may act on, with their pointers inside the block."""
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield f"/{key}", block[key]
    if block.get("type") != "carousel":
        for key in ("elements", "actions"):
            items = block.get(key)
            for index, element in enumerate(items if isinstance(items, list) else []):
                if isinstance(element, dict):
                    yield f"/{key}/{index}", element


def _distinct_block_ids(blocks: list[Any], at: str, report: Report) -> None:
    seen: set[str] = set()
    for pointer, block in each_block(blocks, at):
        name = block.get("block_id")
        if isinstance(name, str) and name in seen:
            report.add(f"{pointer}/block_id", f"{name!r} is used by another block")
        elif isinstance(name, str):
            seen.add(name)


def _distinct_action_ids(block: dict[str, Any], at: str, report: Report) -> None:
    seen: set[str] = set()
    for pointer, element in each_element(block):
        name = element.get("action_id")
        if isinstance(name, str) and name in seen:
            report.add(f"{at}{pointer}/action_id", f"{name!r} is used twice in this block")
        elif isinstance(name, str):
            seen.add(name)


def _at_most(blocks: list[Any], at: str, report: Report, *, kind: str, most: int, why: str) -> None:
    found = [pointer for pointer, block in each_block(blocks, at) if block.get("type") == kind]
    for pointer in found[most:]:
        report.add(pointer, why)
