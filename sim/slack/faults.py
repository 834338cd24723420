"""Failures asked for by a test: which call, how it fails, and whether Slack had already done it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from sim.slack.wire import Json

FaultKind: TypeAlias = Literal["error", "status", "timeout_after", "429", "drop"]
When: TypeAlias = Literal["before", "after"]


class BadFault(Exception):
    """A fault that makes no sense; the sentence says why."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """`when` after: Slack carries the call out and only the answer is lost. `method` `*` is any."""

    method: str
    kind: FaultKind
    when: When
    times: int = 1
    error: str = "internal_error"
    status: int = 500
    #: How long an answer is held back, or what Retry-After says.
    seconds: float = 30.0

    @classmethod
    def parse(cls, body: Json) -> Fault:
        kind = str(body.get("kind"))
        if kind not in get_args(FaultKind):
            raise BadFault(f"kind must be one of {', '.join(get_args(FaultKind))}")
        default = "after" if kind == "timeout_after" else "before"
        when = str(body.get("when", default))
        if when not in get_args(When):
            raise BadFault("when must be before or after")
        return cls(
            method=str(body.get("method", "*")),
            kind=cast("FaultKind", kind),
            when=cast("When", when),
            times=int(body.get("times", 1)),
            error=str(body.get("error", "internal_error")),
            status=int(body.get("status", 500)),
            seconds=float(body.get("seconds", 1.0 if kind == "429" else 30.0)),
        )


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def take(self, method: str) -> Fault | None:
        """The next fault for this method; each happens `times` times."""
        for fault in self._waiting:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self._waiting.clear()
