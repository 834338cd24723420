"""What a create made without anybody knowing: a pod that shows late, or a second one. Each is told once."""

from __future__ import annotations

from collections import defaultdict

import structlog

from pods.doubles import twins, wanted
from pods.messages import Message, card
from pods.model import Pod, Verb
from pods.operations import Operation
from pods.policy import Kind
from pods.requests import Request
from pods.routing import targets
from workers import gates
from workers.automation import order
from workers.context import Context
from workers.doubled import CARD, ending, subject
from workers.passes.look import Look

log = structlog.get_logger()


def doubles(context: Context, look: Look) -> None:
    """Pods by their stamp: what an ended create does not know of is looked for anew, what it has twice is told."""
    if not look.healthy:
        return
    stamped: dict[str, list[Pod]] = defaultdict(list)
    for entry in look.after.entries:
        if entry.pod.stamp is not None and entry.missing_since is None:
            stamped[entry.pod.stamp].append(entry.pod)
    for operation in context.store.walk.operations(stamped):
        if operation.verb is not Verb.CREATE or not operation.ended:
            continue
        if not operation.pod_id:
            context.store.walk.look_again(operation.id, look.now)
            continue
        for twin in twins(operation, stamped[operation.id]):
            _tell(context, operation, twin)


def _tell(context: Context, operation: Operation, twin: Pod) -> None:
    request = context.store.walk.request(operation.request_id)
    if request is None:
        return
    message = _message(context, request, operation, twin)
    if context.store.outbox.get(message.key) is None:
        log.error("create.doubled", op=operation.id, kept=operation.pod_id, twin=twin.id)
        context.store.clockwork.count("create_doubled")
    context.store.outbox.put(message, context.clock.now())
    gates.wake_message(context, message.key)
    if not wanted(operation, twin):
        order(context, ending(operation, twin, message.key))


def _message(context: Context, request: Request, operation: Operation, twin: Pod) -> Message:
    """Where the create was asked; of automation's, where notices are told; else its owner, directly."""
    routed = targets(Kind.NOTICES, twin.name, context.store.people.policy())
    channel = request.place.channel or next(iter(routed), "")
    user = operation.order.owner if operation.order and operation.order.owner else request.by
    return card(CARD, subject(operation, twin), user=user, now=context.clock.now(), channel=channel)
