"""An incident: losses that happened together, told on one card until they are over. Pure.

Open -> acknowledged -> resolved. It is resolved once, when every one of its losses has ended; a loss of the same
moment, or of a pod that is in it already, joins it instead of opening another.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.losses import Loss, Severity
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
    loss_id: str = ""
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
    #: Channels it was told in, in the policy's order when it opened.
    channels: tuple[str, ...] = ()
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


CARD: Final = "incident"


def card_key(incident_id: str, channel: str) -> str:
    return f"{CARD}.{incident_id}.{channel}"


def note_key(incident_id: str, number: int, channel: str) -> str:
    return f"{CARD}.{incident_id}.n{number}.{channel}"


def joined(
    incident: Incident | None, incident_id: str, loss: Loss, now: datetime, *, channels: tuple[str, ...], hushed: bool
) -> Incident:
    """The incident with a loss in it. A resolved one stays resolved: what comes later opens its own."""
    if incident is None:
        first = Incident(
            id=incident_id,
            severity=loss.severity,
            pages=loss.pages,
            losses=(loss.id,),
            pods=(loss.pod_id,),
            open_losses=(loss.id,),
            opened_at=now,
            joined_at=now,
            channels=channels,
            hushed=hushed,
        )
        return noted(first, Note(at=now, kind=NoteKind.OPENED, loss_id=loss.id))
    if loss.id in incident.losses or incident.resolved:
        return incident
    grown = incident.model_copy(
        update={
            "losses": (*incident.losses, loss.id),
            "pods": tuple(dict.fromkeys((*incident.pods, loss.pod_id))),
            "open_losses": (*incident.open_losses, loss.id),
            "joined_at": now,
            "severity": max(incident.severity, loss.severity),
            "hushed": incident.hushed and hushed,
        }
    )
    return noted(grown, Note(at=now, kind=NoteKind.JOINED, loss_id=loss.id))


def worsened(incident: Incident, loss: Loss, now: datetime) -> Incident:
    """A loss of it is worse than was told."""
    if incident.resolved:
        return incident
    higher = incident.model_copy(update={"severity": max(incident.severity, loss.severity)})
    woken = higher.model_copy(update={"hushed": False}) if loss.severity is Severity.HIGH else higher
    return noted(woken, Note(at=now, kind=NoteKind.WORSE, loss_id=loss.id, text=f"{loss.kind.value}.{loss.restarts}"))


def acknowledged(incident: Incident, by: str, now: datetime) -> Incident:
    """Somebody is at it. The first one stays; a resolved one needs nobody."""
    if incident.state is not IncidentState.OPEN:
        return incident
    taken = incident.model_copy(
        update={"state": IncidentState.ACKNOWLEDGED, "acknowledged_at": now, "acknowledged_by": by, "hushed": False}
    )
    return noted(taken, Note(at=now, kind=NoteKind.ACKNOWLEDGED, by=by))


_END_NOTES: Final = {
    "back": NoteKind.BACK,
    "replaced": NoteKind.REPLACED,
    "claimed": NoteKind.CLAIMED,
    "terminated": NoteKind.TERMINATED,
}


def loss_over(incident: Incident, loss: Loss, now: datetime) -> Incident:
    """One of its losses ended; with the last one the incident is resolved."""
    if loss.id not in incident.open_losses or loss.end is None:
        return incident
    left = tuple(each for each in incident.open_losses if each != loss.id)
    after = incident.model_copy(update={"open_losses": left})
    note = Note(at=now, kind=_END_NOTES[loss.end.kind.value], by=loss.end.by, loss_id=loss.id)
    after = noted(after, note)
    return resolved(after, now) if not left else after


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


def escalated(incident: Incident, step: int, to: str, now: datetime) -> Incident:
    """The escalation's step (counted from 1) was told; one that was told already is not told again."""
    if incident.state is not IncidentState.OPEN or step <= incident.escalations:
        return incident
    return noted(incident.model_copy(update={"escalations": step}), Note(at=now, kind=NoteKind.ESCALATED, text=to))


def noted(incident: Incident, note: Note) -> Incident:
    """With one more line of history."""
    notes = (*incident.notes, note)[-NOTES_MAX:]
    return incident.model_copy(update={"notes": notes, "noted": incident.noted + 1})


def new_notes(before: Incident | None, after: Incident) -> tuple[tuple[int, Note], ...]:
    """(number, note) of what `after` tells and `before` did not; numbers count from 1 and never change."""
    told = before.noted if before is not None else 0
    first = after.noted - len(after.notes) + 1
    return tuple((first + place, note) for place, note in enumerate(after.notes) if first + place > told)
