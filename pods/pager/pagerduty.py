"""PagerDuty's Events API v2: one POST per event, told apart by the dedup key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import SecretStr

from pods.errors import PagerError
from pods.losses import Severity
from pods.pages import PageAction, PageEvent

EVENTS_URL: Final = "https://events.pagerduty.com/v2/enqueue"
CALL_S: Final = 5.0
SUMMARY_MAX: Final = 1024
_SEVERITY: Final = {Severity.HIGH: "critical", Severity.LOW: "warning"}
_DETAIL_MAX: Final = 200


class PagerDuty:
    """A `pods.ports.Pager`. Thread-safe."""

    def __init__(
        self, routing_key: SecretStr, *, url: str = EVENTS_URL, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._routing_key = routing_key
        self._url = url
        self._client = httpx.Client(timeout=CALL_S, transport=transport, headers={"user-agent": "podkeeper"})

    def send(self, event: PageEvent) -> None:
        try:
            response = self._client.post(self._url, json=self._body(event))
        except httpx.HTTPError as error:
            # The request may have arrived; the dedup key makes the next one harmless.
            raise PagerError(type(error).__name__) from None
        if response.status_code == HTTPStatus.ACCEPTED:
            return
        raise _refusal(response)

    def close(self) -> None:
        self._client.close()

    def _body(self, event: PageEvent) -> dict[str, Any]:
        body: dict[str, Any] = {
            "routing_key": self._routing_key.get_secret_value(),
            "event_action": event.action.value,
            "dedup_key": event.dedup_key,
        }
        if event.action is PageAction.TRIGGER:
            body["client"] = "Podkeeper"
            body["payload"] = {
                "summary": event.summary[:SUMMARY_MAX],
                "source": "podkeeper",
                "severity": _SEVERITY[event.severity],
                "timestamp": event.at.isoformat(),
                "custom_details": {"pods": list(event.pods)},
            }
        return body


def _refusal(response: httpx.Response) -> PagerError:
    """400 is about the event or the key and stays so; everything else may pass."""
    detail = f"HTTP {response.status_code}: {response.text[:_DETAIL_MAX]}"
    if response.status_code == HTTPStatus.BAD_REQUEST:
        sentence = "PagerDuty refuses the alert; an admin should check PAGERDUTY_ROUTING_KEY."
        return PagerError(detail, final=True, sentence=sentence)
    return PagerError(detail, retry_after_s=_retry_after(response))


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None
