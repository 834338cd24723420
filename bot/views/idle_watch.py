"""The fleet as the watch sees it now: what idles, since when, for how much, what comes next; and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bot.views import idle_words
from bot.views.figures import at, per_hour, span
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import code, listed, person, ref
from pods.holds import in_force
from pods.ladder import Scene, limit, plan
from pods.messages import Content
from pods.money import dollars
from pods.spells import Rung, Spell, Step
from pods.telemetry import Reporting
from pods.verdicts import Verdict, VerdictKind, wasted
from pods.watch_rules import LadderRule, Mode

_SHOWN: Final = 30
_ROOM: Final = 1_200
_ORDER: Final = (
    VerdictKind.IDLE,
    VerdictKind.HELD,
    VerdictKind.UNKNOWN,
    VerdictKind.STARTING,
    VerdictKind.CPU_BOUND,
    VerdictKind.BUSY,
)
_STEPS: Final = {Step.NUDGE: "I ask", Step.AGAIN: "I ask again", Step.WARN: "I warn", Step.STOP: "I stop it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One running pod."""

    scene: Scene
    spell: Spell | None
    rule: LadderRule

    @property
    def verdict(self) -> Verdict:
        return self.scene.verdict

    @property
    def since(self) -> datetime | None:
        if not self.verdict.candidate:
            return None
        live = self.spell if self.spell is not None and self.spell.end is None else None
        return live.since if live else self.verdict.since

    @property
    def wasted(self) -> Decimal | None:
        return wasted(self.verdict.evidence.cost_per_hour, self.since, self.scene.now) if self.since else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWatch:
    pods: Sequence[Watched]
    reporting: Reporting
    judged_at: datetime | None
    failing_since: datetime | None
    #: The end of shadow mode, while the policy would stop pods but Podkeeper is new here.
    shadow_until: datetime | None
    now: datetime
    tz: ZoneInfo

    def at(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def watch(fleet: FleetWatch) -> Content:
    key = f"watch.{int(fleet.now.timestamp())}"
    ranked = sorted(fleet.pods, key=_rank)
    rows = [_row(each, fleet) for each in ranked]
    head, foot = (
        _head(fleet),
        " ".join(each for each in (_shadow(fleet), idle_words.figures(fleet.reporting), _judged(fleet)) if each),
    )
    body = "\n".join(fitting(rows, BLOCKS_MAX - _ROOM, most=_SHOWN))
    told = (_outage(fleet), head, *fitting(rows, TEXT_MAX - _ROOM, most=_SHOWN), foot)
    text = "\n".join(each for each in told if each)
    return page([_outage(fleet), head, body, small(foot)], key=key, text=text)


def _rank(each: Watched) -> tuple[int, Decimal, str]:
    return (_ORDER.index(each.verdict.kind), -(each.wasted or Decimal(0)), each.scene.pod.name)


def _outage(fleet: FleetWatch) -> str:
    if fleet.failing_since is None:
        return ""
    since = fleet.at(fleet.failing_since)
    return f"*RunPod's list has not answered since {since}.* Nothing is judged or stopped until it does."


def _head(fleet: FleetWatch) -> str:
    if not fleet.pods:
        return "No pod runs, so there is nothing to watch."
    counts = Counter(each.verdict.kind for each in fleet.pods)
    said = [f"{counts[kind]} {_counted_as(kind)}" for kind in _ORDER if counts[kind]]
    known = [each.wasted for each in fleet.pods if each.wasted is not None]
    rates = [each.verdict.evidence.cost_per_hour for each in fleet.pods if each.verdict.candidate]
    running = "1 pod runs" if len(fleet.pods) == 1 else f"{len(fleet.pods):,} pods run"
    head = f"{running}: {listed(said)}."
    if not known:
        return head
    rate = sum((each for each in rates if each is not None), Decimal(0))
    return f"{head} Idle so far: {dollars(sum(known, Decimal(0)))}, {per_hour(rate)} more (estimate)."


def _counted_as(kind: VerdictKind) -> str:
    return "holding GPU memory" if kind is VerdictKind.HELD else idle_words.STATES[kind]


def _row(each: Watched, fleet: FleetWatch) -> str:
    verdict = each.verdict
    head = f"*{idle_words.state(verdict)}* {ref(each.scene.pod)}"
    if verdict.candidate and each.since is not None:
        cost = f", {dollars(each.wasted)} idle so far" if each.wasted is not None else ", cost not known"
        return (
            f"{head}: since {fleet.at(each.since)} ({span(fleet.now - each.since)}){cost}. {_next(each, fleet)}".strip()
        )
    if verdict.works:
        return f"{head}: {idle_words.proof(verdict.evidence)}"
    return f"{head}: {idle_words.because(verdict)}"


def _next(each: Watched, fleet: FleetWatch) -> str:
    hold = in_force(each.scene.holds, fleet.now)
    if hold is not None:
        return f"Left alone until {fleet.at(hold.until)}, said by {person(hold.by)}."
    if each.verdict.ask:
        unasked = listed([idle_words.ASKED[protector] for protector in each.verdict.ask])
        return f"Not counted yet: {unasked} must be asked first."
    if each.scene.mode is Mode.OFF:
        return "The policy's ladder is off for it."
    spell = each.spell
    return _on_the_ladder(each, spell, fleet) if spell is not None and spell.end is None else ""


def _on_the_ladder(each: Watched, spell: Spell, fleet: FleetWatch) -> str:
    if spell.rung is Rung.STOPPING:
        return "I am stopping it."
    if spell.rung is Rung.WOULD_STOP:
        return "I would have stopped it by now (shadow mode)."
    return _planned(each, spell, fleet)


def _planned(each: Watched, spell: Spell, fleet: FleetWatch) -> str:
    steps = plan(spell, each.scene, each.rule)
    found = limit(spell, each.scene, each.rule)
    if spell.last is not None and spell.last.delivered_at is None:
        return "Told, but nobody has it yet, so nothing follows before."
    if not steps:
        return idle_words.LIMITS[found] if found else "Nothing more follows."
    following = steps[0]
    shadow = " (shadow mode: I only say so)" if each.scene.mode is Mode.SHADOW and following.step is Step.STOP else ""
    stop = next((step.at for step in steps if step.step is Step.STOP), None)
    verb = "would stop" if each.scene.mode is Mode.SHADOW else "stop"
    later = ""
    if stop is not None and following.step is not Step.STOP:
        later = f"; unanswered, I {verb} it at {fleet.at(stop)}"
    return f"Next: {_STEPS[following.step]} at {fleet.at(following.at)}{later}{shadow}."


def _shadow(fleet: FleetWatch) -> str:
    if fleet.shadow_until is None:
        return ""
    told = f"{code('/pod shadow')} says what would have been"
    return f"Shadow mode until {fleet.at(fleet.shadow_until)}: nothing is stopped; {told}."


def _judged(fleet: FleetWatch) -> str:
    return f"Judged at {fleet.at(fleet.judged_at)}." if fleet.judged_at else "Nothing was judged yet."
