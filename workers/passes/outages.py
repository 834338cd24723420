"""RunPod's outages, and what its APIs say of themselves: one banner, one end, each notice once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from bot.views.notices import notice
from pods import outages as domain
from pods.ids import derived_id
from pods.outages import Outage
from pods.policy import Kind
from pods.store.commit import Commit
from pods.store.told import tell_card, tell_words
from workers.context import Context
from workers.passes.look import Look
from workers.places import people, places

log = structlog.get_logger()

#: The names of its messages.
BANNER: Final = "outage"
END: Final = "outage-end"


def outages(context: Context, look: Look) -> None:
    """Told from the snapshot, so that every watcher tells the same."""
    tell_notices(context, look.now)
    if look.healthy:
        for outage in context.store.outages.all().values():
            if outage.ended_at is None and look.after.listed_at is not None:
                _end(context, outage, look)
    elif domain.due(look.after, look.now):
        _begin(context, look)


def _begin(context: Context, look: Look) -> None:
    policy, now = context.store.people.policy(), look.now
    where = places(context.store, policy, now, Kind.NOTICES, Kind.LOSSES)
    fallback = next(iter(people(context.store, policy, now)), "")
    drafted = domain.begun(look.after, places=where, fallback=fallback)

    def tell(commit: Commit, after: Outage) -> None:
        tell_card(commit, BANNER, after.id, after.places, after.fallback)

    after = context.store.outages.change(drafted.id, lambda known: known or drafted, now, tell)
    if after is not None and after.version == 1:
        log.warning("outage.told", since=str(after.since))


def _end(context: Context, outage: Outage, look: Look) -> None:
    def tell(commit: Commit, after: Outage) -> None:
        """The banner is edited, which notifies nobody; the end is a message of its own."""
        tell_card(commit, BANNER, after.id, after.places, after.fallback)
        tell_card(commit, END, after.id, after.places, after.fallback)

    context.store.outages.change(
        outage.id, lambda known: domain.ended(known, look.after, look.now) if known else None, look.now, tell
    )


def tell_notices(context: Context, now: datetime) -> None:
    """What RunPod's APIs say of themselves, such as that one was switched off: once in a month, whoever heard it."""
    for sentence in context.provider.notices():
        policy = context.store.people.policy()
        where = places(context.store, policy, now, Kind.NOTICES, Kind.LOSSES)
        fallback = next(iter(people(context.store, policy, now)), "")
        key = f"notice.{derived_id(sentence)}"
        if context.store.outbox.get(f"{key}.{where[0]}" if where else key) is not None:
            continue
        commit = Commit(context.store.keys, now)
        tell_words(commit, key, notice(sentence, key), where, fallback)
        context.store.outbox.run(commit)
