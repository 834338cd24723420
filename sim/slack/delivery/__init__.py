"""Getting payloads to the app: once for commands and interactivity, again and again for unacked events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sim.slack.delivery.envelope import AckResult, Deliver, Envelope, EnvelopeType, Road
from sim.slack.delivery.http import HttpRoad
from sim.slack.delivery.in_process import InProcessRoad
from sim.slack.delivery.socket import SocketRoad
from sim.slack.state import SlackState
from sim.slack.wire import Json, SlackError

__all__ = ["AckResult", "Deliver", "Delivery", "Envelope", "SentEvent"]

#: Seconds before the first, second and third redelivery of an event.
RETRY_AFTER = (0.0, 60.0, 300.0)


@dataclass
class SentEvent:
    """One event and every attempt to deliver it."""

    envelope: Envelope
    results: list[AckResult] = field(default_factory=list)
    due: float | None = None

    @property
    def event_id(self) -> str:
        return str(self.envelope.payload["event_id"])

    def as_json(self) -> Json:
        return {
            "event_id": self.event_id,
            "event": self.envelope.payload["event"],
            "attempts": [{"acked": result.acked, "reason": result.reason} for result in self.results],
        }


class Delivery:
    """The road in use: the request URL when one is set, else the in-process app, else the sockets."""

    def __init__(
        self, state: SlackState, *, deliver: Deliver | None = None, retry_after: Sequence[float] = RETRY_AFTER
    ) -> None:
        self._state = state
        self._retry_after = tuple(retry_after)
        self._in_process = InProcessRoad(deliver, state.monotonic) if deliver is not None else None
        self._http: HttpRoad | None = None
        self.socket = SocketRoad(state.monotonic, app_id=state.workspace.bot.app_id)
        self.events: dict[str, SentEvent] = {}

    def use_request_url(self, url: str | None) -> None:
        if self._http is not None:
            self._http.close()
        secret = self._state.workspace.signing_secret
        self._http = HttpRoad(url, signing_secret=secret) if url else None

    def use_in_process(self, deliver: Deliver) -> None:
        self._in_process = InProcessRoad(deliver, self._state.monotonic)

    def retry_events_after(self, seconds: Sequence[float]) -> None:
        self._retry_after = tuple(seconds)

    def send(self, kind: EnvelopeType, payload: Json) -> AckResult:
        """A command or an interaction: one attempt, whatever comes of it."""
        return self._road().deliver(
            Envelope(envelope_id=self._envelope_id(), type=kind, payload=payload, accepts_response_payload=True)
        )

    def send_event(self, event: Json) -> SentEvent:
        """An event: attempted now, and again (by `run_due`) while nobody acks."""
        envelope = Envelope(envelope_id=self._envelope_id(), type="events_api", payload=self._wrapped(event))
        sent = SentEvent(envelope)
        self.events[sent.event_id] = sent
        self._attempt(sent)
        return sent

    def redeliver(self, event_id: str) -> AckResult:
        """Deliver an event once more though it may have been acked, as Slack does when an ack is lost."""
        sent = self.events.get(event_id)
        if sent is None:
            raise SlackError("event_not_found")
        self._attempt(sent, reason="timeout")
        return sent.results[-1]

    def run_due(self) -> None:
        """Redeliver what is due and close the connections whose time is up."""
        self.socket.retire()
        now = self._state.monotonic()
        for sent in list(self.events.values()):
            if sent.due is not None and now >= sent.due:
                self._attempt(sent)

    def forget(self) -> None:
        self.events.clear()

    def _attempt(self, sent: SentEvent, *, reason: str | None = None) -> None:
        sent.due = None
        made = len(sent.results)
        if made:
            why = reason or sent.results[-1].reason or "timeout"
            sent.envelope = replace(
                sent.envelope, envelope_id=self._envelope_id(), retry_attempt=made, retry_reason=why
            )
        result = self._road().deliver(sent.envelope)
        sent.results.append(result)
        if not result.acked and not result.no_retry and made < len(self._retry_after):
            sent.due = self._state.monotonic() + self._retry_after[made]

    def _road(self) -> Road:
        return self._http or self._in_process or self.socket

    def _envelope_id(self) -> str:
        return self._state.ids.next("env-")

    def _wrapped(self, event: Json) -> Json:
        workspace = self._state.workspace
        return {
            "token": "sim-verification-token",
            "team_id": workspace.team_id,
            "api_app_id": workspace.bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.ids.next("Ev"),
            "event_time": int(self._state.clock.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": self._state.ids.next("EC"),
        }
