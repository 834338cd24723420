"""What automation asks for: the same walk as a person's command, with a rule in the place of the person.

Written once per rule, subject and verb, however often and by however many it is ordered; what came of it stands in the
operation, and whoever ordered it reads it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pods.audit import AuditEntry, Event
from pods.gates import Binding
from pods.ids import derived_id
from pods.jobs import Job
from pods.messages import Message, MessageKind, Target
from pods.model import Pod, Verb
from pods.operations import DEADLINES, Operation
from pods.requests import RULE, Origin, Place, Request, RequestState
from pods.store.acceptance import Acceptance, Accepted
from workers.context import Context


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


def request_id(context: Context, order: Order) -> str:
    return derived_id(context.account, order.rule, order.subject, order.verb.value)


def operation_id(context: Context, order: Order) -> str:
    """Known before it is ordered, so that a record can name it in the change that decides to order it."""
    return derived_id(request_id(context, order), order.pod.id)


def order(context: Context, given: Order) -> Acceptance:
    """Accept it, or say that it stands already or who has the pod; then its first step is woken."""
    if not given.tells and not given.channel:
        raise ValueError(f"nobody would read what becomes of {given.rule} on {given.pod.id}")
    now = context.clock.now()
    request = _request(context, given, now)
    acceptance = context.store.walk.accept(
        request,
        (_operation(context, given, request, now),),
        () if given.tells else (_message(request, now),),
        intent=request.id,
        audit=AuditEntry(
            at=now,
            event=Event.ACCEPTED,
            by=request.by,
            channel=given.channel,
            command=request.command,
            request_id=request.id,
            pod_id=given.pod.id,
            result=given.subject,
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
