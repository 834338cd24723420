"""What automation asks for: the same walk as a person's command, with a rule in the place of the person.

Written once per rule, subject and verb, however often and by however many it is ordered; what came of it stands in the
operation, and whoever ordered it reads it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pods.audit import AuditEntry, Event
from pods.gates import Binding
from pods.ids import derived_id
from pods.jobs import Job
from pods.messages import Message, MessageKind, Target
from pods.model import Pod, Verb
from pods.operations import DEADLINES, Operation, deadline
from pods.orders import CreateOrder
from pods.requests import RULE, Origin, Place, Request, RequestState
from pods.store.acceptance import Acceptance, Accepted
from workers.context import Context

#: In the place of a pod's id, while there is no pod.
_NEW: Final = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One verb on one pod by a rule.

    `subject` is the id of what the rule decided about, and what makes the order happen once: a second stop for the same
    lease is the first one. `tells` are keys of messages that are brought up to date as it goes; without them it has a
    message of its own in `channel`.
    """

    rule: str
    verb: Verb
    pod: Pod
    subject: str
    channel: str = ""
    tells: tuple[str, ...] = ()
    bound: Binding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """One pod to be made by a rule; `subject`, `channel` and `tells` as of an Order.

    Its operation ends DONE with the pod's id and is then watched until the pod is ready (`Operation.arrival`); FAILED
    with `Code.NO_CAPACITY` when none of the candidates could be had, with another code when RunPod said no; UNKNOWN
    only when nobody can say whether a pod exists. Before each call `CREATION_GUARDS[rule]` is asked.
    """

    rule: str
    create: CreateOrder
    subject: str
    channel: str = ""
    tells: tuple[str, ...] = ()
    #: What finds no machine is tried again every two minutes until then.
    keep_until: datetime | None = None


def creation_id(context: Context, given: Creation) -> str:
    """The operation's id, known before it is ordered; the pod's stamp and the end of its name."""
    return derived_id(_creation_request_id(context, given), _NEW)


def _creation_request_id(context: Context, given: Creation) -> str:
    return derived_id(context.account, given.rule, given.subject, Verb.CREATE.value)


def create(context: Context, given: Creation) -> Acceptance:
    """Accept it once per rule and subject; then its first step is woken."""
    _readable(given.rule, given.create.name, given.channel, given.tells)
    now = context.clock.now()
    operation = _creating(context, given, now)
    request = Request(
        id=operation.request_id,
        account=context.account,
        team="",
        by=operation.by,
        verb=Verb.CREATE,
        command=f"{Verb.CREATE.value} {given.create.name}",
        origin=Origin.AUTOMATION,
        place=Place(channel=given.channel),
        operations=(operation.id,),
        state=RequestState.ACCEPTED,
        created_at=now,
        subject=given.subject,
    )
    return _accept(context, request, operation, now)


def _creating(context: Context, given: Creation, now: datetime) -> Operation:
    return Operation(
        id=creation_id(context, given),
        request_id=_creation_request_id(context, given),
        account=context.account,
        verb=Verb.CREATE,
        pod_id="",
        pod_name=given.create.name,
        by=f"{RULE}{given.rule}",
        created_at=now,
        accepted_at=now,
        next_at=now,
        deadline=deadline(Verb.CREATE, now, given.keep_until),
        tells=given.tells,
        order=given.create,
        keep_until=given.keep_until,
    )


def request_id(context: Context, order: Order) -> str:
    return derived_id(context.account, order.rule, order.subject, order.verb.value)


def operation_id(context: Context, order: Order) -> str:
    """Known before it is ordered, so that a record can name it in the change that decides to order it."""
    return derived_id(request_id(context, order), order.pod.id)


def order(context: Context, given: Order) -> Acceptance:
    """Accept it, or say that it stands already or who has the pod; then its first step is woken."""
    _readable(given.rule, given.pod.id, given.channel, given.tells)
    now = context.clock.now()
    request = _request(context, given, now)
    return _accept(context, request, _operation(context, given, request, now), now)


def _readable(rule: str, what: str, channel: str, tells: tuple[str, ...]) -> None:
    if not tells and not channel:
        raise ValueError(f"nobody would read what becomes of {rule} on {what}")


def _accept(context: Context, request: Request, operation: Operation, now: datetime) -> Acceptance:
    acceptance = context.store.walk.accept(
        request,
        (operation,),
        () if operation.tells else (_message(request, now),),
        intent=request.id,
        audit=AuditEntry(
            at=now,
            event=Event.ACCEPTED,
            by=request.by,
            channel=request.place.channel,
            command=request.command,
            request_id=request.id,
            pod_id=operation.pod_id,
            result=request.subject,
        ),
        now=now,
    )
    if isinstance(acceptance, Accepted):
        context.wake(Job.STEP, request.operations[0])
    return acceptance


def _request(context: Context, given: Order, now: datetime) -> Request:
    return Request(
        id=request_id(context, given),
        account=context.account,
        team="",
        by=f"{RULE}{given.rule}",
        verb=given.verb,
        command=f"{given.verb.value} {given.pod.id}",
        origin=Origin.AUTOMATION,
        place=Place(channel=given.channel),
        operations=(operation_id(context, given),),
        state=RequestState.ACCEPTED,
        created_at=now,
        subject=given.subject,
    )


def _operation(context: Context, given: Order, request: Request, now: datetime) -> Operation:
    return Operation(
        id=operation_id(context, given),
        request_id=request.id,
        account=context.account,
        verb=given.verb,
        pod_id=given.pod.id,
        pod_name=given.pod.name,
        by=request.by,
        created_at=now,
        accepted_at=now,
        next_at=now,
        deadline=now + DEADLINES[given.verb],
        bound=given.bound,
        tells=given.tells,
    )


def _message(request: Request, now: datetime) -> Message:
    return Message(
        key=request.id,
        kind=MessageKind.REQUEST,
        request_id=request.id,
        user=request.by,
        target=Target(channel=request.place.channel),
        created_at=now,
    )
