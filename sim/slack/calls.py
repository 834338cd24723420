"""Every Web API call the app made, as a test wants to read it: without tokens, and without whole payloads."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.slack.wire import Json

_SHOWN = 200
LOG_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    method: str
    arguments: Json
    ok: bool
    error: str | None
    status: int
    #: False when a fault kept the answer from the app.
    answered: bool = True

    def as_json(self) -> Json:
        return {
            "method": self.method,
            "arguments": self.arguments,
            "ok": self.ok,
            "error": self.error,
            "status": self.status,
            "answered": self.answered,
        }


@dataclass
class CallLog:
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=LOG_MAX))

    def add(self, call: Call) -> None:
        self.calls.append(call)

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]


def summary(arguments: Mapping[str, object]) -> Json:
    """Short values as they are, long ones cut, structures by their size."""
    return {key: _short(value) for key, value in arguments.items() if key != "token"}


def _short(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}... ({len(value)} characters)"
    if isinstance(value, list):
        return f"[{len(value)} items]"
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(map(str, value)))}}}"
    return value
