"""The messages of the workspace. Ephemeral ones are kept apart: they have a reader, not a place in the channel."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.slack.wire import Json, SlackError


@dataclass(slots=True, kw_only=True)
class Content:
    """What a message says, already judged."""

    text: str
    blocks: list[Json]
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Message:
    channel: str
    ts: str
    user: str
    content: Content
    bot_id: str | None = None
    app_id: str | None = None
    team_id: str = "T0TEAM"
    thread_ts: str | None = None
    broadcast: bool = False
    edited_ts: str | None = None
    #: The only person who sees it; None for a message of the channel.
    reader: str | None = None
    #: What each person has chosen in the message's inputs.
    state: dict[str, Json] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def as_json(self, *, with_metadata: bool = True) -> Json:
        """As Slack's API shows it."""
        body: Json = {
            "type": "message",
            "user": self.user,
            "text": self.content.text,
            "ts": self.ts,
            "team": self.team_id,
        }
        if self.bot_id is not None:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.broadcast:
            body["subtype"] = "thread_broadcast"
        optional = {
            "blocks": self.content.blocks,
            "attachments": self.content.attachments,
            "files": self.content.files,
            "thread_ts": self.thread_ts,
            "edited": {"user": self.user, "ts": self.edited_ts} if self.edited_ts else None,
            "metadata": self.content.metadata if with_metadata else None,
        }
        return body | {key: value for key, value in optional.items() if value}


class Messages:
    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}
        self._ephemeral: dict[tuple[str, str], Message] = {}

    def add(self, message: Message) -> None:
        if message.reader is not None:
            self._ephemeral[message.channel, message.ts] = message
        else:
            self._channels.setdefault(message.channel, {})[message.ts] = message

    def get(self, channel: str, ts: object) -> Message:
        """A message of the channel; an ephemeral one is not, and so cannot be found here."""
        found = self._channels.get(channel, {}).get(ts) if isinstance(ts, str) else None
        if found is None:
            raise SlackError("message_not_found")
        return found

    def shown_to(self, user: str, channel: str, ts: str) -> Message:
        """A message as the person sees it, theirs alone or the channel's."""
        ephemeral = self._ephemeral.get((channel, ts))
        if ephemeral is not None and ephemeral.reader == user:
            return ephemeral
        return self.get(channel, ts)

    def remove(self, message: Message) -> None:
        if message.reader is not None:
            self._ephemeral.pop((message.channel, message.ts), None)
        else:
            self._channels[message.channel].pop(message.ts, None)

    def of(self, channel: str) -> list[Message]:
        """Every message of a channel, replies included, oldest first."""
        return list(self._channels.get(channel, {}).values())

    def replies(self, channel: str, ts: str) -> list[Message]:
        return [message for message in self.of(channel) if message.is_reply and message.thread_ts == ts]

    def clear(self) -> None:
        self._channels.clear()
        self._ephemeral.clear()
