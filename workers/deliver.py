"""The deliver queue: bring one message up to what is true now.

Rendered from the latest records, sent only if there is more to tell than was told, paced by what Slack asks. A process
that dies between Slack's answer and our write leaves `posting_since` behind: the next delivery looks into the channel
once for our metadata before it posts again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.views import repeated
from pods.errors import ChatError, ChatRateLimited
from pods.messages import Content, Message, Road, Target
from pods.store.outbox import Draft, TakenOver
from workers import content
from workers.context import Context, current
from workers.edge import job

log = structlog.get_logger()

#: Name of the metadata that carries our message key.
METADATA: Final = "podkeeper_message"
BACKOFF: Final = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 30, 60))
MAX_TRIES: Final = 40
#: What belongs into a thread waits so long for the message that the thread hangs on.
PARENT_RETRY: Final = timedelta(seconds=2)
WAIT_FOR_PARENT: Final = timedelta(minutes=10)
#: About one message a second and channel is what Slack allows.
PACE_S: Final = 1.0

#: Slack, or the way to it, is away: nothing is learned about the message, so it is tried for a day.
OUTAGE: Final = frozenset(
    {"unreachable", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
OUTLAST: Final = timedelta(days=1)
#: A message that cannot be rendered this often is told as an error of ours.
MAX_FAULTS: Final = 2
#: Slack's words for "no road leads there".
UNREACHABLE: Final = frozenset(
    {
        "not_in_channel",
        "user_not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "no_permission",
    }
)
#: The message we would edit is not there to edit.
UNEDITABLE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
#: We may not read the channel, and shall not be allowed to in a minute either.
UNREADABLE: Final = UNREACHABLE | {"missing_scope", "not_allowed_token_type", "thread_not_found", "access_denied"}
#: response_url used up or too old.
SPENT: Final = frozenset({"used_url", "expired_url", "invalid_url"})
#: Old clients and phased roll-outs refuse blocks that others take.
PLAIN_INSTEAD: Final = frozenset({"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"})


def _tell_fault(key: str, error_id: str) -> None:
    """A delivery that fails for a reason of ours is tried again, and in the end says so."""
    context = current()
    with _taken(context, key) as draft:
        if draft is None:
            return
        now, tries = context.clock.now(), draft.message.tries
        if tries < MAX_FAULTS:
            later = draft.message.model_copy(update={"tries": tries + 1})
            context.store.outbox.later(draft, later, now + BACKOFF[tries], now)
        else:
            _tell(context, draft, content.unwritten(error_id), now)


@job(on_fault=_tell_fault)
def deliver(key: str) -> None:
    context = current()
    with _taken(context, key) as draft:
        if draft is not None:
            _deliver(context, draft)


@contextmanager
def _taken(context: Context, key: str) -> Iterator[Draft | None]:
    """The message in our hands. Should another delivery take it out of them, the latest is told once more."""
    draft = context.store.outbox.take(key)
    if draft is None:
        yield None
        return
    try:
        with structlog.contextvars.bound_contextvars(message=key, kind=draft.message.kind.value):
            yield draft
    except TakenOver:
        # What this one sent last may be older than what the other one sent.
        context.store.outbox.want(key, context.clock.now())
        raise
    finally:
        context.store.outbox.release(draft)


def _deliver(context: Context, draft: Draft) -> None:
    now = context.clock.now()
    message = draft.message
    if draft.wanted <= message.sent:
        context.store.outbox.finish(draft, message, now)
        return
    placed = _placed(context, message, now)
    if placed is None:
        context.store.outbox.later(draft, message, now + PARENT_RETRY, now)
        return
    message = placed
    draft = replace(draft, message=placed)
    paused = context.store.outbox.paused_for(message.target.channel)
    if paused is not None:
        context.store.outbox.later(draft, message, now + paused, now)
        return
    rendered = content.render(context, message, now)
    if rendered is None:
        log.error("message.nothing_to_say")
        context.store.outbox.give_up(draft, now)
        return
    _tell(context, draft, rendered, now)


def _placed(context: Context, message: Message, now: datetime) -> Message | None:
    """The message with its place in another one's thread, once that one stands; None: not yet.

    Where the other one cannot be told at all, this one is told on its own.
    """
    if message.under is None or message.target.thread_ts is not None or message.target.ts is not None:
        return message
    parent = context.store.outbox.get(message.under)
    if parent is not None and parent.target.ts is not None:
        target = Target(channel=parent.target.channel, thread_ts=parent.target.ts)
        return message.model_copy(update={"target": target, "direct": False})
    if parent is not None and now - message.created_at < WAIT_FOR_PARENT:
        return None
    return message


def _tell(context: Context, draft: Draft, rendered: Content, now: datetime) -> None:
    try:
        draft, sent = _send(context, draft, rendered, now)
    except _Failed as failed:
        _failed(context, failed)
        return
    context.store.outbox.finish(draft, sent, context.clock.now())
    context.store.clockwork.count("message_sent")


def _before_sending(context: Context, draft: Draft) -> None:
    """A delivery that was only slow must not speak after its successor. Raises when it has one."""
    if not context.store.outbox.still_ours(draft):
        raise TakenOver(draft.message.key)


class _Failed(Exception):
    """Slack's answer together with the draft as last written."""

    def __init__(self, draft: Draft, cause: ChatError) -> None:
        super().__init__(cause.code)
        self.draft = draft
        self.cause = cause


def _send(context: Context, draft: Draft, rendered: Content, now: datetime) -> tuple[Draft, Message]:
    message = draft.message
    _before_sending(context, draft)
    try:
        match message.road(now):
            case Road.UPDATE:
                return _edit(context, draft, rendered)
            case Road.POST | Road.DM:
                return _post(context, draft, rendered, now)
            case Road.RESPOND:
                return _respond(context, draft, rendered, now)
            case Road.PUBLISH:
                context.chat.publish_home(message.user, {"type": "home", "blocks": list(rendered.blocks)})
                return draft, message
            case Road.EPHEMERAL:
                context.chat.ephemeral(
                    message.target.channel,
                    message.user,
                    text=rendered.text,
                    blocks=rendered.blocks,
                    thread_ts=message.target.thread_ts,
                )
                return draft, message
    except ChatError as error:
        raise _Failed(draft, error) from error


def _edit(context: Context, draft: Draft, rendered: Content) -> tuple[Draft, Message]:
    target = draft.message.target
    _before_sending(context, draft)
    try:
        context.chat.update(target.channel, str(target.ts), text=rendered.text, blocks=rendered.blocks)
    except ChatError as error:
        raise _Failed(draft, error) from error
    return draft, draft.message


def _post(context: Context, draft: Draft, rendered: Content, now: datetime) -> tuple[Draft, Message]:
    message = draft.message
    target = message.target
    if message.road(now) is Road.DM:
        target = Target(channel=context.chat.open_dm(message.user))
    found = _already_there(context, message, target) if message.posting_since is not None else False
    if isinstance(found, str):
        standing = message.model_copy(update={"target": _at(target, target.channel, found), "posting_since": None})
        return _edit(context, context.store.outbox.save(draft, standing, now), rendered)
    # Until Slack has said where it stands, a post may stand that we do not know of.
    doubt = message.posting_since if found is None else None
    draft = context.store.outbox.save(draft, message.model_copy(update={"posting_since": now}), now)
    rendered = repeated(rendered) if doubt else rendered
    _before_sending(context, draft)
    try:
        posted = context.chat.post(
            target.channel,
            text=rendered.text,
            blocks=rendered.blocks,
            thread_ts=target.thread_ts,
            metadata={"event_type": METADATA, "event_payload": {"key": message.key}},
        )
    except ChatError as error:
        raise _Failed(draft if error.maybe_sent else _doubting(draft, doubt), error) from error
    context.store.outbox.pause(target.channel, PACE_S)
    return draft, draft.message.model_copy(update={"target": _at(target, posted.channel, posted.ts)})


def _doubting(draft: Draft, since: datetime | None) -> Draft:
    """The draft after a post that Slack refused: what was doubtful before still is."""
    return replace(draft, message=draft.message.model_copy(update={"posting_since": since}))


def _at(target: Target, channel: str, ts: str) -> Target:
    return target.model_copy(update={"channel": channel, "ts": ts})


def _already_there(context: Context, message: Message, target: Target) -> str | bool | None:
    """The ts of a post that was begun and never heard of; False: it is not there; None: we may not look.

    Raises ChatError when Slack does not answer now: then nothing is posted before it does.
    """
    since = (message.posting_since or message.created_at) - timedelta(minutes=1)
    try:
        return context.chat.find(target.channel, key=message.key, since=since, thread_ts=target.thread_ts) or False
    except ChatError as error:
        if error.code not in UNREADABLE:
            raise
        log.info("history.unread", code=error.code)
        return None


def _respond(context: Context, draft: Draft, rendered: Content, now: datetime) -> tuple[Draft, Message]:
    message = draft.message
    used = message.model_copy(update={"response_uses": message.response_uses + 1})
    draft = context.store.outbox.save(draft, used, now)
    _before_sending(context, draft)
    try:
        context.chat.respond(
            str(message.response_url),
            text=rendered.text,
            blocks=rendered.blocks,
            replace=message.sent > 0 or message.replaces,
            in_channel=message.public,
        )
    except ChatError as error:
        raise _Failed(draft, error) from error
    return draft, draft.message


def _failed(context: Context, failed: _Failed) -> None:
    now = context.clock.now()
    draft, message, cause = failed.draft, failed.draft.message, failed.cause
    log.warning("message.unsent", code=cause.code, detail=cause.detail, tries=message.tries)
    if isinstance(cause, ChatRateLimited):
        context.store.outbox.pause(message.target.channel, cause.retry_after_s)
        context.store.outbox.later(draft, message, now + timedelta(seconds=cause.retry_after_s), now)
        return
    if message.tries >= MAX_TRIES and not _worth_waiting(message, cause, now):
        log.error("message.given_up", code=cause.code)
        context.store.clockwork.count("message_given_up")
        context.store.outbox.give_up(draft, now)
        return
    if message.copied and cause.code in UNREACHABLE:
        # Its asker reads the message itself; a direct message would tell them the same again.
        log.warning("copy.unreachable", channel=message.target.channel, code=cause.code)
        context.store.outbox.give_up(draft, now)
        return
    after = _other_road(message, cause, now)
    wait = timedelta(0) if after.road(now) is not message.road(now) else BACKOFF[min(message.tries, len(BACKOFF) - 1)]
    context.store.outbox.later(draft, after.model_copy(update={"tries": message.tries + 1}), now + wait, now)


def _worth_waiting(message: Message, cause: ChatError, now: datetime) -> bool:
    """Whether Slack is away, and the message is one that does no harm when it was taken after all."""
    away = cause.maybe_sent or cause.code in OUTAGE
    return away and message.road(now) is not Road.EPHEMERAL and now - message.created_at < OUTLAST


def _other_road(message: Message, cause: ChatError, now: datetime) -> Message:
    """The message with what this failure taught about its roads."""
    changes: dict[str, object] = {}
    if cause.code in UNREACHABLE:
        # A message that stands where we can no longer edit it must be told elsewhere.
        changes["not_in_channel"] = True
        changes["target"] = message.target.model_copy(update={"ts": None})
    if cause.code in UNEDITABLE:
        changes["target"] = message.target.model_copy(update={"ts": None})
    if cause.code in SPENT:
        changes["response_url"] = None
    if cause.code in PLAIN_INSTEAD:
        changes["plain"] = True
    if message.road(now) is Road.RESPOND and not cause.maybe_sent and cause.code not in PLAIN_INSTEAD:
        changes["response_url"] = None
    return message.model_copy(update=changes)
