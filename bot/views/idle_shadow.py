"""How right the ladder is: what it would have stopped, what that saves, what worked later, and what was undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at, span
from bot.views.layout import Said, page, small
from bot.views.text import counted, pod_ref
from pods.messages import Content
from pods.money import dollars
from pods.shadow import REGRET_WITHIN, Regret, ShadowReport, ShadowStop, busy_later, saved
from pods.watch_rules import Mode

_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    report: ShadowReport
    #: Within the report's time, newest first.
    stops: Sequence[ShadowStop]
    regret: Regret
    mode: Mode
    shadow_until: datetime | None
    now: datetime
    tz: ZoneInfo


def shadow(case: Aftermath) -> Content:
    rows = [_row(stop, case) for stop in case.stops[:_SHOWN]]
    left = len(case.stops) - len(rows)
    more = [f"and {left:,} more"] if left > 0 else []
    said: list[str | Said] = [_head(case), "\n".join((*rows, *more)), _regret(case.regret), small(_mode(case))]
    return page(said, key=f"shadow.{int(case.now.timestamp())}")


def _head(case: Aftermath) -> str:
    report = case.report
    length = span(report.until - report.since)
    if not report.stops:
        return f"In the last {length} shadow mode would have stopped no pod."
    unpriced = f", not counting {counted(report.unpriced, 'pod')} whose price is not known" if report.unpriced else ""
    return (
        f"In the last {length} shadow mode would have stopped pods {counted(report.stops, 'time')}, "
        f"which would have saved {dollars(report.saved)} so far (estimate{unpriced}). {_later(report)}"
    )


def _later(report: ShadowReport) -> str:
    """How wrong it would have been."""
    if not report.busy_later:
        return "No pod of those worked within a day after it."
    stops = "that stop" if report.busy_later == 1 else "those stops"
    return f"{report.busy_later} of those pods worked within a day after it: {stops} would have been wrong."


def _row(stop: ShadowStop, case: Aftermath) -> str:
    amount = saved(stop, case.now)
    money = f"{dollars(amount)} saved" if amount is not None else "saving not known"
    idle = span(stop.at - stop.idle_since)
    after = "still idle"
    if busy_later(stop) and stop.busy_at is not None:
        after = f"*worked again {span(stop.busy_at - stop.at)} later*"
    elif stop.over_at is not None:
        after = f"over after {span(stop.over_at - stop.at)}"
    when = at(stop.at, case.now, case.tz)
    return f"• {pod_ref(stop.pod_name, stop.pod_id)} at {when}, idle for {idle}: {money}, {after}"


def _regret(regret: Regret) -> str:
    """Of the stops that were truly made."""
    if regret.share is None:
        return "I have stopped no pod of my own accord yet."
    share = f"{regret.share * 100:.0f} %"
    within = span(REGRET_WITHIN)
    return f"Of {counted(regret.stops, 'stop')} I made, {regret.regretted} ({share}) were undone within {within}."


def _mode(case: Aftermath) -> str:
    if case.shadow_until is not None:
        until = at(case.shadow_until, case.now, case.tz)
        return f"Shadow mode until {until}; from then on I stop idle pods after a warning."
    return {
        Mode.STOP: "The policy lets me stop idle pods after a warning.",
        Mode.SHADOW: "The policy keeps me in shadow mode: I say what I would stop, and stop nothing.",
        Mode.TELL: "The policy lets me ask about idle pods, not stop them.",
        Mode.OFF: "The policy has the ladder switched off.",
    }[case.mode]
