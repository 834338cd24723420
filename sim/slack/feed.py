"""What each person's client is told as it happens: the only place an ephemeral message ever appears."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TypeAlias

from sim.slack.wire import Json

Listener: TypeAlias = Callable[[Json], None]

#: A demo may run for days; a test reads far fewer.
SEEN_MAX = 10_000


class Feed:
    """One stream of events per person. Listeners are called from any thread and must not block."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: dict[str, list[Listener]] = {}
        self._seen: dict[str, deque[Json]] = {}

    def tell(self, users: Iterable[str], event: Json) -> None:
        with self._lock:
            calls = []
            for user in users:
                self._seen.setdefault(user, deque(maxlen=SEEN_MAX)).append(event)
                calls += self._listeners.get(user, [])
        for listener in calls:
            listener(event)

    def subscribe(self, user: str, listener: Listener) -> Callable[[], None]:
        """Hear a person's events from now on; call the answer to stop."""
        with self._lock:
            self._listeners.setdefault(user, []).append(listener)

        def stop() -> None:
            with self._lock:
                self._listeners[user].remove(listener)

        return stop

    def seen(self, user: str) -> list[Json]:
        """The events a person was told since the last reset."""
        with self._lock:
            return list(self._seen.get(user, ()))

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()
