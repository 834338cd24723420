"""Whether Slack takes a message's words and blocks, and what it makes of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

from sim.slack.blocks import MESSAGE_CHARACTERS, message_characters, validate_message
from sim.slack.blocks.elements import INTERACTIVE
from sim.slack.blocks.whole import each_block, each_element
from sim.slack.ids import Ids
from sim.slack.messages import Content
from sim.slack.wire import InvalidBlocks, Json, SlackError

TEXT_MAX = 40_000
MARKDOWN_MAX = 12_000
ATTACHMENTS_MAX = 100


def read_content(arguments: Mapping[str, object], ids: Ids, *, before: Content | None = None) -> Content:
    """Judge the content of a call. `before` is what an update leaves standing where it says nothing."""
    blocks = structured(arguments, "blocks", "invalid_blocks_format")
    attachments = structured(arguments, "attachments", "invalid_attachments")
    text, blocks = _markdown(arguments, blocks)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    _judge_blocks(blocks)
    _judge_attachments(attachments)
    metadata = _metadata(arguments)
    if before is not None:
        blocks = before.blocks if blocks is None else blocks
        attachments = before.attachments if attachments is None else attachments
        metadata = before.metadata if metadata is None else metadata
    return Content(
        text=text[:TEXT_MAX],
        blocks=named(blocks if isinstance(blocks, list) else [], ids),
        attachments=attachments if isinstance(attachments, list) else [],
        metadata=metadata or None,
    )


def structured(arguments: Mapping[str, object], key: str, error: str) -> object:
    """A JSON value, given as such or (in a form) as text. None where it is absent."""
    value = arguments.get(key)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except json.JSONDecodeError:
        raise SlackError(error) from None


def named(blocks: list[Json], ids: Ids) -> list[Json]:
    """The blocks with an id for each block and element that came without one, as Slack adds them."""
    blocks = copy.deepcopy(blocks)
    for _, block in each_block(blocks, ""):
        block.setdefault("block_id", ids.next("b"))
        for _, element in each_element(block):
            if element.get("type") in INTERACTIVE:
                element.setdefault("action_id", ids.next("a"))
    return blocks


def _markdown(arguments: Mapping[str, object], blocks: object) -> tuple[str, object]:
    text, markdown = arguments.get("text"), arguments.get("markdown_text")
    if markdown is None:
        return ("" if text is None else str(text)), blocks
    if text or blocks:
        raise SlackError("markdown_text_conflict")
    if len(str(markdown)) > MARKDOWN_MAX:
        raise SlackError("msg_too_long")
    return str(markdown), [{"type": "markdown", "text": str(markdown)}] if markdown else None


def _judge_blocks(blocks: object) -> None:
    if blocks is None:
        return
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = validate_message(blocks)
    if problems:
        raise InvalidBlocks(problems)
    if message_characters(blocks) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")


def _judge_attachments(attachments: object) -> None:
    if attachments is None:
        return
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS_MAX:
        raise SlackError("too_many_attachments")
    problems = [
        problem
        for index, item in enumerate(attachments)
        for problem in validate_message(item.get("blocks", []), at=f"/attachments/{index}/blocks")
    ]
    if problems:
        raise InvalidBlocks(problems)


def _metadata(arguments: Mapping[str, object]) -> Json | None:
    """Absent is None, an empty object removes what was there."""
    value = structured(arguments, "metadata", "invalid_metadata_format")
    if value is None:
        return None
    if value == {}:
        return {}
    if not isinstance(value, dict) or value.keys() != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(value["event_type"], str) or not isinstance(value["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    return copy.deepcopy(value)
