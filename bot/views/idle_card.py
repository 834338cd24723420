"""The message of one idle pod: nudged, warned, answered, stopped. Edited in place; its thread has the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button, Option, StaticSelectMenu
from slackblocks import Text as PlainText
from slackblocks.objects import TextType

from bot.views import buttons, disks, idle_words
from bot.views.figures import at, per_hour, span
from bot.views.layout import Said, page, small
from bot.views.text import person, pod_ref, prose
from pods.holds import Hold, HoldKind, SnoozeFor, in_force
from pods.ladder import Scene, limit, plan
from pods.messages import Content
from pods.model import Verb
from pods.money import dollars
from pods.nudging import subject
from pods.spells import Answer, End, Rung, Spell, Step, Telling
from pods.spells import Said as Word
from pods.verdicts import wasted
from pods.watch_rules import LadderRule, Mode

SNOOZES: Final = {
    SnoozeFor.HOUR: "1 hour",
    SnoozeFor.FOUR_HOURS: "4 hours",
    SnoozeFor.MORNING: "Until morning",
}
_HELD: Final = {
    HoldKind.KEEP: "kept",
    HoldKind.SNOOZE: "snoozed",
    HoldKind.BUSY: "said to be busy",
    HoldKind.LEASE: "leased",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleSight:
    """A spell and everything that its card speaks of."""

    spell: Spell
    scene: Scene
    rule: LadderRule
    tz: ZoneInfo
    #: The end of shadow mode, while it is in force because Podkeeper is new here.
    shadow_until: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.scene.now

    @property
    def ref(self) -> str:
        return pod_ref(self.spell.pod_name or self.scene.pod.name, self.spell.pod_id)

    @property
    def hold(self) -> Hold | None:
        return in_force(self.scene.holds, self.scene.now)

    def at(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)

    @property
    def idle_for(self) -> timedelta:
        until = self.spell.ended_at or self.now
        return max(until - self.spell.since, timedelta(0))

    @property
    def cost(self) -> str:
        """$7.40, or that it is not known."""
        until = self.spell.ended_at or self.now
        amount = wasted(self.spell.cost_per_hour, self.spell.since, until)
        return "cost not known" if amount is None else f"{dollars(amount)} (estimate)"


def card(sight: IdleSight) -> Content:
    spell = sight.spell
    key = f"idle.{spell.key}.{spell.version}.{sight.scene.holds.version}"
    paragraphs: list[str | Said] = [*_head(sight), _owner(sight)]
    return page(paragraphs, key=key, buttons=_row(sight))


def _head(sight: IdleSight) -> list[str | Said]:
    if sight.spell.end is not None:
        return _over(sight)
    if sight.spell.rung is Rung.STOPPING:
        return [f"Stopping {sight.ref}: idle for {span(sight.idle_for)}, {sight.cost}. Nobody answered my warning."]
    if sight.hold is not None:
        return _held(sight, sight.hold)
    if sight.spell.rung is Rung.WOULD_STOP:
        return [_would(sight), _evidence(sight)]
    if sight.spell.warning is not None:
        return _warned(sight)
    return _nudged(sight)


def _nudged(sight: IdleSight) -> list[str | Said]:
    verdict = sight.scene.verdict
    if not verdict.candidate:
        return [
            f"{sight.ref} was idle since {sight.at(sight.spell.since)}, {sight.cost}.",
            f"Now it is not proven: {idle_words.because(verdict)} I wait until it is.",
        ]
    doing = idle_words.doing_nothing(verdict.model_copy(update={"since": sight.spell.since, "at": sight.now}))
    amount = wasted(sight.spell.cost_per_hour, sight.spell.since, sight.now)
    first = f"{sight.ref} {doing}: {idle_words.proof(verdict.evidence)}."
    return [f"{first} {idle_words.money(sight.spell.cost_per_hour, amount)}", _next(sight)]


def _next(sight: IdleSight) -> str:
    steps = plan(sight.spell, sight.scene, sight.rule)
    said = idle_words.ahead(steps, [sight.at(each.at) for each in steps], shadow=sight.scene.mode is Mode.SHADOW)
    found = limit(sight.spell, sight.scene, sight.rule)
    parts = [f"Next: {said}." if said else ""]
    if found is not None:
        parts.append(idle_words.LIMITS[found])
        if not said and sight.spell.rung is Rung.ASKED_AGAIN:
            parts.append("I asked twice, and ask again only when it has worked and idles anew.")
    elif sight.scene.mode is Mode.SHADOW:
        parts.append(_shadow(sight))
    return " ".join(each for each in parts if each)


def _shadow(sight: IdleSight) -> str:
    until = f" until {sight.at(sight.shadow_until)}" if sight.shadow_until else ""
    return f"Shadow mode{until}: I only say so, and stop nothing."


def _warned(sight: IdleSight) -> list[str | Said]:
    warning = sight.spell.warning
    steps = plan(sight.spell, sight.scene, sight.rule)
    stop = next((each.at for each in steps if each.step is Step.STOP), None)
    if warning is None or stop is None:
        return _nudged(sight)
    what = f"idle for {span(sight.idle_for)}, {sight.cost}"
    left = f"In {span(stop - sight.now)}, at {sight.at(stop)}" if stop > sight.now else "Now"
    if warning.shadow:
        return [f"{left}, I would stop {sight.ref}: {what}. {_shadow(sight)}", _evidence(sight)]
    kept = disks.stop_takes(sight.scene.pod)
    full = "The GPU may be gone when you start it again."
    return [f"*{left}, I stop {sight.ref}*: {what}.", f"{kept} {full}", _evidence(sight)]


def _would(sight: IdleSight) -> str:
    return (
        f"I would have stopped {sight.ref} by now: idle for {span(sight.idle_for)}, {sight.cost}. "
        f"Nothing was done. {_shadow(sight)}"
    )


def _evidence(sight: IdleSight) -> Said:
    verdict = sight.scene.verdict
    if not verdict.candidate:
        return small(f"Just now it is not proven: {idle_words.because(verdict)} Then nothing is stopped.")
    return small(f"{idle_words.proof(verdict.evidence)}. {idle_words.samples(verdict.evidence)}.")


def _held(sight: IdleSight, hold: Hold) -> list[str | Said]:
    reason = f": “{prose(hold.reason, 200)}”" if hold.reason else ""
    until = f"until {sight.at(hold.until)}"
    return [
        f"{sight.ref} is {_HELD[hold.kind]} {until} by {person(hold.by)}{reason}.",
        f"I do not ask about it before then. It is idle for {span(sight.idle_for)}, {sight.cost}.",
    ]


def _over(sight: IdleSight) -> list[str | Said]:
    spell = sight.spell
    lasted = f"idle for {span(sight.idle_for)}, {sight.cost}"
    ended = sight.at(spell.ended_at or sight.now)
    match spell.end:
        case End.STOPPED:
            return [*_stopped(sight, lasted), small(_decided(sight))]
        case End.BUSY_AGAIN:
            return [f"{sight.ref} works again since {ended}. It had been {lasted}. Nothing was done."]
        case End.RESTARTED:
            return [f"{sight.ref} was restarted, seen at {ended}. It had been {lasted}. I count anew."]
        case End.GONE:
            return [f"{sight.ref} is gone, since {ended}. It had been {lasted}."]
        case _:
            return [f"{sight.ref} does not run any more, since {ended}, and not by me. It had been {lasted}."]


def _stopped(sight: IdleSight, lasted: str) -> list[str | Said]:
    rate = sight.spell.cost_per_hour
    saves = f" Saves {per_hour(rate)}." if rate is not None else ""
    return [f"{sight.ref} is stopped: {lasted}.{saves}", disks.stopped_cost(sight.scene.pod)]


def _decided(sight: IdleSight) -> str:
    warned = [telling for telling in sight.spell.tellings if telling.step is Step.WARN and telling.delivered_at]
    told = f" after the warning of {sight.at(warned[-1].delivered_at)}" if warned and warned[-1].delivered_at else ""
    return f"Decided by {idle_words.rule_name('idle')}: nobody answered{told}."


def _owner(sight: IdleSight) -> Said:
    owner = sight.spell.owner
    return small(f"Owner: {person(owner)}" if owner else "Nobody owns it.")


def _row(sight: IdleSight) -> Sequence[Button | StaticSelectMenu]:
    spell, value = sight.spell, subject(sight.spell)
    why = Button("Why?", action_id="idle.why", value=value)
    if spell.end is End.STOPPED:
        verbs = [buttons.verb(each, spell.pod_id, spell.key) for each in (Verb.START, Verb.TERMINATE)]
        return [*verbs, why]
    if spell.end is not None or spell.rung is Rung.STOPPING:
        return []
    stop = Button("Stop now", action_id="idle.stop", value=value, style="danger")
    keep = Button("Keep until…", action_id="idle.keep", value=value)
    if sight.hold is not None:
        return [stop, keep, why]
    return [
        stop,
        _snooze(spell),
        keep,
        Button("It's busy…", action_id="idle.busy", value=value),
        Button("Not mine", action_id="idle.disown", value=value),
        why,
    ]


def _snooze(spell: Spell) -> StaticSelectMenu:
    """One menu: three more buttons would not fit a phone."""
    options = [
        Option(text=_plain(words), value=f"{subject(spell)}:{choice.value}") for choice, words in SNOOZES.items()
    ]
    return StaticSelectMenu(action_id="idle.snooze", options=options, placeholder=_plain("Snooze…"))


def _plain(words: str) -> PlainText:
    return PlainText(words, type_=TextType.PLAINTEXT)


def telling(sight: IdleSight, told: Telling) -> Content:
    """An entry of the thread: what was asked or warned then. It mentions the owner, so that it is heard."""
    who = f"{person(sight.spell.owner)}: " if sight.spell.owner else ""
    ref_, when = sight.ref, sight.at(told.said_at)
    if told.step is Step.WARN:
        words = f"{who}last warning: {_when_unanswered(sight)} The message above takes your answer."
        if told.void:
            words = f"The last warning about {ref_} does not hold any more; the message above says how it stands."
        elif told.shadow:
            words = f"{who}at {when} I would have given the last warning about {ref_}. {_shadow(sight)}"
    else:
        words = f"{who}asked again at {when}: {ref_} still does nothing. The message above takes your answer."
    return page([words], key=f"idle.{sight.spell.key}.{told.number}")


def _when_unanswered(sight: IdleSight) -> str:
    """As it is when the warning is told: the countdown runs from then."""
    stop = next((each.at for each in plan(sight.spell, sight.scene, sight.rule) if each.step is Step.STOP), None)
    lasted = f"idle for {span(sight.idle_for)}, {sight.cost}"
    if stop is None:
        return f"{sight.ref}, {lasted}."
    return f"at {sight.at(stop)} I stop {sight.ref} unless somebody answers; {lasted}."


def ending(sight: IdleSight) -> Content:
    who = f"{person(sight.spell.owner)}: " if sight.spell.owner else ""
    first = _over(sight)[0]
    words = first.words if isinstance(first, Said) else first
    return page([f"{who}{words}"], key=f"idle.{sight.spell.key}.end")


def would(sight: IdleSight) -> Content:
    return page([_would(sight)], key=f"idle.{sight.spell.key}.would")


def answered(sight: IdleSight, given: Answer) -> Content:
    """An entry of the thread: who answered what."""
    until = f" until {sight.at(given.until)}" if given.until else ""
    reason = f": “{prose(given.reason, 200)}”" if given.reason else ""
    words = {
        Word.STOP_NOW: "asked me to stop it now",
        Word.SNOOZE: f"snoozed it{until}",
        Word.KEEP: f"keeps it{until}",
        Word.BUSY: f"says that it is busy, which I believe{until}{reason}",
        Word.NOT_MINE: "says that it is not theirs; it has no owner now",
    }
    return page([f"{person(given.by)} {words[given.said]}, at {sight.at(given.at)}."], key=f"idle.{sight.spell.key}.a")


__all__ = ["IdleSight", "answered", "card", "ending", "telling", "would"]
