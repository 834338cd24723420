"""What a message says now, from the latest records."""

from __future__ import annotations

from datetime import datetime

from bot.views import gates as gate_views
from bot.views import request as request_view
from pods.gates import GateKind
from pods.messages import Content, Message, MessageKind
from pods.operations import Operation
from workers.cards import CARDS
from workers.context import Context
from workers.zones import zone


def render(context: Context, message: Message, now: datetime) -> Content | None:
    """None when the records it speaks of are gone."""
    rendered = _latest(context, message, now)
    if rendered is not None and message.plain:
        return Content(text=rendered.text, blocks=())
    return rendered


def _latest(context: Context, message: Message, now: datetime) -> Content | None:
    if message.content is not None:
        return message.content
    if message.card:
        return CARDS[message.card](context, message, now)
    return _of_request(context, message, now)


def unwritten(error_id: str) -> Content:
    """What stands in for a message that could not be put into words."""
    return Content(
        text=f"Something in me failed while I wrote this message (error `{error_id}`). `/pod status` says how the pod "
        "stands, and an admin finds the error in the log."
    )


def _of_request(context: Context, message: Message, now: datetime) -> Content | None:
    request = context.store.walk.request(message.request_id or "")
    if request is None:
        return None
    operations = context.store.walk.operations(request.operations)
    tz = zone(context, message.user)
    fleet = context.store.fleet.load()
    pods = tuple(pod for each in operations if (pod := fleet.get(each.pod_id)))
    if message.kind is MessageKind.CONFIRM:
        gate = next(each for each in request.gates if each.kind is GateKind.CONFIRM)
        facts = context.store.fleet.facts()
        return gate_views.dialog(request, operations, pods, gate, facts=facts, now=now, tz=tz)
    others = _others(context, operations)
    return request_view.message(request, operations, others=others, now=now, tz=tz, pods=pods)


def _others(context: Context, operations: tuple[Operation, ...]) -> dict[str, Operation]:
    """The operations that ours gave way to."""
    ids = [each.outcome.other for each in operations if each.outcome and each.outcome.other]
    return {each.id: each for each in context.store.walk.operations(ids)}
