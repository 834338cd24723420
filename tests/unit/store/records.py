"""Records as the bot would write them, and what stands in the store afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pods.audit import AuditEntry, Event
from pods.gates import Gate
from pods.messages import Message, MessageKind, Target
from pods.model import Verb
from pods.operations import DEADLINES, Operation, OperationState
from pods.requests import Request
from pods.store import Store
from pods.store.acceptance import Acceptance
from tests.unit.pods.builders import NOON, POD_ID, operation, request


def entry(event: Event = Event.ACCEPTED, at: datetime = NOON) -> AuditEntry:
    return AuditEntry(at=at, event=event, by="U1")


def message(key: str, /, **changes: object) -> Message:
    usual = Message(
        key=key,
        kind=MessageKind.REQUEST,
        request_id=key,
        user="U1",
        target=Target(channel="C1"),
        created_at=NOON,
    )
    return usual.model_copy(update=changes)


def asked(
    name: str, verb: Verb = Verb.STOP, pods: Sequence[str] = (POD_ID,), *gates: Gate, now: datetime = NOON
) -> tuple[Request, tuple[Operation, ...]]:
    """A request of that name with one operation per pod."""
    ids = tuple(f"{name}-{pod}" for pod in pods)
    made = request(*gates, id=name, verb=verb, operations=ids, command=f"{verb.value} {' '.join(pods)}")
    waiting = {"state": OperationState.WAITING, "next_at": None} if gates else {}
    operations = tuple(
        operation(
            verb,
            id=each,
            request_id=name,
            pod_id=pod,
            created_at=now,
            accepted_at=now,
            next_at=now,
            deadline=now + DEADLINES[verb],
        ).model_copy(update=waiting)
        for each, pod in zip(ids, pods, strict=True)
    )
    return made, operations


def accept(
    store: Store,
    name: str,
    verb: Verb = Verb.STOP,
    pods: Sequence[str] = (POD_ID,),
    *gates: Gate,
    intent: str = "",
    now: datetime = NOON,
    queue_behind: bool = False,
) -> Acceptance:
    made, operations = asked(name, verb, pods, *gates, now=now)
    return store.walk.accept(
        made,
        operations,
        (message(name),),
        intent=intent or name,
        audit=entry(at=now),
        now=now,
        queue_behind=queue_behind,
    )


def only(store: Store, name: str, pod: str = POD_ID) -> Operation:
    """The request's operation on that pod, as it stands."""
    found = store.walk.operation(f"{name}-{pod}")
    assert found is not None
    return found


def dump_all(store: Store) -> dict[str, Any]:
    """Everything that stands in Redis, to compare before and after."""
    readers: dict[str, Callable[[str], object]] = {
        "string": store.client.get,
        "zset": lambda key: store.client.zrange(key, 0, -1, withscores=True),
        "set": store.client.smembers,
        "hash": store.client.hgetall,
        "stream": store.client.xrange,
    }
    keys = [str(key) for key in store.client.scan_iter()]
    return {key: readers[str(store.client.type(key))](key) for key in keys}
