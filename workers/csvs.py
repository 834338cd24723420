"""The report queue: what was spent as a file, to the direct messages of whoever asked.

The wish is a record, so a process that dies only delays it: the next minute's job takes it up. One that dies between
Slack's taking the file and our noting it sends the file once more.
"""

from __future__ import annotations

from typing import Final

import structlog

from bot.views import csvs as csv_view
from pods.csv_wishes import CsvWish
from pods.errors import ChatError
from pods.jobs import Job
from pods.messages import Content, Message, MessageKind, Target
from pods.store.books import books
from pods.summary import table
from workers.context import Context, current
from workers.edge import job

log = structlog.get_logger()

#: Slack will not take it in a minute either.
FOR_GOOD: Final = frozenset({"missing_scope", "not_allowed_token_type", "file_uploads_disabled", "restricted_action"})


@job()
def write(wish_id: str) -> None:
    """Upload the table once; say so where it cannot be."""
    context = current()
    wish = context.store.csvs.get(wish_id)
    if wish is not None and not wish.done:
        _write(context, wish_id, wish)


def resume(context: Context) -> None:
    """Wake what is still wanted."""
    for wish_id, wish in context.store.csvs.all().items():
        if not wish.done:
            context.wake(Job.CSV, wish_id)


def _write(context: Context, wish_id: str, wish: CsvWish) -> None:
    policy, now = context.store.people.policy(), context.clock.now()
    entries = books(context.store, wish.days.window(policy.tz, now), policy.tz, now)
    theirs = [entry for entry in entries if wish.owner is None or entry.labels.owner == wish.owner]
    try:
        channel = context.chat.open_dm(wish.user)
        context.chat.upload(
            channel, filename=wish.filename, content=table(theirs, policy.tz), comment=csv_view.here(wish)
        )
    except ChatError as error:
        log.warning("csv.unsent", code=error.code, detail=error.detail)
        if error.code in FOR_GOOD or wish.late(now):
            _give_up(context, wish_id, wish, error)
        return
    _done(context, wish_id, None)


def _give_up(context: Context, wish_id: str, wish: CsvWish, error: ChatError) -> None:
    _done(context, wish_id, _apology(wish_id, wish, csv_view.cannot(wish, error.code)))


def _apology(wish_id: str, wish: CsvWish, content: Content) -> Message:
    return Message(
        key=f"csv.{wish_id}",
        kind=MessageKind.SHARED,
        user=wish.user,
        direct=True,
        target=Target(channel=""),
        created_at=wish.asked_at,
        content=content,
    )


def _done(context: Context, wish_id: str, message: Message | None) -> None:
    def done(known: CsvWish | None) -> CsvWish | None:
        return known if known is None or known.done else known.model_copy(update={"done": True})

    context.store.csvs.change(
        wish_id, done, context.clock.now(), lambda commit, _: commit.tell(message) if message else None
    )
