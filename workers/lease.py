"""Keeps an operation's lease alive while its worker is inside a step."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pods.errors import NotRecorded
from pods.store.walk import Taken, WalkStore

RENEW_EVERY_S = 3.0


@contextmanager
def held(walk: WalkStore, taken: Taken) -> Iterator[None]:
    """Renew every 3 s from a thread of its own, and give the lease back at the end.

    A renewal that fails is not an error here: the lease runs out, the attempt is fenced, and the next write says so.
    """
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_EVERY_S):
            try:
                if not walk.renew(taken):
                    return
            except NotRecorded:
                continue

    thread = threading.Thread(target=renew, name=f"lease-{taken.operation.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        walk.give_back(taken)
