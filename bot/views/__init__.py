"""Block Kit and the words in it: pure functions from records to `pods.messages.Content`. No Bolt, no Redis."""

from __future__ import annotations

from typing import Any, Final

from pods.messages import Content

REPEATED: Final = "(repeated)"


def repeated(content: Content) -> Content:
    """The same message, marked as one that may stand in the channel already."""
    mark: dict[str, Any] = {
        "type": "context",
        "block_id": "repeated",
        "elements": [{"type": "mrkdwn", "text": f"{REPEATED} Slack did not say whether it took this the first time."}],
    }
    blocks = (*content.blocks, mark) if content.blocks else ()
    return Content(text=f"{REPEATED} {content.text}", blocks=blocks)
