"""A simulated PagerDuty: takes events as its Events API v2 does, and keeps what an on-call person would see."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx

KEY: Final = "R0UT1NGK3Y0000000000000000000000"
_ACTIONS: Final = frozenset({"trigger", "acknowledge", "resolve"})
_SEVERITIES: Final = frozenset({"critical", "error", "warning", "info"})
_KEY_MAX: Final = 255
_SUMMARY_MAX: Final = 1024
_AFTER: Final = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}


@dataclass(slots=True)
class Alert:
    """One alert of the service, by its dedup key."""

    summary: str
    severity: str
    state: str = "triggered"
    #: How often somebody's phone rang.
    rang: int = 1


@dataclass(slots=True)
class SimPagerDuty:
    routing_key: str = KEY
    alerts: dict[str, Alert] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    #: What the next calls are answered instead: a status, or "timeout", or "lost" (taken, and the answer never comes).
    faults: list[int | str] = field(default_factory=list)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "timeout":
            raise httpx.ReadTimeout("simulated", request=request)
        if isinstance(fault, int):
            headers = {"retry-after": "7"} if fault == HTTPStatus.TOO_MANY_REQUESTS else {}
            return httpx.Response(fault, headers=headers, text="simulated")
        event = json.loads(request.content)
        problems = self._problems(request, event)
        if problems:
            return httpx.Response(400, json={"status": "invalid event", "errors": problems})
        self._take(event)
        if fault == "lost":
            raise httpx.ReadTimeout("simulated", request=request)
        return httpx.Response(
            202, json={"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        )

    def _problems(self, request: httpx.Request, event: dict[str, Any]) -> list[str]:
        payload = event.get("payload") or {}
        triggers = event.get("event_action") == "trigger"
        rules = {
            "POST /v2/enqueue only": (request.method, request.url.path) == ("POST", "/v2/enqueue"),
            "Invalid routing key": event.get("routing_key") == self.routing_key,
            "event_action is invalid": event.get("event_action") in _ACTIONS,
            "dedup_key is missing or too long": 0 < len(str(event.get("dedup_key", ""))) <= _KEY_MAX,
            "summary is missing or too long": not triggers or 0 < len(payload.get("summary", "")) <= _SUMMARY_MAX,
            "source is missing": not triggers or bool(payload.get("source")),
            "severity is invalid": not triggers or payload.get("severity") in _SEVERITIES,
        }
        return [problem for problem, holds in rules.items() if not holds]

    def _take(self, event: dict[str, Any]) -> None:
        """A trigger of what is open already rings nobody; an answer to what is not open does nothing."""
        self.events.append(event)
        key, action = event["dedup_key"], event["event_action"]
        alert = self.alerts.get(key)
        if action == "trigger" and (alert is None or alert.state == "resolved"):
            payload = event["payload"]
            rang = alert.rang + 1 if alert else 1
            self.alerts[key] = Alert(summary=payload["summary"], severity=payload["severity"], rang=rang)
        elif action != "trigger" and alert is not None and alert.state != "resolved":
            alert.state = _AFTER[action]
