"""What every process needs of the outer world: its clock, its store, its wake-ups, its sign of life."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis
import structlog

from app.clocks import SimulatedClock, SystemClock
from app.settings import Settings
from app.wake import RqWake, waking_connection
from pods.errors import NotRecorded
from pods.ports import Clock
from pods.store import Store, open_store

log = structlog.get_logger()

BEAT_EVERY_S: Final = 5.0


def clock_of(settings: Settings) -> Clock:
    return SimulatedClock(settings.clock_url) if settings.clock_url else SystemClock()


def store_of(settings: Settings) -> Store:
    return open_store(settings.redis_address, settings.account)


def wake_of(settings: Settings) -> RqWake:
    return RqWake(waking_connection(settings.redis_address), settings.account)


@contextmanager
def beating(store: Store, clock: Clock, part: str, stop: threading.Event) -> Iterator[None]:
    """Say every few seconds that this process lives, for health and the doctor."""
    ended = threading.Event()

    def beat() -> None:
        while not (ended.is_set() or stop.is_set()):
            try:
                store.clockwork.report(part, clock.now(), pid=os.getpid())
            except (NotRecorded, redis.RedisError) as error:
                log.info("beat.unsaid", error=type(error).__name__)
            ended.wait(BEAT_EVERY_S)

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=2)


def process_name(part: str) -> str:
    return f"{part}-{socket.gethostname()}-{os.getpid()}"
