"""What a start or create would cost, against which budgets, and what stands against it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.views.figures import per_hour, per_month
from bot.views.layout import page
from bot.views.text import channel, listed, people, prose, refs
from pods.approvals import Appeal, pot_words, reason_words
from pods.budgets import Budget, Reason, Verdict
from pods.forecast import Quote
from pods.messages import Content
from pods.money import dollars
from pods.policy import Role

_CHANNELS = 5


def price(appeal: Appeal) -> str:
    """Per hour, of compute; together, where there are several."""
    prices = [each.per_hour for each in appeal.priced]
    known = [each for each in prices if each is not None]
    if not known:
        return "at a price that is not known"
    total = per_hour(sum(known, Decimal(0)))
    if len(known) < len(prices):
        return f"at {total} and what {len(prices) - len(known)} of them cost, which is not known"
    return f"at {total}" if len(prices) == 1 else f"at {total} together"


def quote_words(quote: Quote, *, several: bool = False) -> str:
    """To tonight, to Friday, and stopped again."""
    stopped = _stopped(quote, several=several)
    if quote.tonight is None or quote.friday is None:
        return f"What it comes to by tonight is not known before it runs.{stopped}"
    later = f", {dollars(quote.friday)} to Friday midnight" if quote.friday != quote.tonight else ", which is Friday's"
    disks = "their disks" if several else "its disks"
    return f"Left running, about {dollars(quote.tonight)} to midnight{later} (estimate, with {disks}).{stopped}"


def _stopped(quote: Quote, *, several: bool) -> str:
    if quote.stopped_per_month is None:
        return " What its disk costs once it is stopped is not known."
    if not quote.stopped_per_month:
        return ""
    whose = "their disks then cost" if several else "its disk then costs"
    return f" Stopped, {whose} {per_month(quote.stopped_per_month)}."


def spend_lines(appeal: Appeal | None) -> str:
    """For the answer to who asks: the price, to when it comes to what, and the budgets that pay."""
    if appeal is None:
        return ""
    known = price(appeal).removeprefix("at ")
    head = f"Price: {known}." if "not known" not in known else "What it costs an hour is not known before it runs."
    return " ".join(
        each for each in (head, quote_words(appeal.quote, several=len(appeal.priced) > 1), against(appeal.pots)) if each
    )


def against(pots: Sequence[Budget]) -> str:
    """The budgets that would pay, the fullest first."""
    ranked = sorted(pots, key=lambda pot: -(pot.percent if pot.percent is not None else 10**6))
    return " ".join(pot_line(pot) for pot in ranked[:2])


def pot_line(pot: Budget) -> str:
    words = capital(pot_words(pot))
    if pot.spent is None or pot.percent is None:
        return f"{prose(words)}: what is spent of {dollars(pot.rule.amount)} is not known."
    return f"{prose(words)}: {dollars(pot.spent)} of {dollars(pot.rule.amount)} spent ({pot.percent} %)."


def reasons_words(reasons: Sequence[Reason], verdict: Verdict) -> str:
    """Every rule that says so, as sentences."""
    return " ".join(f"{capital(prose(reason_words(each)))}." for each in reasons if each.verdict is verdict)


def refused(pods: Sequence[tuple[str, str]], reasons: Sequence[Reason]) -> Content:
    """A spent budget refuses it: nothing was recorded."""
    why = reasons_words(reasons, Verdict.REFUSE)
    was = "was" if len(pods) == 1 else "were"
    until = "The policy refuses creates and starts until the next day or month begins, or an admin raises the budget."
    if any(reason.budget is not None and reason.budget.spent is None for reason in reasons):
        until = "Ask again once the sum is known; `/pod health` says what I cannot read now."
    return page([f"{refs(pods)} {was} not started. {why} Nothing was done.", until], key="refused")


def unapprovable(role: Role, who: Sequence[str], channels: Sequence[str], reasons: Sequence[Reason]) -> Content:
    """It needs a second person, and here there is none to ask."""
    why = reasons_words(reasons, Verdict.REQUIRE_APPROVAL)
    if not who:
        nobody = f"The policy names no other {role.word} who could; nobody approves their own."
        return page([f"This needs a second person's approval. {why} {nobody} Nothing was done."], key="refused")
    where = listed([channel(each) for each in channels[:_CHANNELS]], joint="or")
    ask = f"Ask for it in {where}, where {people(who, joint='or')} can see it." if where else "No channel allows that."
    return page(
        [f"This needs a second person's approval, so not in private. {why} {ask} Nothing was done."], key="refused"
    )


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
