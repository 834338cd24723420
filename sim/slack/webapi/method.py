"""What a Web API method is: who may call it, how often, and what it does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from sim.slack.posting import Posting
from sim.slack.state import SlackState
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import Channel

Caller: TypeAlias = Literal["bot", "app", "any", "none"]
_Item = TypeVar("_Item")
PAGE_MAX = 1000


@dataclass(frozen=True, kw_only=True)
class Context:
    """One call under way."""

    state: SlackState
    posting: Posting
    arguments: Mapping[str, object]
    #: ws://host:port of the caller's Slack, for apps.connections.open.
    socket_url: Callable[[], str] = field(repr=False)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            raise SlackError(error)
        return value

    def optional(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        """Forms say true, 1 or yes; JSON says true."""
        return str(self.arguments.get(name, "")).lower() in ("true", "1", "yes")

    def need(self, scope: str) -> None:
        need_scope(self.state, scope)

    def channel(self) -> Channel:
        return self.state.workspace.channel(self.required("channel", "channel_not_found"))

    def page(self, items: Sequence[_Item], *, default: int = 100) -> tuple[list[_Item], Json]:
        """One page of a list, and the metadata with the cursor of the next."""
        start, size = _offset(self.optional("cursor")), self._limit(default)
        rest = start + size < len(items)
        cursor = base64.b64encode(f"at:{start + size}".encode()).decode() if rest else ""
        return list(items[start : start + size]), {"next_cursor": cursor}

    def _limit(self, default: int) -> int:
        given = self.optional("limit")
        if given is None:
            return default
        if not given.isdigit() or not 1 <= int(given) <= PAGE_MAX:
            raise SlackError("invalid_limit")
        return int(given)


def need_scope(state: SlackState, scope: str) -> None:
    granted = state.workspace.scopes
    if scope not in granted:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(granted)))


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise SlackError("invalid_cursor") from None
    if word != "at" or not number.isdigit():
        raise SlackError("invalid_cursor")
    return int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    run: Callable[[Context], Json]
    #: Slack's rate limit tier; None where Slack names none that matters here.
    tier: int | None
    scope: str | None = None
    #: The kind of token it takes.
    caller: Caller = "bot"
    #: Counts against the pace of its channel.
    paced: bool = False
