"""From confirmed losses to incidents on cards: assigned once, joined once, told once, resolved once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from pods.gathering import Gathering, closed, gathered, opened_anew
from pods.ids import derived_id
from pods.incidents import Incident, joined, losses_over, worsened
from pods.losses import Loss
from pods.policy import Policy
from pods.sights import Sight, Stage, at_rest
from workers.context import Context
from workers.losses import telling
from workers.places import people

log = structlog.get_logger()

#: The one gathering of an account.
GATHERING = "losses"


def gather(context: Context, sights: Mapping[str, Sight], policy: Policy) -> None:
    """Every loss into its incident, then what ended meanwhile out of it."""
    now = context.clock.now()
    gathering = context.store.gathering.get(GATHERING) or Gathering()
    current = context.store.losses.many(sight.loss_id for sight in sights.values() if sight.loss_id)
    fresh = [loss for loss in current.values() if not loss.incident_id]
    if fresh:
        gathering = _assign(context, fresh, policy, now)
        for incident_id, losses in _by_incident(gathering, fresh).items():
            _join(context, incident_id, losses, policy, now)
    _worsen(context, current.values(), now)
    _lay_to_rest(context, current.values(), now)
    if gathering.open:
        settle(context, gathering.open, now)


def _assign(context: Context, fresh: Sequence[Loss], policy: Policy, now: datetime) -> Gathering:
    def decide(gathering: Gathering | None) -> Gathering:
        before = gathering or Gathering()
        incidents = tuple(context.store.incidents.many({*before.open, *before.newest}).values())
        return gathered(before, fresh, incidents, now, within=policy.losses.group)

    return context.store.gathering.change(GATHERING, decide, now) or Gathering()


def _by_incident(gathering: Gathering, fresh: Iterable[Loss]) -> dict[str, list[Loss]]:
    found: dict[str, list[Loss]] = {}
    for loss in fresh:
        found.setdefault(gathering.of[loss.id], []).append(loss)
    return found


def _join(context: Context, incident_id: str, losses: Sequence[Loss], policy: Policy, now: datetime) -> None:
    """Into the incident; where that was over by then, into one of their own."""
    incident = _joined(context, incident_id, losses, policy, now)
    if losses[0].id not in incident.losses:
        own = derived_id("incident", losses[0].id)
        context.store.gathering.change(GATHERING, lambda known: opened_anew(known or Gathering(), own), now)
        incident = _joined(context, own, losses, policy, now)
    for loss in losses:
        context.store.losses.change(loss.id, lambda newest: _belonging(newest, incident.id), now)
    telling.wake(context, incident)


def _joined(context: Context, incident_id: str, losses: Sequence[Loss], policy: Policy, now: datetime) -> Incident:
    places = telling.places(context, losses, policy, now)
    fallback = next(iter(people(context.store, policy, now)), "")

    def decide(incident: Incident | None) -> Incident:
        severity = max(loss.severity for loss in losses)
        hushed = policy.oncall.hushes(severity, policy.tz, now)
        return joined(incident, incident_id, losses, now, channels=places, hushed=hushed, fallback=fallback)

    return telling.change(context, incident_id, decide, now)


def _belonging(loss: Loss | None, incident_id: str) -> Loss | None:
    if loss is None or loss.incident_id:
        return loss
    return loss.model_copy(update={"incident_id": incident_id, "told_as": loss.standing})


def refresh(context: Context, incident_id: str, now: datetime) -> None:
    """A loss of it changed: the card says how it stands, and its thread nothing yet."""
    incident = context.store.incidents.get(incident_id)
    for key in incident.card_keys() if incident is not None else ():
        context.store.outbox.want(key, now)


def _worsen(context: Context, losses: Iterable[Loss], now: datetime) -> None:
    """Losses that turned out worse than their incident was told."""
    for loss in losses:
        if loss.incident_id and loss.told_as != loss.standing:
            _worsen_one(context, loss, now)


def _worsen_one(context: Context, loss: Loss, now: datetime) -> None:
    telling.change(context, loss.incident_id, lambda known: worsened(known, loss, now) if known else None, now)
    context.store.losses.change(loss.id, _told, now)


def _lay_to_rest(context: Context, losses: Iterable[Loss], now: datetime) -> None:
    """Pods whose loss was ended by somebody else than by running again: nobody asks after them until they run."""
    for loss in losses:
        if loss.end is not None and loss.incident_id:
            context.store.sights.change(loss.pod_id, lambda sight: _resting(sight, now), now)


def _resting(sight: Sight | None, now: datetime) -> Sight | None:
    return at_rest(sight, now) if sight is not None and sight.stage is Stage.LOST else sight


def _told(loss: Loss | None) -> Loss | None:
    return loss.model_copy(update={"told_as": loss.standing}) if loss is not None else None


def settle(context: Context, incident_ids: Iterable[str], now: datetime) -> None:
    """Take what has ended off the open incidents, and forget those that are over."""
    incidents = context.store.incidents.many(incident_ids)
    over = {incident.id for incident in incidents.values() if _settled(context, incident, now).resolved}
    if over:
        context.store.gathering.change(GATHERING, lambda known: closed(known, over) if known else None, now)


def _settled(context: Context, incident: Incident, now: datetime) -> Incident:
    losses = tuple(context.store.losses.many(incident.open_losses).values())
    return telling.change(context, incident.id, lambda known: losses_over(known, losses, now) if known else None, now)
