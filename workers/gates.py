"""The act queue's other half: gates that ran out, and the delivery wake-up both share."""

from __future__ import annotations

from pods.audit import AuditEntry, Event
from pods.gates import GateState, expire
from pods.jobs import Job
from pods.operations import Code, cancel
from pods.requests import RequestState, settle
from workers.context import Context


def wake_message(context: Context, key: str) -> None:
    if context.store.clockwork.wake_once(Job.DELIVER, key, for_ms=200):
        context.wake(Job.DELIVER, key)


def expire_request(context: Context, request_id: str) -> None:
    """Expire the open gate if its time is up, cancel what it held, and let the messages say so."""
    walk = context.store.walk
    request = walk.request(request_id)
    now = context.clock.now()
    if request is None or request.open_gate is None:
        walk.forget_gate(request_id)
        return
    gate = expire(request.open_gate, now)
    if gate.state is not GateState.EXPIRED:
        return
    after = settle(request, gate)
    operations = tuple(
        cancel(each, Code.EXPIRED, now) for each in walk.operations(request.operations) if not each.ended
    )
    messages = (request.id, f"{request.id}.{gate.kind.value}")
    known = tuple(key for key in messages if context.store.outbox.get(key) is not None)
    walk.settle(
        after,
        operations,
        was=request,
        messages=(),
        tell=known,
        audit=AuditEntry(
            at=now,
            event=Event.EXPIRED,
            by=request.by,
            team=request.team,
            channel=request.place.channel,
            command=request.command,
            request_id=request.id,
            result=RequestState.EXPIRED.value,
        ),
        now=now,
    )
    for key in known:
        wake_message(context, key)
