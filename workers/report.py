"""The report queue: what is read from Slack and RunPod for everybody, now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Final
from zoneinfo import available_timezones

import structlog

from pods.catalog import Part, read, unread
from pods.errors import ChatError, NeedsGraphql, NeedsRest, ProviderError, Retired
from pods.model import Cloud, Value
from pods.ports import Capability, PodProvider
from pods.store.people import Groups
from workers.context import Context, current
from workers.edge import job
from workers.passes.outages import tell_notices
from workers.runway import tell_runway

log = structlog.get_logger()

#: People asked for at once; Slack allows about a hundred a minute.
MOST_NAMES: Final = 20
#: Slack's words for a group that is not there, or not any more.
NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})


@job()
def refresh_roles(period: str) -> None:
    """Read the members of the groups that carry roles or make teams; keep the old ones where Slack does not answer."""
    del period
    context = current()
    wanted = context.store.people.policy().groups
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
    account = None
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
    tell_notices(context, now)
    if account is not None or _never_says(context):
        tell_runway(context, account, now)


def _never_says(context: Context) -> bool:
    """Whether RunPod's API does not say the balance at all, rather than not now."""
    return Capability.ACCOUNT not in context.provider.capabilities()


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


@job()
def read_catalog(period: str) -> None:
    """Read every part of the catalog. One that cannot be read keeps what it last was, with its age and the reason."""
    del period
    context = current()
    for part, read_part in _PARTS.items():
        now = context.clock.now()
        try:
            values = tuple(read_part(context.provider))
        except NeedsRest as error:
            context.store.catalog.change(partial(unread, part=part, why=error.sentence), now)
        except ProviderError as error:
            log.warning("catalog.unread", part=part.value, error=type(error).__name__, detail=error.detail)
            context.store.catalog.change(partial(unread, part=part, why=error.sentence), now)
        else:
            context.store.catalog.change(partial(read, part=part, values=values, at=now), now)


_PARTS: Final[dict[Part, Callable[[PodProvider], Iterable[Value]]]] = {
    Part.GPU_TYPES: lambda provider: provider.gpu_types(),
    Part.COMMUNITY: lambda provider: provider.gpu_types(cloud=Cloud.COMMUNITY),
    Part.CPU_TYPES: lambda provider: provider.cpu_types(),
    Part.DATA_CENTERS: lambda provider: provider.data_centers(),
    Part.NETWORK_VOLUMES: lambda provider: provider.network_volumes(),
    Part.TEMPLATES: lambda provider: provider.templates(),
}


@job()
def refresh_person(user: str) -> None:
    """Learn a person's time zone, for the times they read and write, and the name by which charts call them."""
    context = current()
    try:
        profile = context.chat.profile(user)
    except ChatError as error:
        log.info("person.unread", code=error.code)
        return
    if profile.zone in available_timezones():
        context.store.people.save_zone(user, str(profile.zone))
    if profile.name:
        context.store.people.save_name(user, profile.name)


@job()
def learn_names(period: str) -> None:
    """Learn what Slack calls the owners of pods, for where a mention cannot stand. Who is known is not asked again."""
    del period
    store = current().store
    owners = {facts.owner.user for facts in store.fleet.facts().values() if facts.owner and facts.owner.user}
    known = store.people.names(owners)
    for user in sorted(owners - known.keys())[:MOST_NAMES]:
        refresh_person(user)
