"""Budgets: a mark that was reached, and `/pod budget`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.views.figures import at, per_hour, span
from bot.views.layout import Said, page, small
from bot.views.prices import capital
from bot.views.text import code, listed, person, pod_ref, prose
from pods.approvals import pot_words
from pods.budgets import EACH, ApprovalRule, Budget, Notice, Period, Scope, Then
from pods.ledger.totals import Total
from pods.ledger.whose import THE_TEAM
from pods.messages import Content
from pods.money import dollars
from pods.spending import Spending

_POTS = 20
_THEN = {
    Then.TELL: "creates and starts go on",
    Then.REQUIRE_APPROVAL: "every create and start it pays for needs a second person's approval",
    Then.REFUSE: "every create and start it pays for is refused",
}


def notice(told: Notice, most: Sequence[Total], *, now: datetime, tz: ZoneInfo) -> Content:
    """A mark was reached, or the sum cannot be reckoned. What runs goes on either way."""
    pot = told.budget
    return page(
        [
            _spaced(_headline(pot, now), _follows(pot)),
            _most(pot, most),
            small(_spaced(_period(pot, now, tz), _estimated(pot), "`/pod budget` shows how it stands.")),
        ],
        key=f"budget.{pot.window.start:%m%d}.{told.percent}",
    )


def _headline(pot: Budget, now: datetime) -> str:
    whose = capital(name(pot))
    if pot.spent is None or pot.percent is None:
        return (
            f"{whose}: what is spent is not known, because RunPod never said the price of something it paid for. "
            f"Of {dollars(pot.rule.amount)} it counts as all spent."
        )
    sums = f"{dollars(pot.spent)} of {dollars(pot.rule.amount)}"
    left = max(pot.window.end - now, timedelta(0))
    if pot.exhausted:
        return f"{whose} is spent: {sums} ({pot.percent} %), {span(left)} before {_next(pot)} begins."
    return f"{whose} is {pot.percent} % spent: {sums}, with {span(left)} of the {pot.rule.period.value} to go."


def _follows(pot: Budget) -> str:
    """What it means for work."""
    if pot.exhausted and pot.rule.then is Then.TELL:
        return "Nothing is stopped or refused for it."
    if pot.exhausted:
        return f"What runs goes on; from now on {_THEN[pot.rule.then]}."
    if pot.rule.then is Then.TELL:
        return ""
    return f"Once it is all spent, {_THEN[pot.rule.then]}."


def _most(pot: Budget, most: Sequence[Total]) -> str:
    rows = [row for row in most if row.usd]
    if not rows:
        return ""
    of_pods = pot.rule.scope is Scope.OWNER
    named = [pod_ref(row.name, row.key or "") if of_pods else _owner(row.key) for row in rows]
    shares = [f"{whose} {dollars(row.usd)}" for whose, row in zip(named, rows, strict=True)]
    return f"Most of it: {listed(shares)}."


def _owner(key: str | None) -> str:
    return "pods nobody owns" if key is None else "the team's pods" if key == THE_TEAM else person(key)


def _period(pot: Budget, now: datetime, tz: ZoneInfo) -> str:
    return f"It begins anew {at(pot.window.end, now, tz)}."


def _next(pot: Budget) -> str:
    return "the next day" if pot.rule.period is Period.DAY else "the next month"


def _estimated(pot: Budget) -> str:
    if pot.spent is None:
        return ""
    if not pot.estimated:
        return "All of it is billed."
    if pot.estimated >= pot.spent:
        return "All of it is estimated; RunPod's bill follows by the hour."
    return f"{dollars(pot.estimated)} of it is estimated, the rest billed."


def name(pot: Budget) -> str:
    """Whose budget it is, with a mention where it is a person's."""
    when = "today" if pot.rule.period is Period.DAY else "this month"
    if pot.holder == EACH:
        return f"each {pot.rule.scope.value}'s own budget for {when}"
    if pot.rule.scope is Scope.OWNER:
        whose = "the team" if pot.holder == THE_TEAM else person(pot.holder)
        return f"{whose}'s budget for {when}"
    if pot.rule.scope in {Scope.TEAM, Scope.PRESET}:
        return f"the budget of {pot.rule.scope.value} {code(pot.holder)} for {when}"
    return prose(pot_words(pot))


def overview(
    pots: Sequence[Budget],
    rule: ApprovalRule,
    spending: Spending | None,
    *,
    everybody: bool,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """`/pod budget`: the fullest first."""
    ranked = sorted(pots, key=lambda pot: (pot.percent is not None, -(pot.percent or 0)))
    shown = ranked[:_POTS]
    lines = "\n".join(_line(pot) for pot in shown)
    more = f"and {len(ranked) - len(shown)} more" if len(ranked) > len(shown) else ""
    whose = "All budgets" if everybody else "The budgets that concern you"
    head = f"{whose}: {_worst(ranked)}" if ranked else _none(everybody=everybody)
    said: list[str | Said] = [
        head,
        lines,
        more,
        _approval(rule),
        small(_spaced(_anew(ranked, now, tz), _age(spending, now, tz))),
    ]
    return page(said, key=f"budgets.{len(ranked)}.{now:%H%M%S}")


def _worst(ranked: Sequence[Budget]) -> str:
    spent = [pot for pot in ranked if pot.exhausted]
    if not spent:
        return f"{len(ranked)}, none of them all spent."
    unknown = any(pot.spent is None for pot in spent)
    count = "one is" if len(spent) == 1 else f"{len(spent)} are"
    return f"{len(ranked)}, of which {count} all spent{' or not known, which counts as spent' if unknown else ''}."


def _none(*, everybody: bool) -> str:
    if everybody:
        return "The policy sets no budget. An admin can add one to it, as a `[[budget]]` table."
    return "No budget of the policy concerns you. `/pod budget all` shows everybody's."


def _line(pot: Budget) -> str:
    whose, amount = capital(name(pot)), dollars(pot.rule.amount)
    if pot.spent is None or pot.percent is None or pot.left is None:
        return f"• {whose}: *not known* of {amount}, so it counts as spent; {_THEN[pot.rule.then]}."
    word = "*spent*" if pot.exhausted else f"{dollars(pot.left)} left"
    then = f"; {_THEN[pot.rule.then]}" if pot.exhausted else ""
    return f"• {whose}: {dollars(pot.spent)} of {amount} ({pot.percent} %), {word}{then}."


def _anew(pots: Sequence[Budget], now: datetime, tz: ZoneInfo) -> str:
    ends = {pot.rule.period: pot.window.end for pot in pots}
    when = [f"{_of(period)} {at(ends[period], now, tz)}" for period in Period if period in ends]
    return f"{capital(listed(when))}." if when else ""


def _of(period: Period) -> str:
    return f"{period.value} budgets begin anew"


def _spaced(*sentences: str) -> str:
    return " ".join(each for each in sentences if each)


def _approval(rule: ApprovalRule) -> str:
    if rule.above_per_hour is None:
        return ""
    return f"A pod above {per_hour(rule.above_per_hour)} needs the approval of a second person, an {rule.role.word}."


def _age(spending: Spending | None, now: datetime, tz: ZoneInfo) -> str:
    if spending is None:
        return "I have not listed the pods yet, so nothing is known of what they cost."
    return f"As of {at(spending.at, now, tz)}; what RunPod has not billed yet is estimated."
