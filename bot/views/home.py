"""The Home tab: a person's pods and what they can type."""

from __future__ import annotations

from slackblocks import DividerBlock

from bot.views.layout import rendered
from pods.messages import Content


def home(mine: Content, commands: Content) -> Content:
    """The list of the reader's own pods above the list of commands."""
    blocks = (*mine.blocks, rendered(DividerBlock(block_id="home.divider")), *commands.blocks)
    return Content(text=f"{mine.text}\n{commands.text}", blocks=blocks)
