"""What Slack makes of typed text before an app sees it: mentions, channels and links become tokens."""

from __future__ import annotations

import re
from html import escape as html_escape

from sim.slack.workspace import Workspace

_WORD = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<domain>\b(?:[a-z0-9-]+\.)+(?:com|io|net|org|dev|ai)\b(?:/[^\s<>|]*)?)"
    r"|(?<![\w@])@(?P<at>[\w.-]*\w)"
    r"|(?<![\w#])#(?P<room>[a-z0-9_-]+)",
    re.IGNORECASE,
)
_BROADCASTS = ("here", "channel", "everyone")


def escaped(text: str, workspace: Workspace, *, labels: bool) -> str:
    """The text as an app receives it. Commands carry labels (`<@U1|bob>`), messages only ids."""

    def token(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{match['url']}>"
        if match["domain"]:
            return f"<http://{match['domain']}|{match['domain']}>"
        if match["at"]:
            return _mention(match["at"], workspace, labels=labels) or match[0]
        return _room(match["room"], workspace) or match[0]

    return _WORD.sub(token, html_escape(text, quote=False))


def _mention(name: str, workspace: Workspace, *, labels: bool) -> str | None:
    if name in _BROADCASTS:
        return f"<!{name}>"
    for user in workspace.users.values():
        if user.name == name:
            return f"<@{user.id}|{user.name}>" if labels else f"<@{user.id}>"
    for group in workspace.groups.values():
        if group.handle == name:
            return f"<!subteam^{group.id}|@{group.handle}>" if labels else f"<!subteam^{group.id}>"
    return None


def _room(name: str, workspace: Workspace) -> str | None:
    for channel in workspace.channels.values():
        if channel.kind == "channel" and channel.name == name:
            return f"<#{channel.id}|{channel.name}>"
    return None
