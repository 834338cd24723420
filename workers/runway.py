"""The balance's runway, told when it gets short: at once when it gets worse, then ever more often."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.views import runway as view
from pods.funds import Funds, burn_of, counted
from pods.ledger.runway import Level, Runway, RunwayNotice, RunwayTold, Word, runway, told
from pods.model import Account
from pods.oncall import on_call
from pods.policy import Kind
from pods.store.commit import Commit
from pods.store.told import tell_words
from workers.context import Context
from workers.places import people, places
from workers.zones import zone

#: The one record of an account.
BALANCE: Final = "balance"


def tell_runway(context: Context, account: Account | None, now: datetime) -> None:
    """`account` as RunPod just gave it; None: it does not say, so an operator's figure is gone by."""
    seen, funds = _seen(context, account, now)
    if not seen.known:
        return
    policy = context.store.people.policy()
    noticed: list[RunwayNotice | None] = []

    def decide(before: RunwayTold | None) -> RunwayTold:
        after, notice = told(before or RunwayTold(), seen, policy.runway)
        noticed[:] = [notice]
        return after

    def tell(commit: Commit, after: RunwayTold) -> None:
        notice = noticed[0]
        if notice is not None:
            _tell(context, commit, f"runway.{after.version}", notice, funds)

    context.store.runway.change(BALANCE, decide, now, tell)


def _seen(context: Context, account: Account | None, now: datetime) -> tuple[Runway, Funds | None]:
    burn = burn_of(context.store.fleet.load().pods)
    funds = context.store.funds.change(BALANCE, lambda known: counted(known, burn, now) if known else None, now)
    if account is not None and account.balance is not None:
        return runway(account.balance, account.spend_per_hour, now), None
    return runway(funds.left if funds else None, burn, now), funds


def _tell(context: Context, commit: Commit, key: str, notice: RunwayNotice, funds: Funds | None) -> None:
    """Low is for everybody; hours are for on-call."""
    now, policy = commit.now, context.store.people.policy()
    urgent = notice.word is Word.SHORT and notice.level >= Level.URGENT
    kinds = (Kind.LOSSES, Kind.NOTICES) if urgent else (Kind.NOTICES, Kind.LOSSES)
    where = places(context.store, policy, now, *kinds)
    fallback = next(iter(people(context.store, policy, now)), "")
    pods = context.store.fleet.load().pods
    shown = view.Told(runway=notice.runway, pods=pods, funds=funds, now=now, tz=zone(context, ""))
    if notice.word is Word.WELL_AGAIN:
        content = view.well_again(shown, key=key)
    else:
        called = on_call(policy.oncall, policy.tz, now)
        content = view.short(shown, notice.level, called, again=notice.again, key=key)
    tell_words(commit, key, content, where, fallback)
