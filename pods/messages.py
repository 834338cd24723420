"""Messages: one per request, brought up to date by key. Pure decisions of where and whether to send.

The outbox holds keys. `wanted` grows at each change worth telling, `sent` says up to which change Slack was told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pods.model import Value
from pods.times import Instant

#: A response_url lives 30 minutes and takes five answers; we stop short of both.
RESPONSE_URL_FOR: Final = timedelta(minutes=25)
RESPONSE_URL_USES: Final = 4


class MessageKind(StrEnum):
    #: The public message of a request, edited in place.
    REQUEST = "request"
    #: The requester's own confirm dialog.
    CONFIRM = "confirm"
    #: A private answer whose content is in the record (replies to mentions, refusals of clicks).
    REPLY = "reply"
    #: A read that its asker shared with the channel.
    SHARED = "shared"
    #: A person's Home tab.
    HOME = "home"
    #: What automation tells of its own accord: rendered from a record, edited in place.
    CARD = "card"


class Road(StrEnum):
    """How a message reaches its reader."""

    POST = "post"
    UPDATE = "update"
    RESPOND = "respond"
    EPHEMERAL = "ephemeral"
    DM = "dm"
    #: The Home tab is published, not sent.
    PUBLISH = "publish"


class Content(Value):
    text: str
    blocks: tuple[dict[str, Any], ...] = ()


class Target(Value):
    """Where the message stands or shall stand. `ts` is set once Slack has told it."""

    channel: str
    ts: str | None = None
    thread_ts: str | None = None


class Message(Value):
    v: int = 1
    version: int = 1
    key: str
    kind: MessageKind
    request_id: str | None = None
    #: Of a card, or of a private answer: its renderer, and the id of the record it is rendered from.
    card: str = ""
    subject: str = ""
    #: The key of the message in whose thread this one belongs; it waits until that one stands.
    under: str | None = None
    #: Goes to `user` as a direct message; `target` is where that turned out to be.
    direct: bool = False
    #: When Slack first took it, and when it last did.
    told_at: Instant | None = None
    sent_at: Instant | None = None
    #: Told besides where it was asked: what cannot reach its channel reaches nobody instead.
    copied: bool = False
    #: The reader of a private message; the person to fall back to by DM for a public one.
    user: str
    target: Target
    response_url: str | None = None
    response_uses: int = 0
    created_at: Instant
    sent: int = 0
    #: A post was begun; if no ts follows, it may or may not stand in Slack.
    posting_since: Instant | None = None
    #: The bot is not in the channel, so the other roads are taken.
    not_in_channel: bool = False
    content: Content | None = None
    #: Answers by response_url take the place of the message whose button was pressed.
    replaces: bool = False
    #: Slack refused the blocks: the text alone is sent.
    plain: bool = False
    tries: int = 0

    @property
    def public(self) -> bool:
        return self.kind in {MessageKind.REQUEST, MessageKind.SHARED, MessageKind.CARD}

    def road(self, now: datetime) -> Road:
        if self.kind is MessageKind.HOME:
            return Road.PUBLISH
        if self.kind in {MessageKind.CONFIRM, MessageKind.REPLY}:
            if self._can_respond(now):
                return Road.RESPOND
            return Road.DM if self.not_in_channel else Road.EPHEMERAL
        if self.target.ts is not None:
            return Road.UPDATE
        return self._first_road(now)

    def _first_road(self, now: datetime) -> Road:
        """How a public message comes to stand."""
        if self.direct:
            return Road.DM
        if not self.not_in_channel:
            return Road.POST
        return Road.RESPOND if self._can_respond(now) else Road.DM

    def _can_respond(self, now: datetime) -> bool:
        return (
            self.response_url is not None
            and now - self.created_at < RESPONSE_URL_FOR
            and self.response_uses < RESPONSE_URL_USES
        )


def card(
    name: str,
    subject: str,
    *,
    user: str,
    now: datetime,
    channel: str = "",
    part: str = "",
    under: str | None = None,
) -> Message:
    """A card for a channel, or without one for `user` directly.

    `user` is whose zone it speaks in, and the person to fall back to by DM. `part` tells several messages about one
    subject apart, such as the entries of its thread.
    """
    where = channel or user
    return Message(
        key=".".join((name, subject, where, part) if part else (name, subject, where)),
        kind=MessageKind.CARD,
        card=name,
        subject=subject,
        under=under,
        direct=not channel,
        user=user,
        target=Target(channel=channel),
        created_at=now,
    )
