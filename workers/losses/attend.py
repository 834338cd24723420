"""What happens to open incidents as time passes: quiet hours end, nobody answered, the pods never came back.

Begun by the clock and after each change, independent of the watch: an outage of RunPod keeps nobody from being called.
"""

from __future__ import annotations

from datetime import datetime

from pods.gathering import Gathering
from pods.incidents import Incident, IncidentState, called_at, closes, escalated, resolved, woken
from pods.oncall import Step, escalation_due
from pods.policy import Policy
from workers.context import Context, current
from workers.edge import job
from workers.losses import gather, paging, telling


@job()
def attend(subject: str) -> None:
    """See to every open incident, whichever woke this."""
    del subject
    context = current()
    now = context.clock.now()
    gathering = context.store.gathering.get(gather.GATHERING) or Gathering()
    policy = context.store.people.policy()
    for incident in context.store.incidents.many(gathering.open).values():
        _attend(context, incident, policy, now)
    gather.settle(context, gathering.open, now)
    paging.page(context, gathering.open, now)


def _attend(context: Context, incident: Incident, policy: Policy, now: datetime) -> None:
    if closes(incident, now):
        telling.change(context, incident.id, lambda known: resolved(known, now) if known else None, now)
        return
    if incident.hushed and not policy.oncall.hushes(incident.severity, policy.tz, now):
        telling.change(context, incident.id, lambda known: woken(known, now) if known else None, now)
    step = _step_due(context, incident, policy, now)
    if step is not None:
        count, to = incident.escalations + 1, _named(step)
        telling.change(context, incident.id, lambda known: escalated(known, count, to, now) if known else None, now)


def _step_due(context: Context, incident: Incident, policy: Policy, now: datetime) -> Step | None:
    """Nobody is called for what on-call need not know, for what is hushed, or before the card stands."""
    if incident.state is not IncidentState.OPEN or not incident.pages or incident.hushed:
        return None
    told = (context.store.outbox.get(key) for key in incident.card_keys())
    told_at = min((message.told_at for message in told if message and message.told_at), default=None)
    if told_at is None:
        return None
    return escalation_due(policy.oncall, called_at(incident, told_at), incident.escalations, now)


def _named(step: Step) -> str:
    """Ids, separated by blanks, the group first: as the note keeps them."""
    return " ".join((*((step.group,) if step.group else ()), *step.users))
