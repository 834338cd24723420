"""A recovery's orders: from what must stand ordered to requests of the walk, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pods.fleet import OwnerKind
from pods.model import GpuRequest, Pod, Verb
from pods.operations import Code, Operation, OperationState, Outcome
from pods.orders import Candidate, CreateOrder
from pods.recovery.attempts import Offer
from pods.recovery.guards import objection
from pods.recovery.look import Came, Ordered, Seen, Sight
from pods.recovery.orders import Deed, Order
from pods.recovery.record import Recovery
from pods.requests import Request
from workers import automation
from workers.context import Context
from workers.guards import NotNow
from workers.sight import sight

#: By deed: the rule it is decided by, as messages and the audit name it.
RULES: Final = {
    Deed.START: "recovery",
    Deed.CREATE: "recovery",
    Deed.STOP: "recovery-undo",
    Deed.TERMINATE: "recovery-undo",
    Deed.CLEAR: "recovery-husk",
}
UNREAD: Final = "The pod could not be read just before, so nothing is done yet."


def place(context: Context, recovery: Recovery, order: Order, tells: tuple[str, ...]) -> None:
    """See to it that it stands ordered; an order that stands already is left as it is.

    A pod in other hands keeps the order waiting: it is placed again with the next step.
    """
    if order.deed is Deed.CREATE:
        automation.create(context, creation(context, recovery, order, tells))
        return
    automation.order(context, _order(recovery, order, tells))


def found(context: Context, recovery: Recovery, order: Order, now: datetime) -> Ordered:
    """What became of it."""
    if order.deed is Deed.CREATE:
        operation_id = automation.creation_id(context, creation(context, recovery, order, ()))
    else:
        operation_id = automation.operation_id(context, _order(recovery, order, ()))
    return ordered(context.store.walk.operation(operation_id), now)


def ordered(operation: Operation | None, now: datetime) -> Ordered:
    if operation is None:
        return Ordered(came=Came.UNORDERED)
    sentence = (operation.outcome.sentence if operation.outcome else "") or operation.trouble
    pod_id = operation.pod_id if operation.verb is Verb.CREATE else None
    return Ordered(came=_came(operation, now), pod_id=pod_id or None, sentence=sentence)


def _came(operation: Operation, now: datetime) -> Came:
    code = operation.outcome.code if operation.outcome else None
    match operation.state:
        case OperationState.DONE:
            # A pod that ran already was not started by us.
            return Came.CALLED_OFF if code is Code.ALREADY and operation.verb is Verb.START else Came.DONE
        case OperationState.FAILED:
            return _failed(operation.verb, code)
        case OperationState.CANCELLED:
            return Came.CALLED_OFF
        case OperationState.UNKNOWN:
            return Came.DOUBTFUL if operation.looked_after(now) else Came.UNCLEAR
    return Came.OPEN


def _failed(verb: Verb, code: Code | None) -> Came:
    if code in {Code.NO_CAPACITY, Code.HOST_FULL}:
        return Came.NO_ROOM
    return Came.DONE if code is Code.GONE and verb is Verb.TERMINATE else Came.REFUSED


def _order(recovery: Recovery, order: Order, tells: tuple[str, ...]) -> automation.Order:
    verb = order.verb
    if verb is None or order.pod_id is None:
        raise AssertionError("a deed on a pod names it")
    own = order.pod_id == recovery.lost.id
    pod = recovery.lost if own else recovery.lost.model_copy(update={"id": order.pod_id, "name": recovery.name})
    return automation.Order(rule=RULES[order.deed], verb=verb, pod=pod, subject=order.subject, tells=tells)


def creation(context: Context, recovery: Recovery, order: Order, tells: tuple[str, ...]) -> automation.Creation:
    offer, spec = order.offer, recovery.spec
    if offer is None or spec is None:
        raise AssertionError("a create is only ever offered from a spec")
    made = CreateOrder(
        name=recovery.name,
        candidates=(_candidate(recovery, offer),),
        image=spec.image,
        args=spec.args or None,
        disk_gb=spec.disk_gb,
        ports=spec.ports,
        env=spec.env,
        persistent=spec.persistent if recovery.empty_copy else None,
        network=spec.network,
        registry=spec.registry,
        start_ssh=spec.start_ssh,
        start_jupyter=spec.start_jupyter,
        price_cap=recovery.cap,
        # While RunPod has the lost pod, its env is read from there, and stands nowhere else.
        copy_of=None if recovery.gone else recovery.lost.id,
        # Its protection moves with everything else that is known of it, once it runs.
        owner=_owner(context, recovery.lost.id),
    )
    return automation.Creation(rule=RULES[order.deed], create=made, subject=order.subject, tells=tells)


def _candidate(recovery: Recovery, offer: Offer) -> Candidate:
    gpu = GpuRequest(id=offer.gpu, count=offer.count) if offer.gpu else None
    return Candidate(
        gpu=gpu,
        cpu=recovery.spec.cpu if gpu is None and recovery.spec else None,
        cloud=offer.cloud,
        data_centers=offer.data_centers,
        price=offer.price,
        bid=offer.bid,
    )


def _owner(context: Context, pod_id: str) -> str | None:
    owner = context.store.fleet.facts_of(pod_id).owner
    return owner.user if owner is not None and owner.kind is OwnerKind.PERSON else None


# -- the last look before a call


def _recovery_of(context: Context, request: Request) -> Recovery | None:
    return context.store.recoveries.get(request.subject.partition(".")[0])


def _judged(context: Context, request: Request, order: Order, lost: Seen, new: Seen) -> Outcome | NotNow | None:
    if Sight.UNREAD in {lost, new}:
        return NotNow(sentence=UNREAD)
    no = objection(_recovery_of(context, request), order, lost, new)
    return None if no is None else Outcome(code=Code.VETOED, sentence=no)


def may_try(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | NotNow | None:
    order = Order(deed=Deed.START, subject=request.subject, pod_id=operation.pod_id)
    return _judged(context, request, order, pod, Sight.NONE)


def may_create(context: Context, request: Request, operation: Operation) -> Outcome | NotNow | None:
    del operation
    recovery = _recovery_of(context, request)
    lost = sight(context, recovery.lost.id) if recovery else Sight.NONE
    return _judged(context, request, Order(deed=Deed.CREATE, subject=request.subject), lost, Sight.NONE)


def may_undo(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | NotNow | None:
    deed = Deed.STOP if operation.verb is Verb.STOP else Deed.TERMINATE
    order = Order(deed=deed, subject=request.subject, pod_id=operation.pod_id)
    lost, new = (pod, Sight.NONE) if deed is Deed.STOP else (Sight.NONE, pod)
    return _judged(context, request, order, lost, new)


def may_clear(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | NotNow | None:
    recovery = _recovery_of(context, request)
    new = sight(context, recovery.new_pod) if recovery else Sight.NONE
    order = Order(deed=Deed.CLEAR, subject=request.subject, pod_id=operation.pod_id)
    return _judged(context, request, order, pod, new)
