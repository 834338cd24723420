"""How messages come into the workspace, change and leave it, and who is told."""

from __future__ import annotations

from collections.abc import Mapping

from sim.slack.content import read_content
from sim.slack.messages import Content, Message
from sim.slack.state import SlackState
from sim.slack.wire import InvalidBlocks, Json, SlackError
from sim.slack.workspace import Channel


class Posting:
    def __init__(self, state: SlackState) -> None:
        self._state = state

    def content(
        self,
        arguments: Mapping[str, object],
        channel: Channel,
        *,
        before: Content | None = None,
        reader: str | None = None,
    ) -> Content:
        """Judge what is to be said; blocks Slack refuses are shown to those who would have read them."""
        try:
            return read_content(arguments, self._state.ids, before=before)
        except InvalidBlocks as refused:
            readers = self._state.people_in(channel) if reader is None else [reader]
            self._state.tell_invalid(readers, channel.id, refused.problems, arguments.get("blocks"))
            raise

    def say(self, user: str, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        """A person's own message."""
        content = Content(text=text, blocks=[])
        return self._add(
            Message(
                channel=channel.id,
                ts=self._state.next_ts(),
                user=user,
                content=content,
                team_id=self._state.workspace.user(user).team_id,
                thread_ts=self._thread_of(channel, thread_ts),
            )
        )

    def post(
        self, content: Content, channel: Channel, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Message:
        """The bot's message, for everyone in the channel."""
        message = self._of_bot(content, channel)
        message.thread_ts = self._thread_of(channel, thread_ts)
        message.broadcast = broadcast and message.thread_ts is not None
        return self._add(message)

    def whisper(self, content: Content, channel: Channel, reader: str, *, thread_ts: str | None = None) -> Message:
        """The bot's ephemeral message: told to its reader once, and gone when they reload."""
        message = self._of_bot(content, channel)
        message.reader = reader
        message.thread_ts = thread_ts
        return self._add(message)

    def change(self, message: Message, content: Content) -> None:
        message.content = content
        message.edited_ts = self._state.next_ts()
        self._tell(message, "changed")

    def delete(self, message: Message) -> None:
        self._state.messages.remove(message)
        self._state.feed.tell(self._readers(message), {"type": "deleted", "channel": message.channel, "ts": message.ts})
        self._tell_parent(message)

    def as_ui(self, message: Message) -> Json:
        """A message as the page draws it."""
        return {
            "channel": message.channel,
            "ts": message.ts,
            "thread_ts": message.thread_ts if message.is_reply else None,
            "user": message.user,
            "text": message.content.text,
            "blocks": message.content.blocks,
            "attachments": message.content.attachments,
            "files": message.content.files,
            "edited": message.edited_ts is not None,
            "ephemeral": message.reader is not None,
            "broadcast": message.broadcast,
            "reactions": [],
            "reply_count": len(self._state.messages.replies(message.channel, message.ts)),
        }

    def _of_bot(self, content: Content, channel: Channel) -> Message:
        bot = self._state.workspace.bot
        return Message(
            channel=channel.id,
            ts=self._state.next_ts(),
            user=bot.user_id,
            content=content,
            bot_id=bot.bot_id,
            app_id=bot.app_id,
            team_id=self._state.workspace.team_id,
        )

    def _thread_of(self, channel: Channel, thread_ts: str | None) -> str | None:
        """Threads are one deep: a reply to a reply goes under the same parent."""
        if thread_ts is None:
            return None
        try:
            parent = self._state.messages.get(channel.id, thread_ts)
        except SlackError:
            raise SlackError("cannot_reply_to_message") from None
        return parent.thread_ts if parent.is_reply else parent.ts

    def _add(self, message: Message) -> Message:
        self._state.messages.add(message)
        self._tell(message, "message")
        self._tell_parent(message)
        return message

    def _readers(self, message: Message) -> list[str]:
        if message.reader is not None:
            return [message.reader]
        return self._state.people_in(self._state.workspace.channels[message.channel])

    def _tell(self, message: Message, kind: str) -> None:
        self._state.feed.tell(self._readers(message), {"type": kind, "message": self.as_ui(message)})

    def _tell_parent(self, message: Message) -> None:
        """A thread's parent shows how many replies it has."""
        if not message.is_reply or message.reader is not None or message.thread_ts is None:
            return
        try:
            parent = self._state.messages.get(message.channel, message.thread_ts)
        except SlackError:
            return  # the parent was deleted, its replies remain
        parent.thread_ts = parent.ts
        self._tell(parent, "changed")
