"""What a message says now, from the latest records."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views import gates as gate_views
from bot.views import request as request_view
from pods.gates import GateKind
from pods.messages import Content, Message, MessageKind
from pods.operations import Operation
from pods.requests import Request
from workers.context import Context


def render(context: Context, message: Message, now: datetime) -> Content | None:
    """None when the records it speaks of are gone."""
    rendered = message.content if message.content is not None else _of_request(context, message, now)
    if rendered is not None and message.plain:
        return Content(text=rendered.text, blocks=())
    return rendered


def _of_request(context: Context, message: Message, now: datetime) -> Content | None:
    request = context.store.walk.request(message.request_id or "")
    if request is None:
        return None
    operations = context.store.walk.operations(request.operations)
    tz = zone(context, message.user)
    if message.kind is MessageKind.REQUEST:
        return request_view.message(request, operations, others=_others(context, operations), now=now, tz=tz)
    gate = next((each for each in request.gates if each.kind is GateKind.CONFIRM), None)
    if gate is None:
        return None
    return gate_view(context, request, operations, gate, now=now, tz=tz)


def gate_view(
    context: Context,
    request: Request,
    operations: tuple[Operation, ...],
    gate: Gate,
    *,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """The question a gate asks, or what became of it."""


def _others(context: Context, operations: tuple[Operation, ...]) -> dict[str, Operation]:
    """The operations that ours gave way to."""
    ids = [each.outcome.other for each in operations if each.outcome and each.outcome.other]
    return {each.id: each for each in context.store.walk.operations(ids)}


def zone(context: Context, user: str) -> ZoneInfo:
    """The reader's zone as far as Slack told it, else the policy's."""
    known = context.store.people.zone(user)
    return ZoneInfo(known) if known else context.store.people.policy().tz
