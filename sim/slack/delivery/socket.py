"""Socket Mode: up to ten connections, each payload to exactly one of them, acked by envelope_id."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Literal, TypeAlias, get_args

from sim.slack.delivery.envelope import AckResult, Envelope
from sim.slack.timing import ACK_SECONDS, Monotonic
from sim.slack.wire import Json

CONNECTIONS_MAX = 10
#: How long an old connection lives on after it was asked to be replaced.
RETIRE_SECONDS = 10.0
_LOOK_EVERY = 0.01

DisconnectReason: TypeAlias = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]
REASONS = get_args(DisconnectReason)


@dataclass(eq=False)
class Connection:
    """One open WebSocket. `send` and `close` may be called from any thread."""

    id: int
    send: Callable[[str], None]
    close: Callable[[], None]
    retires_at: float | None = None
    delivered: list[str] = field(default_factory=list)


@dataclass
class _Waiting:
    acked: Event = field(default_factory=Event)
    payload: Json | str | None = None


class SocketRoad:
    def __init__(self, monotonic: Monotonic, *, app_id: str) -> None:
        self._monotonic = monotonic
        self._app_id = app_id
        self._lock = Lock()
        self._connections: list[Connection] = []
        self._waiting: dict[str, _Waiting] = {}
        self._turn = 0
        self._opened = 0

    @property
    def connections(self) -> list[Connection]:
        with self._lock:
            return list(self._connections)

    def open(self, send: Callable[[str], None], close: Callable[[], None]) -> Connection | None:
        """Greet a new connection; the eleventh is told that there are too many, and closed."""
        with self._lock:
            self._opened += 1
            connection = Connection(self._opened, send, close)
            if len(self._connections) >= CONNECTIONS_MAX:
                send(_disconnect_frame("too_many_websockets"))
                close()
                return None
            self._connections.append(connection)
            count = len(self._connections)
        send(self._hello(count))
        return connection

    def closed(self, connection: Connection) -> None:
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)

    def received(self, text: str) -> None:
        """A frame from the app: an ack of something on its way. Late and unknown ones change nothing."""
        frame = json.loads(text)
        with self._lock:
            waiting = self._waiting.pop(str(frame.get("envelope_id")), None)
        if waiting is not None:
            waiting.payload = frame.get("payload")
            waiting.acked.set()

    def deliver(self, envelope: Envelope) -> AckResult:
        waiting = _Waiting()
        with self._lock:
            connection = self._next()
            if connection is None:
                return AckResult(acked=False, reason="no_connection")
            self._waiting[envelope.envelope_id] = waiting
            connection.delivered.append(envelope.envelope_id)
        deadline = self._monotonic() + ACK_SECONDS
        connection.send(json.dumps(envelope.as_frame()))
        while not waiting.acked.wait(_LOOK_EVERY):
            if self._monotonic() >= deadline:
                with self._lock:
                    self._waiting.pop(envelope.envelope_id, None)
                return AckResult(acked=False, reason="timeout")
        return AckResult(acked=True, payload=waiting.payload)

    def disconnect(self, reason: DisconnectReason) -> int:
        """Ask every connection to be replaced (or, link_disabled, end them). Answers how many there were."""
        connections = self.connections
        for connection in connections:
            connection.send(_disconnect_frame(reason))
            if reason in ("warning", "refresh_requested"):
                connection.retires_at = self._monotonic() + RETIRE_SECONDS
            else:
                self.closed(connection)
                connection.close()
        return len(connections)

    def retire(self) -> None:
        """Close the connections that were asked to be replaced and have had their time."""
        now = self._monotonic()
        for connection in self.connections:
            if connection.retires_at is not None and now >= connection.retires_at:
                self.closed(connection)
                connection.close()

    def _next(self) -> Connection | None:
        """Round and round; a connection about to be closed only when there is no other."""
        staying = [connection for connection in self._connections if connection.retires_at is None]
        usable = staying or self._connections
        if not usable:
            return None
        self._turn += 1
        return usable[self._turn % len(usable)]

    def _hello(self, count: int) -> str:
        return json.dumps(
            {
                "type": "hello",
                "num_connections": count,
                "debug_info": {"host": "sim", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._app_id},
            }
        )


def _disconnect_frame(reason: DisconnectReason) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sim"}})
