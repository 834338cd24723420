"""Signed HTTP to the app's request URL, as Slack sends it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import httpx

from sim.slack.delivery.envelope import AckResult, Envelope
from sim.slack.timing import ACK_SECONDS
from sim.slack.wire import Json


class HttpRoad:
    def __init__(self, url: str, *, signing_secret: str, client: httpx.Client | None = None) -> None:
        self.url = url
        self._secret = signing_secret
        self._client = client or httpx.Client(timeout=ACK_SECONDS, trust_env=False)

    def deliver(self, envelope: Envelope) -> AckResult:
        body, content_type = _encoded(envelope)
        headers = {"Content-Type": content_type, **_signature(self._secret, body)}
        if envelope.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
            headers["X-Slack-Retry-Reason"] = envelope.retry_reason or ""
        try:
            response = self._client.post(self.url, content=body, headers=headers)
        except httpx.TimeoutException:
            return AckResult(acked=False, reason="http_timeout")
        except httpx.TransportError:
            return AckResult(acked=False, reason="connection_failed")
        no_retry = response.headers.get("X-Slack-No-Retry") == "1"
        if not response.is_success:
            return AckResult(acked=False, reason="http_error", no_retry=no_retry)
        return AckResult(acked=True, payload=_answer(response), no_retry=no_retry)

    def close(self) -> None:
        self._client.close()


def _encoded(envelope: Envelope) -> tuple[bytes, str]:
    """Events are JSON, commands a form, interactivity a form with one JSON field."""
    form = "application/x-www-form-urlencoded"
    if envelope.type == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    if envelope.type == "slash_commands":
        return urlencode(envelope.payload).encode(), form
    return urlencode({"payload": json.dumps(envelope.payload)}).encode(), form


def _signature(secret: str, body: bytes) -> dict[str, str]:
    """Signed by the machine's clock: the app compares it with its own, whatever the simulated day is."""
    stamp = str(int(time.time()))
    base = b":".join([b"v0", stamp.encode(), body])
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _answer(response: httpx.Response) -> Json | str | None:
    if not response.content:
        return None
    if response.headers.get("Content-Type", "").startswith("application/json"):
        body = response.json()
        return body if isinstance(body, dict) else None
    return {"text": response.text}
