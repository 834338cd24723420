"""chat.*: writing, changing and removing messages."""

from __future__ import annotations

from sim.slack.messages import Message
from sim.slack.webapi.method import Context, Method
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import Channel


def _target(context: Context) -> Channel:
    """The channel to write in; a person's id means their DM with the bot."""
    name = context.required("channel", "channel_not_found")
    workspace = context.state.workspace
    channel = workspace.dm_of(name) if name in workspace.users else workspace.channel(name)
    may_enter = not channel.is_private and "chat:write.public" in workspace.scopes
    if not workspace.bot_is_in(channel) and not may_enter:
        raise SlackError("not_in_channel")
    return channel


def _own(context: Context, error: str) -> Message:
    channel = context.channel()
    message = context.state.messages.get(channel.id, context.required("ts", "message_not_found"))
    if message.user != context.state.workspace.bot.user_id:
        raise SlackError(error)
    return message


def post_message(context: Context) -> Json:
    channel = _target(context)
    content = context.posting.content(context.arguments, channel)
    message = context.posting.post(
        content,
        channel,
        thread_ts=context.optional("thread_ts"),
        broadcast=context.flag("reply_broadcast"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def update(context: Context) -> Json:
    message = _own(context, "cant_update_message")
    channel = context.state.workspace.channels[message.channel]
    context.posting.change(message, context.posting.content(context.arguments, channel, before=message.content))
    return {"channel": channel.id, "ts": message.ts, "text": message.content.text, "message": message.as_json()}


def delete(context: Context) -> Json:
    message = _own(context, "cant_delete_message")
    context.posting.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(context: Context) -> Json:
    reader = context.required("user", "user_not_found")
    channel = context.channel()
    if not context.state.workspace.bot_is_in(channel):
        raise SlackError("not_in_channel")
    context.state.workspace.user(reader)
    if reader not in channel.members:
        raise SlackError("user_not_in_channel")
    content = context.posting.content(context.arguments, channel, reader=reader)
    message = context.posting.whisper(content, channel, reader, thread_ts=context.optional("thread_ts"))
    return {"message_ts": message.ts}


METHODS = {
    "chat.postMessage": Method(run=post_message, tier=None, scope="chat:write", paced=True),
    "chat.update": Method(run=update, tier=3, scope="chat:write"),
    "chat.delete": Method(run=delete, tier=3, scope="chat:write"),
    "chat.postEphemeral": Method(run=post_ephemeral, tier=4, scope="chat:write"),
}
