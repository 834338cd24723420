"""The card of an incident and the entries in its thread, from the latest records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.views import incident as view
from bot.views import incident_notes as notes
from pods.fleet import OwnerKind, owners
from pods.hours import awake_at
from pods.incidents import Incident, called_at
from pods.losses import Loss
from pods.messages import Content, Message
from pods.oncall import OnCall, on_call
from pods.times import MINUTE
from workers import checkpoints
from workers.cards import recovery
from workers.context import Context
from workers.zones import zone


def card(context: Context, message: Message, now: datetime) -> Content | None:
    incident = context.store.incidents.get(message.subject)
    if incident is None:
        return None
    found = context.store.losses.many(incident.losses)
    losses = sorted(found.values(), key=lambda loss: (loss.end is not None, -(loss.rate or 0), loss.id))
    if not losses:
        return None
    return view.card(_scene(context, message, incident, losses, now))


def entry(context: Context, message: Message, now: datetime) -> Content | None:
    """The note whose number is the last part of the key."""
    incident = context.store.incidents.get(message.subject)
    number = int(message.key.rpartition(".")[2])
    if incident is None:
        return None
    first = incident.noted - len(incident.notes) + 1
    if not first <= number <= incident.noted:
        return None
    note = incident.notes[number - first]
    loss = context.store.losses.get(note.loss_id) if note.loss_id else None
    return notes.entry(
        notes.Entry(
            incident=incident,
            number=number,
            note=note,
            loss=loss,
            on_call=_on_call(context, now),
            now=now,
            tz=zone(context, message.user),
        )
    )


def _scene(context: Context, message: Message, incident: Incident, losses: Sequence[Loss], now: datetime) -> view.Scene:
    shown = losses[: view.SHOWN]
    policy = context.store.people.policy()
    facts = context.store.fleet.facts()
    owned = {loss.pod_id: owners(facts, loss.pod_id) for loss in shown}
    steps = policy.oncall.escalate[incident.escalations :]
    called = called_at(incident, message.told_at or now)
    return view.Scene(
        incident=incident,
        losses=shown,
        rate=_rate(losses),
        owners={
            pod_id: owner.user
            for pod_id, owner in owned.items()
            if owner is not None and owner.kind is OwnerKind.PERSON and owner.user
        },
        on_call=_on_call(context, now),
        step=steps[0] if steps else None,
        step_at=called + steps[0].after_min * MINUTE if steps else None,
        hushed_until=awake_at(policy.oncall.quiet, policy.tz, now) if incident.hushed else None,
        saved_at={
            each.pod_id: at for each in shown if (at := checkpoints.saved_at(context, each.pod_id, each.seen_at))
        },
        checkpoints={each.pod_id: checkpoints.before(context, each, message.user) for each in shown},
        progress=recovery.progress(context, shown, now, message.user),
        offers=recovery.offers(context, losses),
        now=now,
        tz=zone(context, message.user),
    )


def _rate(losses: Sequence[Loss]) -> Decimal | None:
    rates = [loss.rate for loss in losses if loss.end is None and loss.rate is not None]
    return sum(rates, Decimal(0)) if rates else None


def _on_call(context: Context, now: datetime) -> OnCall:
    policy = context.store.people.policy()
    return on_call(policy.oncall, policy.tz, now)
