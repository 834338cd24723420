"""The last question before money is spent: budgets, prices and approvals as they stand at the very call."""

from __future__ import annotations

import structlog

from pods import rulings
from pods.approvals import Priced, sentence
from pods.ledger.entries import Labels
from pods.model import Verb
from pods.operations import Code, Operation, Outcome
from pods.requests import Request
from workers.context import Context

log = structlog.get_logger()


def against_start(context: Context, request: Request, operation: Operation) -> Outcome | None:
    """Why the pod, as read in this step, is not started after all; None: nothing stands against it."""
    pod = operation.seen
    if operation.verb is not Verb.START or pod is None:
        return None
    facts = context.store.fleet.facts_of(pod.id)
    labels = rulings.labels_of(context.store, pod, facts, request.by)
    price = rulings.start_price_now(context.store, pod, context.clock.now())
    return against(context, request, labels, Priced(pod_id=pod.id, per_hour=price))


def against(context: Context, request: Request, labels: Labels, priced: Priced) -> Outcome | None:
    """The same for anything that is to run: `priced` is what it would cost by what is known at this moment.

    Ask right before each call that spends; what was asked when it was ordered may no longer hold.
    """
    found = rulings.against(context.store, request, labels, priced, context.clock.now())
    if found is None:
        return None
    hindrance, ruling, agreed = found
    log.info("spending.hindered", hindrance=hindrance.value, pod=priced.pod_id)
    return Outcome(code=Code.SPENDING, sentence=sentence(hindrance, ruling, agreed, priced), detail=hindrance.value)
