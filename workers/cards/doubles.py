"""The card of a pod that was made twice."""

from __future__ import annotations

from datetime import datetime

from bot.views import doubled as view
from pods.messages import Content, Message
from pods.model import Pod, PodStatus
from workers.automation import operation_id
from workers.context import Context
from workers.doubled import ending


def double(context: Context, message: Message, now: datetime) -> Content | None:
    del now
    made_id, _, twin_id = message.subject.partition("-")
    made = context.store.walk.operation(made_id)
    if made is None:
        return None
    twin = context.store.fleet.load().get(twin_id)
    named = twin or Pod(id=twin_id, name=twin_id, status=PodStatus.UNKNOWN)
    ended = context.store.walk.operation(operation_id(context, ending(made, named, message.key)))
    return view.double(made, twin or (ended.seen if ended else None), ended, twin_id=twin_id)
