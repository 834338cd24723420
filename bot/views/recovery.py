"""What a recovery says of itself on the incident's card: now, next, the plan, what was tried, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at, per_hour, per_month, span
from bot.views.hardware import gpu_name
from bot.views.recovery_words import BARS, ENDS, MOVES, RESULTS, TAKEN_BACK, moves_listed
from bot.views.text import code, listed, person, prose
from pods.money import dollars, stopped_storage_per_month
from pods.recovery.attempts import UP_WITHIN, Attempt, Offer, Result, Why
from pods.recovery.chain import BREAKER_RUNS
from pods.recovery.offers import Bar, Barred, Choice
from pods.recovery.record import Husk, Recovery, State

#: The last tries are told one by one, the rest as a number.
_TRIES_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recovery with what its sentences need."""

    recovery: Recovery
    #: The whole plan as it stands now; empty once it is over.
    choices: Sequence[Choice] = ()
    #: The newest checkpoint before the loss.
    saved_at: datetime | None = None
    now: datetime
    tz: ZoneInfo

    def at(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def progress(told: Told) -> tuple[str, ...]:
    """Paragraphs, the most urgent first."""
    recovery = told.recovery
    if recovery.state is not State.TRYING:
        return tuple(filter(None, (_ended(told), _remains(told), _tried(told))))
    return tuple(filter(None, (_now(told), _plan(told), _tried(told), _limits(told))))


# -- while it tries


def _now(told: Told) -> str:
    recovery, attempt = told.recovery, told.recovery.current
    if recovery.blind_since is not None:
        since = told.at(recovery.blind_since)
        return f"RunPod does not answer since {since}. Nothing is tried or concluded until it does."
    if attempt is None:
        return _waiting(told)
    if attempt.withdraw is not None:
        return _withdrawing(recovery, attempt)
    if not attempt.offer.creates:
        return f"Now: resuming it on its host at {_price(told, attempt.offer)}, try {attempt.number}."
    if attempt.pod_id is not None:
        until = told.at(attempt.at + UP_WITHIN)
        return f"Now: its replacement {code(attempt.pod_id)} comes up ({_what(attempt.offer)}). It has until {until}."
    return (
        f"Now: starting a replacement, {_what(attempt.offer)} at {_price(told, attempt.offer)}, try {attempt.number}."
    )


def _waiting(told: Told) -> str:
    recovery = told.recovery
    if recovery.absent_since is not None and not recovery.gone:
        return "RunPod no longer shows it. I look once more before I take that for certain."
    if recovery.next_at is None or recovery.next_at <= told.now:
        return "Now: looking what can be done."
    last = recovery.attempts[-1] if recovery.attempts else None
    why = _why_waiting(last) if last is not None else _why_nothing(told)
    return f"{why}Next try at {told.at(recovery.next_at)}."


def _why_nothing(told: Told) -> str:
    """Nothing could be tried at all."""
    dear = any(isinstance(each, Barred) and each.bar is Bar.TOO_DEAR for each in told.choices)
    return "Everything the rule allows costs more than its cap. " if dear else "Nothing the rule allows is free now. "


def _why_waiting(last: Attempt) -> str:
    if last.result is not Result.NO_ROOM:
        return ""
    return "No GPU was free anywhere the rule allows. " if last.offer.creates else "Its host has no free GPU. "


def _withdrawing(recovery: Recovery, attempt: Attempt) -> str:
    why = TAKEN_BACK.get(attempt.withdraw or Why.ASKED, "it is not wanted any more")
    if attempt.pod_id is None:
        return f"Now: calling the replacement off, since {why}."
    if attempt.offer.creates:
        return f"Now: removing the replacement {code(attempt.pod_id)}, since {why}."
    return f"Now: stopping {code(recovery.lost.id)} again, since {why}."


def _price(told: Told, offer: Offer) -> str:
    cap = told.recovery.cap
    capped = f" (cap {per_hour(cap)})" if cap is not None else ""
    return f"{per_hour(offer.price)}{capped}"


def _what(offer: Offer) -> str:
    where = f" in {listed(list(offer.data_centers), joint='or')}" if offer.data_centers else " wherever there is room"
    name = code(offer.gpu_name or gpu_name(offer.gpu)) if offer.gpu else "CPU only"
    count = f" x{offer.count}" if offer.gpu else ""
    spot = ", spot" if offer.bid is not None else ""
    return f"{name}{count}{where}{spot}"


def _plan(told: Told) -> str:
    """What is still to come and what is not, with the reason: shown before anything is tried."""
    if not told.choices:
        return ""
    can = list(dict.fromkeys(MOVES[each.move] for each in told.choices if isinstance(each, Offer)))
    barred = [each for each in told.choices if isinstance(each, Barred) and each.bar is not Bar.NOT_SPOT]
    rule = f"Plan (rule {code(told.recovery.rule.name)}): "
    if barred and all(each.bar is Bar.HOST_LOCAL for each in barred):
        stays = "I do not move it: its data is on the lost host's own disk and would not come along."
        return f"{rule}{moves_listed(can)}. {stays}" if can else f"{rule.rstrip(': ')}. {stays}"
    cannot = [f"not {MOVES[each.move]}: {_bar(told, each)}" for each in barred]
    return rule + "; ".join([*([moves_listed(can)] if can else []), *cannot]) + "."


def _bar(told: Told, barred: Barred) -> str:
    if barred.bar is Bar.TOO_DEAR and barred.price is not None:
        cap = told.recovery.cap
        limit = f"the cap is {per_hour(cap)}" if cap is not None else "what it cost before is not known"
        return f"it would cost {per_hour(barred.price)}, {limit}"
    return BARS[barred.bar]


def _limits(told: Told) -> str:
    recovery = told.recovery
    spent = recovery.spent(told.now)
    cost = f"{dollars(spent)} of {dollars(recovery.rule.budget)} spent on tries (estimate)"
    return f"{cost}, at most {recovery.rule.attempts_per_hour} tries an hour, until {told.at(recovery.deadline)}."


def _tried(told: Told) -> str:
    past = [each for each in told.recovery.attempts if not each.open and each.result is not Result.UP]
    alike: dict[tuple[str, str], list[Attempt]] = {}
    for each in past:
        alike.setdefault((_short(each), _came(each)), []).append(each)
    said = [f"{what}, {_times(told, tries)}: {came}" for (what, came), tries in alike.items()]
    shown = said[-_TRIES_SHOWN:]
    left = len(past) - sum(len(tries) for tries in list(alike.values())[-_TRIES_SHOWN:])
    earlier = ["1 earlier try" if left == 1 else f"{left} earlier tries"] if left else []
    return "Tried: " + "; ".join([*earlier, *shown]) + "." if past else ""


def try_line(attempt: Attempt) -> str:
    """One ended try, for the thread."""
    return f"Try {attempt.number}, {_short(attempt)}: {_came(attempt)}."


def _times(told: Told, tries: Sequence[Attempt]) -> str:
    last = told.at(tries[-1].at)
    return last if len(tries) == 1 else f"{len(tries)} times, last {last}"


def _short(attempt: Attempt) -> str:
    offer = attempt.offer
    if not offer.creates:
        return "resume"
    where = f" in {', '.join(offer.data_centers)}" if offer.data_centers else ""
    return f"new {code(offer.gpu_name or gpu_name(offer.gpu))}{where}" if offer.gpu else f"new CPU pod{where}"


def _came(attempt: Attempt) -> str:
    if attempt.result is Result.NO_ROOM:
        return "no room" if attempt.offer.creates else "its host has no free GPU"
    if attempt.result in {Result.TAKEN_BACK, Result.CALLED_OFF} and attempt.withdraw is not None:
        return f"taken back, since {TAKEN_BACK.get(attempt.withdraw, 'it was not wanted any more')}"
    if attempt.result in {Result.REFUSED, Result.CALLED_OFF} and attempt.sentence:
        return prose(attempt.sentence).rstrip(".")
    return RESULTS[attempt.result or Result.DIED]


# -- once it is over


def _ended(told: Told) -> str:
    recovery = told.recovery
    if recovery.state is State.BACK:
        return _back(told)
    if recovery.why is Why.TAKEN_OVER and recovery.taken_over is not None:
        taken = recovery.taken_over
        verb = code(taken.verb)
        return f"{person(taken.by)} ordered {verb} at {told.at(taken.at)}, so I leave it to them."
    if recovery.state is State.STOPPED:
        return f"{person(recovery.stop_by or '')} said stop trying. Nothing more is tried."
    return _why(told)


def _why(told: Told) -> str:
    why = told.recovery.why or Why.NOTHING_LEFT
    words = _REASONS.get(why)
    return words(told) if words is not None else ENDS.get(why, "")


def _breaker(told: Told) -> str:
    runs = listed([span(run.lasted) for run in told.recovery.chain.runs[-BREAKER_RUNS:]])
    useful = span(told.recovery.rule.useful)
    return (
        f"I stopped bringing it back: the last {BREAKER_RUNS} times it ran only {runs} and saved nothing, and useful "
        f"work takes about {useful}. Another try would only cost."
    )


def _budget(told: Told) -> str:
    spent, budget = dollars(told.recovery.spent(told.now)), dollars(told.recovery.rule.budget)
    left = "and another could cost more than is left"
    return f"I stopped trying: {spent} of the {budget} that tries may cost are spent (estimate), {left}."


def _deadline(told: Told) -> str:
    ended = told.at(told.recovery.ended_at or told.now)
    return f"I stopped trying at {ended}: the {span(told.recovery.rule.deadline)} the rule gives it are over."


def _env_lost(told: Told) -> str:
    spec = told.recovery.spec
    names = listed([code(each) for each in spec.unkept]) if spec else "its variables"
    return (
        f"I cannot make it again: RunPod no longer has the pod, and the values of {names} were not kept, since "
        "PODKEEPER_SPEC_KEY was not set. Create it anew with those values."
    )


def _unclear(told: Told) -> str:
    name = code(f"{told.recovery.name}-…")
    return (
        "I make no second copy: RunPod never said whether it made the replacement. Look in the console for a pod "
        f"called {name}; if there is none, press Resume now."
    )


def _not_taken_back(told: Told) -> str:
    stray = code(told.recovery.stray or "")
    return f"*{stray} may run and bill*: I made it for this pod and could not take it back. Terminate it."


_REASONS: Final[dict[Why, Callable[[Told], str]]] = {
    Why.BREAKER: _breaker,
    Why.BUDGET: _budget,
    Why.DEADLINE: _deadline,
    Why.ENV_LOST: _env_lost,
    Why.UNCLEAR: _unclear,
    Why.NOT_TAKEN_BACK: _not_taken_back,
}


def _back(told: Told) -> str:
    recovery, won = told.recovery, told.recovery.won
    if won is None or won.up_at is None:
        return ""
    cost = dollars(recovery.spent(told.now))
    lost = ""
    if told.saved_at is not None:
        lost = f" About {span(recovery.lost_at - told.saved_at)} of work are lost."
    how = f"as a new pod {code(won.pod_id or '')}" if won.offer.creates else "on its own host"
    rate = per_hour(won.rate or won.offer.price)
    rule, when = code(recovery.rule.name), told.at(won.up_at)
    return f"Rule {rule} brought it back {how} at {when}, for {cost} of tries (estimate); it costs {rate}.{lost}"


def _remains(told: Told) -> str:
    recovery = told.recovery
    if recovery.new_pod is None:
        return ""
    words = {
        Husk.TERMINATED: "was removed.",
        Husk.GONE: "is gone.",
        Husk.GOING: "is being removed.",
        Husk.LEFT: "was *not* removed: it was not read as stopped. Look whether it bills.",
        Husk.KEPT: f"stays stopped. {_keeps_costing(recovery)}",
    }
    said = words.get(recovery.husk)
    return f"The old pod {code(recovery.lost.id)} {said}" if said else ""


def _keeps_costing(recovery: Recovery) -> str:
    month = stopped_storage_per_month(recovery.lost)
    if month is None:
        return "What its disks cost is not known."
    return f"Its disk keeps costing {per_month(month)}." if month > Decimal(0) else "It costs nothing while stopped."
