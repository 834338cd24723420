"""The report queue: what is read from Slack for everybody, now and then."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from zoneinfo import available_timezones

import structlog

from pods.errors import ChatError, NeedsGraphql, ProviderError, Retired
from pods.store.people import Groups
from workers.context import Context, current
from workers.edge import job

log = structlog.get_logger()

#: Slack's words for a group that is not there, or not any more.
NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})


@job()
def refresh_roles(period: str) -> None:
    """Read the members of the user groups that carry roles; keep the old ones where Slack does not answer."""
    del period
    context = current()
    wanted = context.store.people.policy().roles.groups
    if wanted:
        _refresh(context, wanted)


def _refresh(context: Context, wanted: frozenset[str]) -> None:
    now = context.clock.now()
    known = context.store.people.groups()
    members: dict[str, tuple[str, ...]] = {}
    trouble = ""
    for group in sorted(wanted):
        try:
            members[group] = tuple(context.chat.group_members(group))
        except ChatError as error:
            log.warning("roles.unread", group=group, code=error.code, detail=error.detail)
            trouble = error.sentence
            if error.code not in NO_SUCH_GROUP:
                if known is not None:
                    context.store.people.save_groups(known.model_copy(update={"trouble": trouble}), now)
                return
            # For good: its members are none, and the other groups are not held up by it.
            members[group] = ()
    context.store.people.save_groups(Groups(members=members, read_at=now, trouble=trouble), now)


@job()
def read_account(period: str) -> None:
    """Ask GraphQL for the balance: what it says, or that it no longer answers, is what health tells of it."""
    del period
    context = current()
    now = context.clock.now()
    report = context.store.clockwork.report
    try:
        account = context.provider.account()
    except Retired:
        report("graphql", now, state="retired")
    except NeedsGraphql:
        report("graphql", now, state="off")
    except ProviderError as error:
        log.warning("account.unread", error=type(error).__name__, detail=error.detail)
        report("graphql", now, state="unknown", trouble=error.sentence)
    else:
        report("graphql", now, state="on", balance=_plain(account.balance), burn=_plain(account.spend_per_hour))


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


@job()
def refresh_person(user: str) -> None:
    """Learn a person's time zone, for the times they read and write."""
    context = current()
    try:
        zone = context.chat.user_zone(user)
    except ChatError as error:
        log.info("person.unread", code=error.code)
        return
    if zone in available_timezones():
        context.store.people.save_zone(user, str(zone))
