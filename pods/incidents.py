"""An incident: losses that happened together, told on one card until they are over. Pure.

Open -> acknowledged -> resolved. It is resolved once, when every one of its losses has ended; a loss of the same
moment, or of a pod that is in it already, joins it instead of opening another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.losses import EndKind, Loss, Severity
from pods.model import Record, Value
from pods.times import Instant

#: Notes kept on the card's thread; an incident of thousands of pods names the first ones.
NOTES_MAX: Final = 200
#: An acknowledged incident whose pods never came back is closed after this.
CLOSED_AFTER: Final = timedelta(hours=24)


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class NoteKind(StrEnum):
    """What the thread tells of, in the order it happened."""

    OPENED = "opened"
    JOINED = "joined"
    WORSE = "worse"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    #: Quiet hours are over and it still stands.
    WOKEN = "woken"
    BACK = "back"
    REPLACED = "replaced"
    CLAIMED = "claimed"
    TERMINATED = "terminated"
    #: A line of the recovery's own.
    RECOVERY = "recovery"
    RESOLVED = "resolved"


class Note(Value):
    at: Instant
    kind: NoteKind
    #: A user id, or "rule:<name>"; empty: nobody in particular.
    by: str = ""
    #: The loss concerned, the first of `count`.
    loss_id: str = ""
    count: int = 1
    #: Words of ours, for a recovery's line; whose escalation, for that.
    text: str = ""


class Incident(Record):
    id: str
    state: IncidentState = IncidentState.OPEN
    severity: Severity
    #: Whether on-call is told; else it is a notice with a button.
    pages: bool
    #: The first is what it opened with.
    losses: tuple[str, ...]
    pods: tuple[str, ...]
    #: Losses that have not ended.
    open_losses: tuple[str, ...]
    opened_at: Instant
    #: The newest that joined; others join within the grouping time of it.
    joined_at: Instant
    acknowledged_at: Instant | None = None
    acknowledged_by: str = ""
    resolved_at: Instant | None = None
    #: Where it is told: channels, or people directly where no channel is routed to.
    channels: tuple[str, ...] = ()
    #: Who is told directly where a channel turns out to be closed to us.
    fallback: str = ""
    #: It opened in quiet hours and waits for their end to call anybody.
    hushed: bool = False
    #: How many steps of the escalation were told.
    escalations: int = 0
    notes: tuple[Note, ...] = ()
    #: Notes so far, those that are no longer kept included: names the next note's message.
    noted: int = 0

    @property
    def resolved(self) -> bool:
        return self.state is IncidentState.RESOLVED

    def card_keys(self) -> tuple[str, ...]:
        return tuple(card_key(self.id, channel) for channel in self.channels)


#: The names of its messages.
CARD: Final = "incident"
ENTRY: Final = "incident-note"


def card_key(incident_id: str, place: str) -> str:
    return f"{CARD}.{incident_id}.{place}"


def joined(
    incident: Incident | None,
    incident_id: str,
    losses: Sequence[Loss],
    now: datetime,
    *,
    channels: tuple[str, ...],
    hushed: bool,
    fallback: str = "",
) -> Incident:
    """The incident with these losses in it. A resolved one stays as it is: what comes later opens its own."""
    if incident is None:
        first = Incident(
            id=incident_id,
            severity=max(loss.severity for loss in losses),
            pages=any(loss.pages for loss in losses),
            losses=tuple(loss.id for loss in losses),
            pods=tuple(dict.fromkeys(loss.pod_id for loss in losses)),
            open_losses=tuple(loss.id for loss in losses),
            opened_at=now,
            joined_at=now,
            channels=channels,
            fallback=fallback,
            hushed=hushed,
        )
        return noted(first, _counted(NoteKind.OPENED, losses, now))
    known = frozenset(incident.losses)
    fresh = tuple(loss for loss in losses if loss.id not in known)
    if not fresh or incident.resolved:
        return incident
    grown = incident.model_copy(
        update={
            "losses": (*incident.losses, *(loss.id for loss in fresh)),
            "pods": tuple(dict.fromkeys((*incident.pods, *(loss.pod_id for loss in fresh)))),
            "open_losses": (*incident.open_losses, *(loss.id for loss in fresh)),
            "joined_at": now,
            "pages": incident.pages or any(loss.pages for loss in fresh),
            "severity": max(incident.severity, *(loss.severity for loss in fresh)),
            "hushed": incident.hushed and hushed,
        }
    )
    return noted(grown, _counted(NoteKind.JOINED, fresh, now))


def _counted(kind: NoteKind, losses: Sequence[Loss], now: datetime) -> Note:
    return Note(at=now, kind=kind, loss_id=losses[0].id, count=len(losses))


def worsened(incident: Incident, loss: Loss, now: datetime) -> Incident:
    """A loss of it is worse than was told; told once."""
    note = Note(at=now, kind=NoteKind.WORSE, loss_id=loss.id, text=loss.standing)
    told = any((each.kind, each.loss_id, each.text) == (note.kind, loss.id, note.text) for each in incident.notes)
    if incident.resolved or told:
        return incident
    hushed = incident.hushed and loss.severity is Severity.LOW
    severity = max(incident.severity, loss.severity)
    return noted(incident.model_copy(update={"severity": severity, "hushed": hushed}), note)


def acknowledged(incident: Incident, by: str, now: datetime) -> Incident:
    """Somebody is at it. The first one stays; a resolved one needs nobody."""
    if incident.state is not IncidentState.OPEN:
        return incident
    taken = incident.model_copy(
        update={"state": IncidentState.ACKNOWLEDGED, "acknowledged_at": now, "acknowledged_by": by, "hushed": False}
    )
    return noted(taken, Note(at=now, kind=NoteKind.ACKNOWLEDGED, by=by))


_END_NOTES: Final = {
    EndKind.BACK: NoteKind.BACK,
    EndKind.REPLACED: NoteKind.REPLACED,
    EndKind.CLAIMED: NoteKind.CLAIMED,
    EndKind.TERMINATED: NoteKind.TERMINATED,
}


def losses_over(incident: Incident, losses: Sequence[Loss], now: datetime) -> Incident:
    """Some of its losses ended; with the last one the incident is resolved."""
    still = frozenset(incident.open_losses)
    over = {loss.id: loss for loss in losses if loss.end is not None and loss.id in still}
    if not over:
        return incident
    after = incident.model_copy(
        update={"open_losses": tuple(each for each in incident.open_losses if each not in over)}
    )
    by_kind: dict[NoteKind, list[Loss]] = {}
    for loss in over.values():
        if loss.end is not None:
            by_kind.setdefault(_END_NOTES[loss.end.kind], []).append(loss)
    for kind, ended in by_kind.items():
        note = _counted(kind, ended, now)
        after = noted(after, note.model_copy(update={"by": ended[0].end.by if ended[0].end else ""}))
    return resolved(after, now) if not after.open_losses else after


def resolved(incident: Incident, now: datetime, *, by: str = "") -> Incident:
    if incident.resolved:
        return incident
    over = incident.model_copy(update={"state": IncidentState.RESOLVED, "resolved_at": now, "hushed": False})
    return noted(over, Note(at=now, kind=NoteKind.RESOLVED, by=by))


def closes(incident: Incident, now: datetime) -> bool:
    """Whether somebody took it long ago and its pods will not come back by themselves."""
    taken = incident.acknowledged_at
    return incident.state is IncidentState.ACKNOWLEDGED and taken is not None and now - taken >= CLOSED_AFTER


def woken(incident: Incident, now: datetime) -> Incident:
    """Quiet hours are over: now somebody is called."""
    if incident.resolved or not incident.hushed:
        return incident
    return noted(incident.model_copy(update={"hushed": False}), Note(at=now, kind=NoteKind.WOKEN))


def called_at(incident: Incident, told_at: datetime) -> datetime:
    """Since when somebody could have answered: since the card stood, or since quiet hours ended."""
    return max([told_at, *(note.at for note in incident.notes if note.kind is NoteKind.WOKEN)])


def escalated(incident: Incident, step: int, to: str, now: datetime) -> Incident:
    """The escalation's step (counted from 1) was told; one that was told already is not told again."""
    if incident.state is not IncidentState.OPEN or step <= incident.escalations:
        return incident
    return noted(
        incident.model_copy(update={"escalations": step}),
        Note(at=now, kind=NoteKind.ESCALATED, loss_id=_first_open(incident), count=len(incident.open_losses), text=to),
    )


def _first_open(incident: Incident) -> str:
    return next(iter(incident.open_losses), "")


def noted(incident: Incident, note: Note) -> Incident:
    """With one more line of history."""
    notes = (*incident.notes, note)[-NOTES_MAX:]
    return incident.model_copy(update={"notes": notes, "noted": incident.noted + 1})


def new_notes(before: Incident | None, after: Incident) -> tuple[tuple[int, Note], ...]:
    """(number, note) of what `after` tells and `before` did not; numbers count from 1 and never change."""
    told = before.noted if before is not None else 0
    first = after.noted - len(after.notes) + 1
    return tuple((first + place, note) for place, note in enumerate(after.notes) if first + place > told)
