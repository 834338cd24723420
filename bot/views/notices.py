"""What is told to everybody: RunPod's outages and what its APIs say, and parts of Podkeeper that fell silent."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views.figures import at, span
from bot.views.layout import TEXT_MAX, fitting, page
from bot.views.text import code, counted, listed, pod_ref, prose
from bot.views.verbs import STATES
from pods.messages import Content
from pods.outages import Change, Outage
from pods.watchdog import Part, Silence

_ROOM: Final = 800
_FROZEN: Final = (
    "Nothing is stopped, started or judged of its own accord until it does. Your own commands are tried and may fail. "
    "I tell you when it is back, and what changed meanwhile."
)


def outage(told: Outage, *, now: datetime, tz: ZoneInfo) -> Content:
    """The banner; edited when it is over."""
    since = at(told.since, now, tz)
    if told.ended_at is not None:
        lasted = span(told.ended_at - told.since)
        words = f"*Outage over*: RunPod answers again since {at(told.ended_at, now, tz)}; it had not for {lasted}."
        return page([words], key=f"outage.{told.id}.{told.version}")
    trouble = f" {prose(told.trouble)}" if told.trouble else ""
    head = f"*Outage*: RunPod's API has not answered since {since}.{trouble}"
    return page([head, _FROZEN], key=f"outage.{told.id}.{told.version}")


def outage_end(told: Outage, *, now: datetime, tz: ZoneInfo) -> Content:
    ended = told.ended_at or now
    head = (
        f"*RunPod answers again* since {at(ended, now, tz)}, after {span(ended - told.since)}. {_summary(told.changes)}"
    )
    lines = fitting([_line(change) for change in told.changes], TEXT_MAX - _ROOM)
    tail = "Automation goes on from here; times in which nothing was read count for nothing."
    return page([head, "\n".join(lines), tail], key=f"outage.{told.id}.end")


def _summary(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "No pod changed meanwhile."
    kinds = Counter(_word(change) for change in changes)
    return f"Meanwhile {counted(len(changes), 'pod')} changed: {listed([f'{n} {word}' for word, n in kinds.items()])}."


def _word(change: Change) -> str:
    if change.now is None:
        return "gone"
    if change.was is None:
        return "new"
    return STATES[change.now]


def _line(change: Change) -> str:
    was = STATES[change.was] if change.was is not None else "not there"
    now = STATES[change.now] if change.now is not None else "gone"
    return f"• {pod_ref(change.name, change.pod_id)}: was {was}, is {now}"


def notice(sentence: str, key: str) -> Content:
    """What RunPod's API says of itself."""
    return page([f"*From RunPod's API*: {prose(sentence)}"], key=key)


_SILENT: Final = {
    Part.WATCH: (
        "*Nobody watches*: the watch has not looked at RunPod since {since}. Lost and idle pods and their cost are not "
        "seen until it does."
    ),
    Part.CLOCK: (
        "*The clock stands still* since {since}. Nothing is confirmed, retried or expired, and nobody is warned, until "
        "it runs again."
    ),
}
_RESTART: Final = {Part.WATCH: "worker watch", Part.CLOCK: "clock"}
_RUNS: Final = {Part.WATCH: "The watch looks again", Part.CLOCK: "The clock runs again"}


def silence(told: Silence, *, now: datetime, tz: ZoneInfo) -> Content:
    """A part of Podkeeper that gives no sign of life; edited when it does."""
    key = f"silence.{told.part.value}.{told.version}"
    if told.ended_at is not None:
        lasted = span(told.ended_at - told.since)
        words = f"*{_RUNS[told.part]}* since {at(told.ended_at, now, tz)}, after {lasted} of silence."
        return page([words], key=key)
    part = code(f"podkeeper {_RESTART[told.part]}")
    words = _SILENT[told.part].format(since=at(told.since, now, tz))
    return page([words, f"An admin should see to {part}; `/pod health` says what else is silent."], key=key)
