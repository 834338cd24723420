"""The Home tab: a person's pods and what they can type."""

from __future__ import annotations

from typing import Any

from slackblocks import DividerBlock

from bot.views.layout import rendered
from pods.messages import Content


def home(mine: Content, commands: Content) -> dict[str, Any]:
    """A Home view of the list of the reader's own pods and the list of commands."""
    blocks = [*mine.blocks, rendered(DividerBlock(block_id="home.divider")), *commands.blocks]
    return {"type": "home", "blocks": [dict(block) for block in blocks]}
