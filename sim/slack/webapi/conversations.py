"""conversations.*: finding channels, and reading what is in them."""

from __future__ import annotations

from sim.slack.messages import Message
from sim.slack.webapi.method import Context, Method
from sim.slack.wire import Json, SlackError
from sim.slack.workspace import Channel


def _need(context: Context, channel: Channel, what: str) -> None:
    family = "im" if channel.kind == "dm" else "groups" if channel.is_private else "channels"
    context.need(f"{family}:{what}")


def _readable(context: Context) -> Channel:
    channel = context.channel()
    _need(context, channel, "history")
    if not context.state.workspace.bot_is_in(channel):
        raise SlackError("not_in_channel")
    return channel


def _in_range(context: Context, message: Message) -> bool:
    oldest, latest = context.optional("oldest"), context.optional("latest")
    inclusive, ts = context.flag("inclusive"), float(message.ts)
    after = oldest is None or ts > float(oldest) or (inclusive and ts == float(oldest))
    before = latest is None or ts < float(latest) or (inclusive and ts == float(latest))
    return after and before


def _shown(context: Context, message: Message) -> Json:
    body = message.as_json(with_metadata=context.flag("include_all_metadata"))
    replies = context.state.messages.replies(message.channel, message.ts)
    if replies:
        users = sorted({reply.user for reply in replies})
        body |= {"reply_count": len(replies), "reply_users": users, "latest_reply": replies[-1].ts}
    return body


def history(context: Context) -> Json:
    """Newest first, without the replies in threads."""
    channel = _readable(context)
    top = [m for m in context.state.messages.of(channel.id) if (not m.is_reply or m.broadcast)]
    chosen, metadata = context.page([m for m in reversed(top) if _in_range(context, m)])
    more = bool(metadata["next_cursor"])
    body: Json = {"messages": [_shown(context, m) for m in chosen], "has_more": more, "pin_count": 0}
    return body | ({"response_metadata": metadata} if more else {})


def replies(context: Context) -> Json:
    """A parent and its replies, oldest first."""
    channel = _readable(context)
    ts = context.required("ts", "thread_not_found")
    try:
        parent = context.state.messages.get(channel.id, ts)
    except SlackError:
        raise SlackError("thread_not_found") from None
    under = [m for m in context.state.messages.replies(channel.id, parent.ts) if _in_range(context, m)]
    chosen, metadata = context.page([parent, *under], default=1000)
    return {
        "messages": [_shown(context, m) for m in chosen],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def open_dm(context: Context) -> Json:
    users = [name.strip() for name in context.required("users", "users_list_not_supplied").split(",")]
    if len(users) > 1:
        context.need("mpim:write")
    channel = context.state.workspace.dm_of(context.state.workspace.user(users[0]).id)
    body: Json = {"id": channel.id}
    if context.flag("return_im"):
        body = channel.as_json(context.state.workspace.bot.user_id)
    return {"no_op": True, "already_open": True, "channel": body}


def info(context: Context) -> Json:
    channel = context.channel()
    _need(context, channel, "read")
    return {"channel": channel.as_json(context.state.workspace.bot.user_id)}


def list_all(context: Context) -> Json:
    kinds = (context.optional("types") or "public_channel").split(",")
    wanted = []
    for channel in context.state.workspace.channels.values():
        kind = "im" if channel.kind == "dm" else "private_channel" if channel.is_private else "public_channel"
        if kind in kinds:
            _need(context, channel, "read")
            wanted.append(channel)
    chosen, metadata = context.page(wanted)
    bot = context.state.workspace.bot.user_id
    return {"channels": [channel.as_json(bot) for channel in chosen], "response_metadata": metadata}


METHODS = {
    "conversations.history": Method(run=history, tier=3),
    "conversations.replies": Method(run=replies, tier=3),
    "conversations.open": Method(run=open_dm, tier=3, scope="im:write"),
    "conversations.info": Method(run=info, tier=3),
    "conversations.list": Method(run=list_all, tier=2),
}
