"""What was called: each call is named by what it does to which pod, and remembered with its outcome."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime

from sim.runpod.wire import Json

#: Calls kept; older ones only count.
KEPT = 5000


@dataclass(frozen=True, slots=True)
class Operation:
    """What a call asks for: "list", "stop", "graphql:podStop", and of which pod."""

    name: str
    pod: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    n: int
    at_ms: int
    method: str
    operation: str
    pod: str | None
    #: The status answered; None when the caller got no answer.
    status: int | None
    #: Whether the call changed something.
    effect: bool


class Calls:
    def __init__(self) -> None:
        self._kept: deque[Call] = deque(maxlen=KEPT)
        self.count = 0
        #: Complete passes over the pod list, by either API, whatever they were answered.
        self.list_passes = 0

    def note(self, at: datetime, method: str, operation: Operation, *, status: int | None, effect: bool) -> None:
        self.count += 1
        at_ms = int(at.timestamp() * 1000)
        self._kept.append(Call(self.count, at_ms, method, operation.name, operation.pod, status, effect))

    def all(self) -> tuple[Call, ...]:
        return tuple(self._kept)

    def as_json(self) -> list[Json]:
        return [asdict(call) for call in self._kept]
