"""How long the balance lasts, whose figure that is, and which data goes when it is used up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at, per_hour, span
from bot.views.incident import mentions
from bot.views.layout import page, small
from bot.views.text import counted, listed, person, ref
from pods.funds import Funds
from pods.ledger.runway import Level, Runway, lost_at_zero, stopped_at_zero
from pods.messages import Content
from pods.model import Pod
from pods.money import dollars
from pods.oncall import OnCall

_NAMED: Final = 10
_WAY_OUT: Final = (
    "Add credit in RunPod's console (Billing). Stopping pods gains time: `/pod list running` has the dearest first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    runway: Runway
    pods: Sequence[Pod]
    #: Set where the balance is a person's figure.
    funds: Funds | None
    now: datetime
    tz: ZoneInfo


def short(told: Told, level: Level, on_call: OnCall, *, again: bool, key: str) -> Content:
    """The balance will not last, or is used up. On-call is called when it is hours."""
    calls = level >= Level.URGENT and not on_call.nobody
    called = f"On call: {mentions(on_call.users, on_call.group)}." if calls else ""
    still = "Still: " if again else ""
    return page([f"*Balance*: {still}{_head(told)}", _fate(told), _WAY_OUT, called, small(_source(told))], key=key)


def well_again(told: Told, *, key: str) -> Content:
    return page([f"*Balance*: well again. {_upper(_head(told))}", small(_source(told))], key=key)


def shown(told: Told) -> Content:
    """For who asks."""
    if not told.runway.known:
        return page(
            [
                "The balance is not known: RunPod's GraphQL API, the only one that says it, does not answer here.",
                "An admin can say it, and I count what is spent from then on: `/pod balance 500`.",
            ],
            key=f"balance.{int(told.now.timestamp())}",
        )
    fate = _fate(told) if told.runway.hours is not None else ""
    return page([_upper(_head(told)), fate, small(_source(told))], key=f"balance.{int(told.now.timestamp())}")


def _head(told: Told) -> str:
    runway = told.runway
    balance, burn = runway.balance or Decimal(0), runway.burn or Decimal(0)
    if balance <= 0:
        return f"{dollars(balance)} is left. RunPod stops or terminates every pod within minutes."
    if runway.empty_at is None:
        return f"{dollars(balance)} is left; at {per_hour(burn)} it lasts more than a year."
    lasts = span(runway.empty_at - told.now)
    return f"{dollars(balance)} is left; at {per_hour(burn)} it reaches $0 at {_at(told, runway.empty_at)}, in {lasts}."


def _fate(told: Told) -> str:
    lost, stopped = lost_at_zero(tuple(told.pods)), stopped_at_zero(tuple(told.pods))
    parts = []
    if lost:
        have = "has" if len(lost) == 1 else "have"
        parts.append(f"{counted(len(lost), 'pod')} {have} no network volume and would lose data: {_named(lost)}.")
    if stopped:
        parts.append(
            f"{counted(len(stopped), 'pod')} would be stopped, data kept on network volumes: {_named(stopped)}."
        )
    return f"Then RunPod takes the pods down. {' '.join(parts)}" if parts else ""


def _named(pods: Sequence[Pod]) -> str:
    named = [ref(pod) for pod in pods[:_NAMED]]
    more = len(pods) - len(named)
    return listed([*named, f"{more:,} more"] if more else named)


def _source(told: Told) -> str:
    funds = told.funds
    if funds is None:
        return f"Balance and burn are RunPod's own figures, of {_at(told, told.runway.at)}."
    set_ = f"{person(funds.by)} set it to {dollars(funds.amount)} at {_at(told, funds.at)}"
    return f"An estimate: {set_}, and I count what the pods cost since. Network volumes and top-ups are not in it."


def _at(told: Told, moment: datetime) -> str:
    return at(moment, told.now, told.tz)


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
