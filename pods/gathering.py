"""Which losses are one incident: those of the same moment and audience, and those of a pod that is in one. Pure.

One record holds the assignments, so that two watchers that see different halves of one event decide alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pods.ids import derived_id
from pods.incidents import Incident
from pods.losses import Loss
from pods.model import Record, Value
from pods.times import Instant


class Bracket(Value):
    """The span in which losses join one incident."""

    pages: bool
    opened_at: Instant
    joined_at: Instant


class Gathering(Record):
    """Which incident each recent loss belongs to: one record, so that two watchers decide alike."""

    #: Loss id -> incident id.
    of: Mapping[str, str] = {}
    newest: Mapping[str, Bracket] = {}
    #: Incidents that are not over, so that nobody need look through all there ever were.
    open: tuple[str, ...] = ()


#: Assignments older than this are forgotten; by then they stand in the losses themselves.
GATHERED_FOR: Final = timedelta(hours=6)
#: An incident takes in losses for no longer than this, however they follow one another.
GROWS_FOR: Final = timedelta(hours=1)


def gathered(
    gathering: Gathering,
    losses: Sequence[Loss],
    incidents: Sequence[Incident],
    now: datetime,
    *,
    within: timedelta,
) -> Gathering:
    """Every loss assigned: to the open incident of its pod, to one of the same moment, or to a new one.

    `incidents` are the recent ones, so that nothing joins what is over.
    """
    of = dict(gathering.of)
    newest = {key: each for key, each in gathering.newest.items() if now - each.joined_at < GATHERED_FOR}
    by_pod = {pod: each for each in incidents if not each.resolved for pod in each.pods}
    for loss in sorted(losses, key=lambda each: (each.confirmed_at, each.id)):
        if loss.id in of:
            continue
        own = by_pod.get(loss.pod_id)
        incident_id = own.id if own is not None else _together(newest, loss, incidents, within)
        incident_id = incident_id or derived_id("incident", loss.id)
        of[loss.id] = incident_id
        newest[incident_id] = _bracket(newest.get(incident_id), loss, own)
    of = {loss_id: incident_id for loss_id, incident_id in of.items() if incident_id in newest}
    fresh = (of[each.id] for each in losses if each.id in of and each.id not in gathering.of)
    still_open = tuple(dict.fromkeys((*gathering.open, *fresh)))
    if (of, newest, still_open) == (gathering.of, gathering.newest, gathering.open):
        return gathering
    return gathering.model_copy(update={"of": of, "newest": newest, "open": still_open})


def opened_anew(gathering: Gathering, incident_id: str) -> Gathering:
    """An incident of its own for a loss whose incident was over before it could join."""
    if incident_id in gathering.open:
        return gathering
    return gathering.model_copy(update={"open": (*gathering.open, incident_id)})


def closed(gathering: Gathering, incident_ids: Collection[str]) -> Gathering:
    """These are over."""
    left = tuple(each for each in gathering.open if each not in incident_ids)
    return gathering if left == gathering.open else gathering.model_copy(update={"open": left})


def _together(
    newest: Mapping[str, Bracket], loss: Loss, incidents: Sequence[Incident], within: timedelta
) -> str | None:
    """The incident of the same moment and the same audience that is not over."""
    over = {each.id for each in incidents if each.resolved}
    fitting = (
        (bracket.joined_at, incident_id)
        for incident_id, bracket in newest.items()
        if incident_id not in over
        and bracket.pages is loss.pages
        and abs(loss.confirmed_at - bracket.joined_at) <= within
        and loss.confirmed_at - bracket.opened_at <= GROWS_FOR
    )
    return max(fitting, default=(None, None))[1]


def _bracket(old: Bracket | None, loss: Loss, own: Incident | None) -> Bracket:
    if old is None:
        opened = own.opened_at if own is not None else loss.confirmed_at
        pages = own.pages if own is not None else loss.pages
        return Bracket(pages=pages, opened_at=opened, joined_at=loss.confirmed_at)
    return old.model_copy(update={"joined_at": max(old.joined_at, loss.confirmed_at)})
