"""The entries in an incident's thread: what changed, when, by whom. Those that call somebody say for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.views import loss_words
from bot.views.figures import at, span
from bot.views.incident import mentions, whom
from bot.views.layout import page
from bot.views.text import counted, person
from pods.incidents import Incident, Note, NoteKind
from pods.losses import Loss
from pods.messages import Content
from pods.oncall import OnCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A note with all that its sentence needs."""

    incident: Incident
    number: int
    note: Note
    #: The loss it is about, the first where it is about several.
    loss: Loss | None
    on_call: OnCall
    now: datetime
    tz: ZoneInfo

    @property
    def by(self) -> str:
        return person(self.note.by) if self.note.by else "somebody at RunPod"

    @property
    def what(self) -> str:
        """The pod, and how many more."""
        if self.loss is None:
            return counted(self.note.count, "pod")
        ref = loss_words.loss_ref(self.loss)
        return ref if self.note.count == 1 else f"{ref} and {counted(self.note.count - 1, 'more pod')}"

    @property
    def lasted(self) -> str:
        return span(self.note.at - self.incident.opened_at)


def entry(told: Entry) -> Content:
    words = f"{at(told.note.at, told.now, told.tz)}: {_WORDS[told.note.kind](told)}"
    return page([words], key=f"incident.{told.incident.id}.n{told.number}")


def _worse(told: Entry) -> str:
    return f"worse: {loss_words.happened(told.loss, told.now, told.tz) if told.loss else told.what}."


def _escalated(told: Entry) -> str:
    return f"{whom(told.note.text)}: nobody has acknowledged this for {told.lasted}. Please look at {told.what}."


def _woken(told: Entry) -> str:
    called = mentions(told.on_call.users, told.on_call.group)
    return f"{called}: quiet hours are over, and this still stands." if called else "quiet hours are over."


_WORDS: Final[dict[NoteKind, Callable[[Entry], str]]] = {
    NoteKind.OPENED: lambda told: f"lost: {told.what}.",
    NoteKind.JOINED: lambda told: f"lost too: {told.what}.",
    NoteKind.WORSE: _worse,
    NoteKind.ACKNOWLEDGED: lambda told: f"{told.by} acknowledged it.",
    NoteKind.ESCALATED: _escalated,
    NoteKind.WOKEN: _woken,
    NoteKind.BACK: lambda told: f"runs again: {told.what}.",
    NoteKind.REPLACED: lambda told: f"replaced by another pod: {told.what}.",
    NoteKind.CLAIMED: lambda told: f"{told.by} says they did it: {told.what}.",
    NoteKind.TERMINATED: lambda told: f"terminated by {told.by}: {told.what}.",
    NoteKind.RECOVERY: lambda told: told.note.text,
    NoteKind.RESOLVED: lambda told: f"resolved after {told.lasted}.",
}
