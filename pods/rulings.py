"""Whose money a start or create would be, what it would cost, and what the policy says to it, as the store stands now.

The bot asks when somebody asks, the workers right before RunPod is called: the same questions, put to the same records.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.access import Person
from pods.approvals import Agreed, Appeal, Hindrance, Priced, hindrance
from pods.budgets import Budget, Ruling, ruling
from pods.catalog import Part
from pods.fleet import PodFacts
from pods.forecast import Quote
from pods.gates import GateKind, GateState
from pods.ledger import whose
from pods.ledger.entries import Labels
from pods.ledger.hours import last_price
from pods.ledger.sightings import SubjectKind
from pods.model import Pod
from pods.quotes import start_price
from pods.requests import Request
from pods.spending import pots
from pods.store import Store

#: The one record of `store.spending`.
SPENDING: Final = "now"
#: The rule by which lost work is brought back.
RECOVERY: Final = "recovery"
#: Prices read longer ago than this say nothing of now.
CATALOG_FRESH: Final = timedelta(hours=1)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Final = Appeal(at=_NEVER, priced=(), quote=Quote(per_hour=None, at=_NEVER))


def labels_of(store: Store, pod: Pod, facts: PodFacts | None, asker: str) -> Labels:
    """Who pays for the pod; what nobody owns is paid by who asks."""
    labels = whose.labels_of(pod, facts, store.people.team_of)
    if labels.owner is not None:
        return labels
    return labels.model_copy(update={"owner": asker, "team": store.people.team_of(asker)})


def start_price_now(store: Store, pod: Pod, now: datetime) -> Decimal | None:
    """USD per hour of compute if it were started now; None: nothing says."""
    catalog = store.catalog.load()
    read_at = catalog.read_at(Part.GPU_TYPES)
    fresh = read_at is not None and now - read_at <= CATALOG_FRESH
    life = store.ledger.watching().life(SubjectKind.POD, pod.id)
    return start_price(pod, catalog if fresh else None, last_price(life) if life else None)


def pots_for(store: Store, labels: Labels, now: datetime) -> tuple[Budget, ...]:
    """The budgets that would pay for what bears these labels."""
    policy = store.people.policy()
    every = pots(policy.budget, store.spending.get(SPENDING), now, policy.tz, of=labels)
    return tuple(pot for pot in every if pot.pays_for(labels))


def ruled(store: Store, labels: Labels, per_hour: Decimal | None, now: datetime) -> Ruling:
    """What the policy says to such a pod at this price."""
    return ruling(pots_for(store, labels, now), store.people.policy().approval, labels, per_hour)


def may_approve(store: Store, person: Person) -> bool:
    return person.role >= store.people.policy().approval.role


def agreed(store: Store, request: Request, now: datetime) -> Agreed | None:
    """The approval of a request as it stands now; None: it was never asked for."""
    gate = next((each for each in request.gates if each.kind is GateKind.APPROVAL), None)
    if gate is None:
        return None
    by = gate.decided_by if gate.state is GateState.PASSED else None
    may = by is not None and may_approve(store, store.people.person(request.team, by, now))
    # A request without its appeal could not say to what price anybody agreed: then nothing was agreed to.
    return Agreed(appeal=request.appeal or _NOTHING, by=by, at=gate.decided_at, may=may)


def against(
    store: Store, request: Request, labels: Labels, priced: Priced, now: datetime
) -> tuple[Hindrance, Ruling, Agreed | None] | None:
    """What stands between this request and RunPod at this moment, with what it was judged by; None: nothing."""
    says, approval = ruled(store, labels, priced.per_hour, now), agreed(store, request, now)
    found = hindrance(says, approval, priced, request.by, now)
    if found is Hindrance.NOT_APPROVED and request.rule == RECOVERY:
        # Nobody is awake to ask: the policy's rule, with its own price cap and budget, is the second person's word.
        return None
    return None if found is None else (found, says, approval)
