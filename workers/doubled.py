"""The order that ends a pod made twice, as the pass that gives it and the card that tells of it both know it."""

from __future__ import annotations

from pods.doubles import wanted
from pods.model import Pod, Verb
from pods.operations import Code, Operation, Outcome
from pods.requests import Request
from workers.automation import Order
from workers.context import Context

RULE = "made-twice"
CARD = "double"


def ending(operation: Operation, twin: Pod, told_by: str) -> Order:
    return Order(rule=RULE, verb=Verb.TERMINATE, pod=twin, subject=subject(operation, twin), tells=(told_by,))


def subject(operation: Operation, twin: Pod) -> str:
    return f"{operation.id}-{twin.id}"


def may_end(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | None:
    """Asked with the twin as read right before the call."""
    del operation
    made = context.store.walk.operation(request.subject.partition("-")[0])
    why = "the create it came from is no longer on record" if made is None else wanted(made, pod)
    return Outcome(code=Code.VETOED, sentence=f"{why}.") if why else None
