"""What of a recovery is told in the thread of its incident: how tries ended, and that nothing more is tried.

The card is edited, which calls nobody; so the end of a recovery that did not bring the work back names whoever took the
incident, or the pod's owner.
"""

from __future__ import annotations

from datetime import datetime

from bot.views import recovery as views
from bot.views.text import person, pod_ref
from pods.fleet import OwnerKind
from pods.incidents import Incident, Note, NoteKind, noted
from pods.recovery.attempts import Attempt, Result
from pods.recovery.record import Recovery, State
from workers.context import Context
from workers.zones import zone

#: These ends leave the work standing still.
_LEFT_LYING = frozenset({State.GAVE_UP, State.REFUSED})


def note(context: Context, before: Recovery, after: Recovery, now: datetime) -> None:
    """A line for everything new. A worker that dies before this loses the line; the card has what it said."""
    lines = [views.try_line(each) for each in _ended(before, after)]
    if after.state is not before.state and after.state is not State.BACK:
        lines.append(_end(context, after, now))
    if lines:
        context.store.incidents.change(after.incident, lambda there: _with(there, after, lines, now), now)


def _ended(before: Recovery, after: Recovery) -> list[Attempt]:
    """Tries that ended now. That there is still no room, round after round, is not news."""
    over_before = {each.number for each in before.attempts if not each.open}
    ended = [each for each in after.attempts if not each.open and each.number not in over_before]
    news = [each for each in ended if each.result is not Result.UP]
    return [each for each in news if each.round == 0 or each.result is not Result.NO_ROOM]


def _end(context: Context, recovery: Recovery, now: datetime) -> str:
    told = views.Told(recovery=recovery, now=now, tz=zone(context, ""))
    said = next(iter(views.progress(told)), "")
    if recovery.state not in _LEFT_LYING:
        return said
    incident = context.store.incidents.get(recovery.incident)
    owner = context.store.fleet.facts_of(recovery.lost.id).owner
    called = (incident.acknowledged_by if incident else "") or (
        owner.user if owner is not None and owner.kind is OwnerKind.PERSON and owner.user else ""
    )
    whom = f"{person(called)} " if called else ""
    return f"{whom}{pod_ref(recovery.name, recovery.lost.id)} stays down. {said}"


def _with(incident: Incident | None, recovery: Recovery, lines: list[str], now: datetime) -> Incident | None:
    for line in lines:
        if incident is not None:
            entry = Note(at=now, kind=NoteKind.RECOVERY, by=recovery.by, loss_id=recovery.loss, text=line)
            incident = noted(incident, entry)
    return incident
