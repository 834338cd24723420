"""The budgets' part of a poll: now and then the sums are reckoned anew, and every mark that was reached is told once.

The record of sums is what the bot and the workers hold starts against; it is as old as the list it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.views import budgets as views
from pods.budgets import Budget, Notice, Scope, Told, noticed
from pods.ledger.entries import Entry
from pods.ledger.sightings import SubjectKind
from pods.ledger.totals import Dimension, Total, totals
from pods.ledger.whose import THE_TEAM
from pods.messages import Message, card
from pods.policy import Kind
from pods.routing import targets
from pods.rulings import SPENDING
from pods.spending import Spending, pots, reckoned
from pods.store.books import month_to_date
from pods.store.commit import Commit
from workers.context import Context
from workers.gates import wake_message
from workers.passes.look import Look

#: Sums are reckoned again when they are older than this.
EVERY: Final = timedelta(minutes=3)
#: So many of those who spent most are named in a notice.
NAMED: Final = 3


def budgets(context: Context, look: Look) -> None:
    """Without a complete list nothing is reckoned: what was not seen is not nothing."""
    store = context.store
    zone = store.people.policy().tz
    listed_at = store.ledger.watching().listed.get(SubjectKind.POD)
    if listed_at is None or not _due(store.spending.get(SPENDING), listed_at, look.now, zone):
        return
    books = month_to_date(store, zone, look.now)
    made = reckoned(books, look.now, zone).model_copy(update={"at": listed_at})
    written = store.spending.change(SPENDING, lambda known: _newer(known, made), look.now)
    for pot in pots(store.people.policy().budget, written, look.now, zone):
        _tell(context, pot, books, look.now)


def _due(known: Spending | None, listed_at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Old, or of another day or zone. A budget that is new in the policy is told of with the next sums."""
    if known is None or known.zone != zone.key or listed_at - known.at >= EVERY:
        return True
    return known.day != now.astimezone(zone).date()


def _newer(known: Spending | None, made: Spending) -> Spending:
    """Of two watchers at once, the one who saw more."""
    return known if known is not None and known.at > made.at and known.zone == made.zone else made


def _tell(context: Context, pot: Budget, books: Sequence[Entry], now: datetime) -> None:
    """Decided upon the record of what was told, so that two watchers tell it once."""
    notices: list[Notice | None] = [None]
    told: list[Message] = []

    def decide(before: Told | None) -> Told | None:
        after, notices[0] = noticed(before, pot)
        return after

    def also(commit: Commit, _: Told) -> None:
        told[:] = _messages(context, notices[0], books, now) if notices[0] is not None else ()
        for message in told:
            commit.tell(message)

    context.store.budgets_told.change(pot.key, decide, now, also)
    for message in told:
        wake_message(context, message.key)


def _messages(context: Context, notice: Notice, books: Sequence[Entry], now: datetime) -> Iterator[Message]:
    """To where costs are told, and to the owner whose budget it is. Said once, so it says what was so then."""
    people, pot = context.store.people, notice.budget
    policy = people.policy()
    mark = "unknown" if notice.percent is None else str(notice.percent)
    part = f"{pot.window.start.astimezone(policy.tz).date()}-{mark}-{pot.rule.amount}"
    said = views.notice(notice, _most(pot, books, policy.tz), now=now, tz=policy.tz)
    admin = next(iter(people.holders().admins), "")
    places = [(channel, admin) for channel in targets(Kind.COST, "", policy)]
    if pot.rule.scope is Scope.OWNER and pot.holder != THE_TEAM:
        places.append(("", pot.holder))
    for channel, user in places:
        message = card("budget", pot.key, user=user, now=now, channel=channel, part=part)
        yield message.model_copy(update={"content": said})


def _most(pot: Budget, books: Sequence[Entry], zone: ZoneInfo) -> tuple[Total, ...]:
    """Who spent most of it; of an owner's own budget, their dearest pods."""
    by = Dimension.SUBJECT if pot.rule.scope is Scope.OWNER else Dimension.OWNER
    paid = [entry for entry in books if pot.window.holds(entry.hour) and pot.pays_for(entry.labels)]
    return totals(paid, by, zone)[:NAMED]
