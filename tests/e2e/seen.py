"""What people see of the bot: its posts, what they read privately, the buttons they are offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.slack import SimSlack


@dataclass(frozen=True)
class Post:
    """A message of the bot as the channel shows it."""

    text: str
    blocks: list[dict[str, Any]]
    ts: str
    thread_ts: str | None
    metadata: dict[str, Any] | None

    @property
    def buttons(self) -> list[str]:
        """Their labels, in order."""
        elements = (element for block in self.blocks for element in block.get("elements") or [])
        return [element["text"]["text"] for element in elements if element.get("type") == "button"]


def posts_of(slack: SimSlack, channel: str) -> list[Post]:
    bot = slack.workspace.bot.user_id
    return [
        Post(m.content.text, m.content.blocks, m.ts, m.thread_ts, m.content.metadata)
        for m in slack.messages(channel)
        if m.user == bot
    ]


@dataclass
class Heard:
    """What one person read and what the channel shows after one ask."""

    private: list[str]
    public: list[str]

    @property
    def said(self) -> str:
        return "\n".join((*self.private, *self.public))


def find_button(message: dict[str, Any], label: str) -> tuple[str, str] | None:
    """Block id and action id of the button of that label."""
    for block in message.get("blocks", []):
        for element in [*(block.get("elements") or []), block.get("accessory") or {}]:
            if element.get("type") == "button" and element["text"]["text"] == label:
                return block["block_id"], element["action_id"]
    return None
