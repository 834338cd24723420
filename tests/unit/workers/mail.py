"""One message in the outbox, and the deliveries it takes."""

from __future__ import annotations

from datetime import timedelta

from pods.errors import ChatError
from pods.messages import Content, Message, Target
from tests.unit.pods.builders import NOON
from tests.unit.store.records import message
from tests.unit.workers.world import ROOM, World
from workers.deliver import deliver

KEY = "m1"
LOST = ChatError("timed out", code="unreachable", maybe_sent=True)


def no(code: str) -> ChatError:
    return ChatError(code=code)


def told(world: World, text: str = "hello", /, **changes: object) -> None:
    """A message of its own content waits in the outbox."""
    usual = message(KEY, content=Content(text=text), target=Target(channel=ROOM))
    world.store.outbox.put(usual.model_copy(update=changes), world.clock.now())


def rewritten(world: World, text: str) -> None:
    """What the message shall say changes."""
    record = standing(world).model_copy(update={"content": Content(text=text)})
    world.store.client.set(world.store.keys.message(KEY), record.model_dump_json())
    world.store.outbox.want(KEY, world.clock.now())


def standing(world: World) -> Message:
    record = world.store.outbox.get(KEY)
    assert record is not None
    return record


def again(world: World, times: int = 1) -> None:
    """So many deliveries, each when it is due."""
    for _ in range(times):
        world.forget_real_time()
        due = world.store.client.zscore(world.store.keys.outbox, KEY)
        if due is None:
            return
        world.clock.at = max(world.clock.at, NOON + timedelta(milliseconds=due - NOON.timestamp() * 1000))
        deliver(KEY)


def waiting(world: World) -> bool:
    return KEY in world.store.outbox.keys_waiting()
