"""What people type: slash commands, and messages the bot hears of."""

from __future__ import annotations

from sim.slack import payloads
from sim.slack.escape import escaped
from sim.slack.messages import Message
from sim.slack.people.backstage import OK, Backstage, Outcome, refused
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import Channel


class Typing:
    def __init__(self, backstage: Backstage) -> None:
        self._on = backstage

    def command(self, user_id: str, channel_id: str, typed: str) -> Outcome:
        """A slash command, as typed. The ack's body, if any, is the visible answer."""
        state = self._on.state
        name, _, rest = typed.strip().partition(" ")
        with state.lock:
            user, channel = state.workspace.user(user_id), state.workspace.channel(channel_id)
            known = state.workspace.commands.get(name)
            if known is None:
                return self._on.failed(user_id, channel.id, f"{name} is not a valid command.", error="invalid_command")
            text = escaped(rest.strip(), state.workspace, labels=True) if known.should_escape else rest.strip()
            url = self._on.response_url(user_id, channel)
            payload = payloads.command(state, user, channel, name=name, text=text, response_url=url)
        result = self._on.delivery.send("slash_commands", payload)
        if not result.acked:
            return self._on.failed(user_id, channel.id, f'{name} failed with the error "dispatch_failed"')
        body = {"text": result.payload} if isinstance(result.payload, str) else result.payload
        return OK if not body else self._answered(body, channel, user_id, name)

    def say(self, user_id: str, channel_id: str, typed: str, thread_ts: str | None = None) -> Message:
        """A person's message. A mention of the bot, or a word in its DM, becomes an event."""
        state = self._on.state
        with state.lock:
            channel = state.workspace.channel(channel_id)
            if user_id not in channel.members:
                raise SlackError("not_in_channel")
            text = escaped(typed, state.workspace, labels=False)
            message = self._on.posting.say(user_id, channel, text, thread_ts)
            event = self._event(message, channel)
        if event is not None:
            self._on.delivery.send_event(event)
        return message

    def _answered(self, body: Json, channel: Channel, user_id: str, name: str) -> Outcome:
        with self._on.state.lock:
            try:
                self._on.answer(body, channel, user_id)
            except SlackError as problem:
                why = refused(problem)
                return self._on.failed(user_id, channel.id, f'{name} failed with the error "{why}"', error=why)
        return OK

    def _event(self, message: Message, channel: Channel) -> Json | None:
        workspace = self._on.state.workspace
        event: Json = {**message.as_json(), "channel": channel.id, "event_ts": message.ts, "client_msg_id": message.ts}
        if channel.kind == "dm":
            heard = "message.im" in workspace.bot_events
            return {**event, "channel_type": "im"} if heard else None
        mentioned = f"<@{workspace.bot.user_id}>" in message.content.text
        if mentioned and workspace.bot_is_in(channel) and "app_mention" in workspace.bot_events:
            return {**event, "type": "app_mention"}
        return None
