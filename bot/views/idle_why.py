"""Why a pod counts as it does: the verdict, the rule that decided, the arithmetic, a chart, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Block

from bot.views import idle_chart, idle_words
from bot.views.figures import at, per_hour, span
from bot.views.idle_chart import Series
from bot.views.layout import Said, page, small
from bot.views.text import listed, person, prose, ref
from pods.holds import in_force
from pods.ladder import Scene, limit, plan
from pods.messages import Content
from pods.money import dollars
from pods.protectors import Finding, Word
from pods.spells import End, Rung, Spell, Step
from pods.verdicts import Verdict, VerdictKind, wasted
from pods.watch_rules import LadderRule, Mode

_FINDINGS: Final = {
    Finding.ACTIVE: "at work",
    Finding.QUIET: "quiet",
    Finding.UNKNOWN: "could not say",
    Finding.ABSENT: "not there",
}


_TOLD: Final = {
    Step.NUDGE: "I asked",
    Step.AGAIN: "I asked again",
    Step.WARN: "I gave the last warning",
    Step.STOP: "",
}
_ENDS: Final = {
    End.STOPPED: f"I stopped it, by {idle_words.rule_name('idle')}",
    End.STOPPED_OTHERWISE: "it stopped, and not by me",
    End.BUSY_AGAIN: "it worked again",
    End.RESTARTED: "it was restarted",
    End.GONE: "it was gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One pod's verdict as it is now, and all that led to it."""

    scene: Scene
    spell: Spell | None
    rule: LadderRule
    shown: Series
    tz: ZoneInfo

    @property
    def verdict(self) -> Verdict:
        return self.scene.verdict

    @property
    def now(self) -> datetime:
        return self.scene.now

    def at(self, moment: datetime | None) -> str:
        return at(moment, self.now, self.tz) if moment else "not known"


def why(case: Why) -> Content:
    key = f"why.{case.scene.pod.id}.{int(case.now.timestamp())}"
    said: list[str | Said] = [_head(case), _arithmetic(case), _asked(case), _follows(case)]
    foot = " ".join(each for each in (idle_chart.hole(case.shown), f"Judged at {case.at(case.verdict.at)}.") if each)
    chart = _chart(case, key)
    words = idle_chart.words(case.shown, case.tz)
    whole = [each.words if isinstance(each, Said) else each for each in said]
    text = "\n".join(each for each in (*whole, words, foot) if each)
    return page([*said, "" if chart else words, small(foot)], key=key, before_buttons=chart, text=text)


def _head(case: Why) -> str:
    verdict = case.verdict
    head = f"{ref(case.scene.pod)} is *{idle_words.state(verdict)}*"
    since = _since(case)
    if since is not None and verdict.candidate:
        rate = verdict.evidence.cost_per_hour
        amount = wasted(rate, since, case.now)
        cost = f" {idle_words.money(rate, amount)}"
        return f"{head} since {case.at(since)}, for {span(case.now - since)}.{cost} {idle_words.because(verdict)}"
    rate = verdict.evidence.cost_per_hour
    cost = f" It costs {per_hour(rate)}." if rate is not None else ""
    return f"{head}. {idle_words.because(verdict)}{cost}"


def _since(case: Why) -> datetime | None:
    """The spell's beginning where it runs: idleness goes on though a poll was missed."""
    spell = case.spell
    return spell.since if spell is not None and spell.end is None else case.verdict.since


def _arithmetic(case: Why) -> str:
    evidence, rule = case.verdict.evidence, case.verdict.evidence.rule
    limits = f"GPU below {rule.gpu_busy} %, CPU below {rule.cpu_busy} %, for {span(rule.window)} without a hole"
    seen = "none"
    if evidence.first_at and evidence.last_at:
        stretch = f"{case.at(evidence.first_at)} to {case.at(evidence.last_at)}"
        seen = f"{idle_words.samples(evidence)}, {stretch}"
    lines = [
        f"• *Rule*: {limits}; the first {span(rule.warm_up)} of a container are not judged.",
        f"• *Samples*: {seen}.",
        f"• *Peaks in the window*: {idle_words.peaks(evidence)}.",
        f"• *Quiet*: GPUs since {case.at(evidence.gpu_quiet_since)}, CPU too since {case.at(evidence.quiet_since)}."
        if evidence.gpu_quiet_since and case.verdict.kind is not VerdictKind.BUSY
        else "",
        f"• *Container* began {case.at(evidence.began_at)}.",
    ]
    return "\n".join(each for each in lines if each)


def _asked(case: Why) -> str:
    """What the protectors said; asked only of pods that would count as idle."""
    words = idle_words.newest(case.verdict.evidence.words)
    lines = [f"• {_word(word, case)}" for word in words]
    unasked = [idle_words.ASKED[each] for each in case.verdict.ask]
    if unasked:
        lines.append(f"• Still to be asked before it counts: {listed(unasked)}.")
    return "\n".join(("*Asked for work that figures do not show*", *lines)) if lines else ""


def _word(word: Word, case: Why) -> str:
    name = idle_words.ASKED[word.protector]
    detail = f", {prose(word.detail, 160)}" if word.detail else ""
    active = f", last at work {case.at(word.active_at)}" if word.active_at else ""
    return f"{name[:1].upper()}{name[1:]}: {_FINDINGS[word.finding]}{detail}{active} (asked {case.at(word.at)})"


def _follows(case: Why) -> str:
    spell, scene = case.spell, case.scene
    hold = in_force(scene.holds, case.now)
    if hold is not None:
        return f"{person(hold.by)} said to leave it alone until {case.at(hold.until)}, so nothing follows before."
    if scene.mode is Mode.OFF:
        return "The policy's ladder is off for it, so nothing follows."
    if spell is None or spell.end is not None or not case.verdict.candidate:
        return ""
    if spell.rung is Rung.STOPPING:
        return "I am stopping it now."
    steps = plan(spell, scene, case.rule)
    said = idle_words.ahead(steps, [case.at(each.at) for each in steps], shadow=scene.mode is Mode.SHADOW)
    found = limit(spell, scene, case.rule)
    shadow = "Shadow mode: I only say so, and stop nothing." if scene.mode is Mode.SHADOW else ""
    more = idle_words.LIMITS[found] if found else shadow
    return f"Next: {said}. {more}".strip() if said else more


def _chart(case: Why, key: str) -> list[Block]:
    rule = case.verdict.evidence.rule
    return idle_chart.chart(case.shown, min(rule.gpu_busy, rule.cpu_busy), case.tz, key=key)


def not_running(case: Why) -> Content:
    """A pod that does not run is not judged; what led to its last stop is told, where that was the ladder's."""
    key = f"why.{case.scene.pod.id}.{int(case.now.timestamp())}"
    head = f"{ref(case.scene.pod)} does not run, so there is nothing to judge."
    spell = case.spell
    if spell is None or spell.ended_at is None:
        return page([head], key=key)
    amount = wasted(spell.cost_per_hour, spell.since, spell.ended_at)
    cost = f", {dollars(amount)} (estimate)" if amount is not None else ""
    last = f"It was last idle from {case.at(spell.since)} to {case.at(spell.ended_at)}{cost}."
    words = idle_chart.words(case.shown, case.tz)
    chart = _chart(case, key)
    said = [f"{head} {last}", _history(case, spell)]
    text = "\n".join(each for each in (*said, words) if each)
    return page([*said, "" if chart else words], key=key, before_buttons=chart, text=text)


def _history(case: Why, spell: Spell) -> str:
    """What was told when, what was answered, and how it ended."""
    told = [
        f"• {case.at(each.said_at)}: {_TOLD[each.step]}"
        + (f", delivered {case.at(each.delivered_at)}" if each.delivered_at else ", not delivered")
        for each in spell.tellings
    ]
    said = [f"• {case.at(each.at)}: {person(each.by)} answered" for each in spell.answers]
    end = f"• {case.at(spell.ended_at)}: {_ENDS[spell.end]}" if spell.end else ""
    return "\n".join((*told, *said, end))
