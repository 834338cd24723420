"""What recovery says of itself on an incident's card, and what it offers there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slackblocks import Button

from bot.views import recovery as views
from bot.views import recovery_buttons as buttons
from bot.views.text import code
from pods.losses import Loss
from pods.recovery.offers import Market, choices
from pods.recovery.record import Recovery, State, recovery_id
from workers import checkpoints
from workers.context import Context
from workers.zones import zone

#: With more plans than this on one card, each is told in its first paragraph only.
_IN_FULL = 2


def progress(context: Context, losses: Sequence[Loss], now: datetime, user: str = "") -> tuple[str, ...]:
    """Paragraphs of mrkdwn; none where no plan was made."""
    plans = _plans(context, losses)
    told = [(loss, plans[loss.id]) for loss in losses if loss.id in plans]
    said: list[str] = []
    for loss, plan in told:
        paragraphs = views.progress(_told(context, plan, now, user))
        if len(told) > _IN_FULL:
            paragraphs = paragraphs[:1]
        named = len(told) > 1
        said += [f"{code(loss.pod.name)}: {each}" if named else each for each in paragraphs]
    return tuple(said)


def offers(context: Context, losses: Sequence[Loss]) -> list[Button]:
    """The buttons that make sense for the losses that have not ended."""
    still = [loss for loss in losses if loss.end is None and loss.incident_id]
    if not still:
        return []
    plans = _plans(context, still)
    movable = any(loss.pod.persistent is None and loss.pod.mounts_known for loss in still)
    return buttons.offers(still[0].incident_id, [plans.get(loss.id) for loss in still], movable=movable)


def _plans(context: Context, losses: Sequence[Loss]) -> dict[str, Recovery]:
    """By loss id."""
    found = context.store.recoveries.many([recovery_id(loss.id) for loss in losses])
    return {plan.loss: plan for plan in found.values()}


def _told(context: Context, plan: Recovery, now: datetime, user: str) -> views.Told:
    market = Market(catalog=context.store.catalog.load(), now=now)
    return views.Told(
        recovery=plan,
        choices=choices(plan, market) if plan.state is State.TRYING else (),
        saved_at=checkpoints.saved_at(context, plan.new_pod or plan.lost.id, plan.lost_at),
        now=now,
        tz=zone(context, user),
    )
