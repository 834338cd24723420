"""When each payload reached this process. Frames may wait in the SDK's queue before Bolt sees them."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from slack_bolt import BoltContext

#: Arrivals remembered; each is forgotten as soon as its payload is handled.
KEPT: Final = 1000


class Arrivals:
    """Safe for threads: frames are noted by the connection's thread, payloads handled by others."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._at: OrderedDict[str, float] = OrderedDict()

    def note(self, frame: str) -> None:
        """A frame has come in over Socket Mode. What is no payload is not ours to judge."""
        try:
            payload = json.loads(frame).get("payload")
        except (ValueError, AttributeError):
            return
        key = _key(payload) if isinstance(payload, dict) else ""
        if key:
            with self._lock:
                self._at[key] = self._monotonic()
                while len(self._at) > KEPT:
                    self._at.popitem(last=False)

    def of(self, payload: dict[str, Any]) -> float:
        """When the payload came in; now, if no frame was noted for it."""
        with self._lock:
            return self._at.pop(_key(payload), None) or self._monotonic()


def _key(payload: dict[str, Any]) -> str:
    return str(payload.get("trigger_id") or payload.get("event_id") or "")


def stamp(arrivals: Arrivals) -> Callable[..., None]:
    """Middleware: tell the listeners when the payload reached this process."""

    def received(body: dict[str, Any], context: BoltContext, next: Callable[[], None]) -> None:  # noqa: A002
        context["received_at"] = arrivals.of(body)
        next()

    return received
