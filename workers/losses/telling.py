"""Where an incident is told, and the wake-ups that go with a change of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pods.incidents import Incident
from pods.jobs import Job
from pods.losses import Loss
from pods.policy import Kind, Policy
from pods.routing import targets
from workers import gates
from workers.context import Context
from workers.places import MOST_DIRECT, people


def places(context: Context, losses: Sequence[Loss], policy: Policy, now: datetime) -> tuple[str, ...]:
    """The channels for these losses; where the policy routes to none, the people on call, else the admins."""
    pages = any(loss.pages for loss in losses)
    kinds = (Kind.LOSSES, Kind.NOTICES) if pages else (Kind.NOTICES, Kind.LOSSES)
    for kind in kinds:
        routed = (targets(kind, loss.pod.name, policy) for loss in losses)
        channels = tuple(dict.fromkeys(channel for each in routed for channel in each))
        if channels:
            return channels
    return people(context.store, policy, now)[:MOST_DIRECT]


def change(
    context: Context, incident_id: str, decide: Callable[[Incident | None], Incident | None], now: datetime
) -> Incident:
    """Change an incident and wake what tells of it. Raises LookupError where it is not on record."""
    before = context.store.incidents.get(incident_id)
    after = context.store.incidents.change(incident_id, decide, now)
    if after is None:
        raise LookupError(f"incident {incident_id} is not on record")
    if before is None or after.version != before.version:
        wake(context, after)
    return after


def wake(context: Context, incident: Incident) -> None:
    for key in incident.card_keys():
        gates.wake_message(context, key)
    context.wake(Job.ATTEND, incident.id)
