"""The app called directly. What it takes is measured, and too late is too late though it ran to its end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from slack_bolt import App, BoltRequest

from sim.slack.delivery.envelope import AckResult, Deliver, Envelope
from sim.slack.timing import ACK_SECONDS, Monotonic


class InProcessRoad:
    def __init__(self, deliver: Deliver, monotonic: Monotonic) -> None:
        self._deliver = deliver
        self._monotonic = monotonic

    def deliver(self, envelope: Envelope) -> AckResult:
        started = self._monotonic()
        result = self._deliver(envelope)
        if self._monotonic() - started >= ACK_SECONDS:
            return AckResult(acked=False, reason="timeout")
        return result


def to_bolt(app: App) -> Deliver:
    """Deliver to a Bolt app as its Socket Mode adapter does: anything but 200 is no ack."""

    def deliver(envelope: Envelope) -> AckResult:
        headers: dict[str, str | Sequence[str]] = {}
        if envelope.retry_attempt:
            headers["x-slack-retry-num"] = str(envelope.retry_attempt)
            headers["x-slack-retry-reason"] = envelope.retry_reason or ""
        response = app.dispatch(BoltRequest(mode="socket_mode", body=envelope.payload, headers=headers))
        if response.status != 200:  # noqa: PLR2004 - HTTP's OK
            return AckResult(acked=False, reason="timeout")
        if not response.body:
            return AckResult(acked=True)
        is_json = (response.headers.get("content-type") or [""])[0].startswith("application/json")
        return AckResult(acked=True, payload=json.loads(response.body) if is_json else {"text": response.body})

    return deliver
