"""The report queue: the summaries, each once per period whoever runs the clock, and once after a downtime.

What was told last, the summary itself and its messages are one commit: a process that dies before it tells nothing, and
the next minute's job tells it; after it, the outbox holds the messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from pods.errors import ChatError
from pods.ledger.entries import Entry
from pods.ledger.rates import rates
from pods.ledger.runway import Runway, runway
from pods.ledger.savings import Saving, StopByBot, actions
from pods.ledger.totals import Window
from pods.messages import Message, card
from pods.policy import Kind, Policy
from pods.routing import targets
from pods.spending import pots
from pods.store.books import books
from pods.store.commit import Commit
from pods.summary import Edition, Figures, Printed, books_from, summary
from pods.summary_rules import CARD, Told, due, summed_up, told
from pods.sweeping import swept
from pods.times import from_ms
from workers import csvs
from workers.context import Context, current
from workers.edge import job

log = structlog.get_logger()

#: A balance older than this says nothing of how long it lasts.
FRESH: Final = timedelta(minutes=45)
#: People whose names are asked for at once.
NAMES: Final = 20


@job()
def tell(period: str) -> None:
    """Tell every edition whose newest period has come and was not told."""
    del period
    context = current()
    csvs.resume(context)
    rule = context.store.people.policy().summary
    for edition in Edition:
        if rule.wanted(edition):
            _tell(context, edition)


def _tell(context: Context, edition: Edition) -> None:
    policy, now = context.store.people.policy(), context.clock.now()
    due_on = due(policy.summary, edition, now, policy.tz)
    before = context.store.summaries_told.get(edition.value)
    after, wanted = told(before, due_on)
    if after is before:
        return
    printed = dict(_printed(context, edition, due_on, policy, now)) if wanted else {}
    messages = [message for each in printed for message in _messages(context, each, printed[each], policy, now)]

    def also(commit: Commit, _: Told) -> None:
        for name, each in printed.items():
            context.store.summaries.put_in(commit, name, each, was=context.store.summaries.get(name))
        for message in messages:
            commit.tell(message)

    context.store.summaries_told.change(edition.value, lambda known: told(known, due_on)[0], now, also)
    log.info("summary.told", edition=edition.value, day=due_on.isoformat(), messages=len(messages))


def _printed(
    context: Context, edition: Edition, due_on: date, policy: Policy, now: datetime
) -> Iterator[tuple[str, Printed]]:
    """The account's, and one for each who wants their own; by id."""
    day, zone = summed_up(edition, due_on), policy.tz
    entries = books(context.store, Window(start=books_from(day, zone), end=now), zone, now)
    figures = _figures(context, entries, policy, zone, now)
    owners: list[str | None] = [None, *(policy.summary.personal if edition is Edition.DAILY else ())]
    for owner in owners:
        made = summary(edition, day, entries, figures, owner=owner)
        people = [row.key for row in made.by_owner.rows if row.key]
        gpus = [row.key for row in made.by_gpu.rows if row.key]
        catalog = context.store.catalog.load()
        yield (
            _id(edition, due_on, owner),
            Printed(
                summary=made,
                people=names(context, people),
                gpus={gpu: catalog.gpu_name(gpu) for gpu in gpus if catalog.gpu(gpu)},
            ),
        )


def _id(edition: Edition, due_on: date, owner: str | None) -> str:
    return "-".join(filter(None, (edition.value, due_on.isoformat(), owner)))


def _messages(context: Context, name: str, printed: Printed, policy: Policy, now: datetime) -> Iterator[Message]:
    owner = printed.summary.owner
    if owner is not None:
        yield card(CARD, name, user=owner, now=now)
        return
    admin = next(iter(context.store.people.holders().admins), "")
    for channel in policy.summary.channels or targets(Kind.COST, "", policy):
        yield card(CARD, name, user=admin, now=now, channel=channel)


def _figures(context: Context, entries: Sequence[Entry], policy: Policy, zone: ZoneInfo, now: datetime) -> Figures:
    store = context.store
    return Figures(
        now=now,
        zone=zone,
        known=store.ledger.days(),
        budgets=pots(policy.budget, store.spending.get("now"), now, zone),
        runway=account_runway(store.clockwork.reports().get("graphql", {}), now),
        stops=tuple(_stops(context, entries)),
        actions=_actions(context, entries, policy, now),
    )


def account_runway(report: dict[str, Any], now: datetime) -> Runway | None:
    """By what RunPod last said of balance and burn, if that is not long ago; None: not known."""
    if report.get("balance") is None or report.get("burn") is None or now - from_ms(report["at"]) > FRESH:
        return None
    return runway(Decimal(report["balance"]), Decimal(report["burn"]), now)


def _stops(context: Context, entries: Sequence[Entry]) -> Iterator[StopByBot]:
    """What the ladder stopped, at what it had cost an hour before."""
    per_hour = _last_rates(entries)
    for stop in context.store.auto_stops.all().values():
        if stop.pod_id in per_hour:
            yield StopByBot(pod_id=stop.pod_id, at=stop.at, until=stop.restarted_at, per_hour=per_hour[stop.pod_id])


def _last_rates(entries: Sequence[Entry]) -> dict[str, Decimal]:
    """USD per hour while it last ran, less what its disk costs stopped."""
    newest: dict[str, Entry] = {}
    for entry in entries:
        known = newest.get(entry.id)
        if entry.running_ms and (known is None or entry.hour > known.hour):
            newest[entry.id] = entry
    return {
        pod_id: (each.estimate.compute + each.estimate.container_disk - each.estimate.volume_disk)
        * 3_600_000
        / each.running_ms
        for pod_id, each in newest.items()
    }


def _actions(context: Context, entries: Sequence[Entry], policy: Policy, now: datetime) -> tuple[Saving, ...]:
    store = context.store
    facts = store.fleet.facts()
    owners = {pod_id: each.owner.user for pod_id, each in facts.items() if each.owner and each.owner.user}
    return actions(
        store.fleet.load().pods,
        entries,
        swept(store, now),
        store.catalog.load().gpu_types,
        owners=owners,
        rates=rates(policy.rates),
        now=now,
    )


def names(context: Context, people: Sequence[str]) -> dict[str, str]:
    """What Slack calls them; who is not known yet is asked for now. A summary does not wait for Slack."""
    known = context.store.people.names(people)
    for user in [each for each in people if each not in known and each[:1] in {"U", "W"}][:NAMES]:
        try:
            name = context.chat.profile(user).name
        except ChatError as error:
            log.info("person.unread", code=error.code)
            return known
        if name:
            context.store.people.save_name(user, name)
            known[user] = name
    return known
