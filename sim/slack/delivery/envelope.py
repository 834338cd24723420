"""What is carried to the app and what comes back, on whichever road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from sim.slack.wire import Json

EnvelopeType: TypeAlias = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    envelope_id: str
    type: EnvelopeType
    payload: Json
    accepts_response_payload: bool = False
    retry_attempt: int | None = None
    retry_reason: str | None = None

    def as_frame(self) -> Json:
        frame: Json = {
            "envelope_id": self.envelope_id,
            "type": self.type,
            "payload": self.payload,
            "accepts_response_payload": self.accepts_response_payload,
        }
        if self.type == "events_api":
            frame |= {"retry_attempt": self.retry_attempt or 0, "retry_reason": self.retry_reason or ""}
        return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class AckResult:
    """Whether the app answered in time, and what its answer carried."""

    acked: bool
    payload: Json | str | None = None
    #: Why not, in the words of retry_reason.
    reason: str | None = None
    no_retry: bool = False


class Road(Protocol):
    """One way to the app. Blocks until the ack, or until it is too late for one."""

    def deliver(self, envelope: Envelope) -> AckResult: ...


#: The app in the same process, for tests that need no socket.
Deliver: TypeAlias = Callable[[Envelope], AckResult]
