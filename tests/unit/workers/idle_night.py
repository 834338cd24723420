"""One idle pod under a quick ladder on scripted RunPod and Slack: a night that can be broken off and gone on with."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import redis

from pods.fleet import Owner, OwnerKind
from pods.model import GpuSample, Pod, PodStatus, Runtime, Verb
from pods.store import Store, open_store
from pods.times import to_ms
from tests.unit.pods.builders import POD_ID, pod
from tests.unit.store.records import entry
from tests.unit.workers.world import POLICY, ROOM, World
from workers.act import step
from workers.deliver import deliver
from workers.watch import poll

OWNER = "U1"
#: Minutes: nudged at 10, again 5 later, warned 5 later, stopped 5 later.
QUICK = """
[[route]]
channel = "C0GPUPODS"
kinds = ["idle"]
[idle]
window_min = 5
warm_up_min = 0
protectors = []
[ladder]
shadow_days = 0
nudge_after_min = 10
again_after_min = 5
warn_after_min = 5
countdown_min = 5
"""


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@dataclass
class Killer:
    """Ends the process at its n-th change of the store, before or after the store carries it out."""

    at: int = -1
    after: bool = False
    changes: int = 0

    def strikes(self, *, done: bool) -> None:
        if self.changes == self.at and done is self.after:
            self.at = -1
            raise Killed


#: What only reads leaves nothing behind to be found half done.
READS = frozenset(
    {"GET", "MGET", "HGET", "HGETALL", "ZRANGEBYSCORE", "ZRANGE", "SMEMBERS", "LRANGE", "XRANGE", "ZSCORE"}
)


@contextmanager
def killing(killer: Killer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    command: Any = redis.Redis.execute_command

    def execute(self: redis.Redis, *args: Any, **options: Any) -> Any:
        if str(args[0]).upper() in READS:
            return command(self, *args, **options)
        killer.changes += 1
        killer.strikes(done=False)
        answer = command(self, *args, **options)
        killer.strikes(done=True)
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(redis.Redis, "execute_command", execute)
        yield


@dataclass
class Saved:
    keys: dict[bytes, bytes]
    at: datetime
    pods: dict[str, Pod]
    sent: list[tuple[str, str, str]]
    asked: list[dict[str, Any]]
    standing: dict[str, str]
    stopped_at: list[datetime]


@dataclass
class Night:
    """Minute by minute: a poll, then whatever is due to be told and done."""

    url: str
    store: Store = field(init=False)
    world: World = field(init=False)
    stopped_at: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open()
        self.store.client.flushall()
        self._open()
        self.world.runpod.pods = {POD_ID: self._pod()}
        owner = Owner(kind=OwnerKind.PERSON, user=OWNER, since=self.now, by=OWNER)
        self.store.fleet.set_owner(POD_ID, owner, now=self.now, audit=entry(at=self.now))

    def _open(self) -> None:
        """A process of its own: nothing of what another one kept in memory."""
        self.store = open_store(self.url, "main")
        self.world = World(self.store)
        self.world.runpod.effect = self._effect
        self.store.people.publish(POLICY + QUICK, self.now)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def _pod(self) -> Pod:
        runtime = Runtime(uptime_s=None, gpus=(GpuSample(util=0, memory_util=0),) * 2, cpu_util=1, memory_util=3)
        return pod(runtime=runtime)

    def _effect(self, verb: Verb, told: Pod) -> None:
        if verb is Verb.STOP and self.world.runpod.pods[told.id].status is PodStatus.RUNNING:
            self.stopped_at.append(self.now)
            self.world.runpod.pods[told.id] = pod(PodStatus.EXITED)

    def minute(self) -> None:
        self.world.clock.advance(54)
        poll("1")
        self.work()

    def work(self) -> None:
        """The other queues, until nothing is due now."""
        for _ in range(6):
            self.world.forget_real_time()
            for key in self.store.outbox.due(self.now):
                deliver(key)
            for operation in self.store.walk.due(self.now):
                step(operation)
            self.world.clock.advance(1)

    def until(self, minutes: int) -> None:
        for _ in range(minutes):
            self.minute()

    def save(self) -> Saved:
        client = redis.Redis.from_url(self.url)
        keys = {key: client.dump(key) for key in client.scan_iter("*")}
        client.close()
        chat = self.world.chat
        return Saved(
            keys={key: value for key, value in keys.items() if value is not None},
            at=self.now,
            pods=dict(self.world.runpod.pods),
            sent=list(chat.sent),
            asked=copy.copy(chat.asked),
            standing=dict(chat.standing),
            stopped_at=list(self.stopped_at),
        )

    def restore(self, saved: Saved) -> None:
        client = redis.Redis.from_url(self.url)
        client.flushall()
        for key, value in saved.keys.items():
            client.restore(key, 0, value)
        client.close()
        self.store.client.close()
        self._open()
        self.world.clock.at = saved.at
        self.world.runpod.pods = dict(saved.pods)
        self.world.chat.sent, self.world.chat.asked = list(saved.sent), list(saved.asked)
        self.world.chat.standing = dict(saved.standing)
        self.stopped_at = list(saved.stopped_at)

    # -- what people saw

    def posts(self) -> Counter[str]:
        """How often each message was posted, by its key."""
        keys = (each["metadata"]["event_payload"]["key"] for each in self.world.chat.asked if each["method"] == "post")
        return Counter(keys)

    def warned_at(self) -> datetime | None:
        record = self.store.spells.get(POD_ID)
        spell = record.current if record else None
        warnings = [each for each in spell.tellings if each.step.value == "warn"] if spell else []
        return warnings[-1].delivered_at if warnings else None

    def changes(self) -> list[str]:
        return [each.kind.value for each in self.store.changes.since(self.now.replace(year=2000))]


__all__ = ["POD_ID", "ROOM", "Killed", "Killer", "Night", "Saved", "killing", "to_ms"]
