"""Results of operations, told also where the policy routes them: one message per target, edited like the request's own.

Written in the very commit that ends the operation, so it is told whatever happens to the worker then. An operation
that a card tells of has its own routes and is not told twice.
"""

from __future__ import annotations

from datetime import datetime

from pods.messages import Message, MessageKind, Target
from pods.operations import Operation
from pods.policy import Kind
from pods.requests import Request
from pods.routing import targets
from pods.store.commit import Commit
from pods.store.walk import Also
from workers.context import Context
from workers.gates import wake_message


def keys(context: Context, operation: Operation) -> tuple[str, ...]:
    """Of the messages that tell of it elsewhere."""
    return tuple(each.key for each in _messages(context, operation, context.clock.now()))


def telling(context: Context, operation: Operation, now: datetime, also: Also | None) -> Also:
    """What goes with the end of an operation, and its correction."""
    messages = _messages(context, operation, now)

    def add(commit: Commit) -> None:
        if also is not None:
            also(commit)
        for message in messages:
            commit.tell(message)

    return add


def wake(context: Context, operation: Operation) -> None:
    for key in keys(context, operation):
        wake_message(context, key)


def _messages(context: Context, operation: Operation, now: datetime) -> list[Message]:
    if operation.tells:
        return []
    request = context.store.walk.request(operation.request_id)
    if request is None:
        return []
    policy = context.store.people.policy()
    channels = targets(Kind.OPERATIONS, operation.name, policy)
    return [_message(request, each, now) for each in channels if each != request.place.channel]


def _message(request: Request, channel: str, now: datetime) -> Message:
    return Message(
        key=f"{request.id}.{channel}",
        kind=MessageKind.REQUEST,
        request_id=request.id,
        user=request.by,
        copied=True,
        target=Target(channel=channel),
        created_at=now,
    )
