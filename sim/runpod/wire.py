"""Requests and answers as they cross the wire, and RunPod's refusals (problem+json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]


class Failure(StrEnum):
    """How a call can end without an answer."""

    TIMEOUT = "timeout"
    DROP = "drop"
    #: No connection was made.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SimRequest:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    #: Names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Follow:
    """A log stream that goes on after its backfill: everything of this pod later than `after`."""

    pod: str
    source: str | None
    after: datetime


@dataclass(frozen=True, slots=True)
class SimResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    #: Set when the caller must never see this answer.
    failure: Failure | None = None
    #: Real seconds to hold the answer back.
    delay_s: float = 0.0
    follow: Follow | None = None


class Refusal(Exception):
    """RunPod says no. Becomes problem+json on REST and an entry of `errors` on GraphQL."""

    def __init__(
        self, status: int, detail: str, *, errors: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> SimResponse:
        problem: Json = {"title": title(self.status), "status": self.status, "detail": self.detail}
        if self.errors:
            problem["errors"] = list(self.errors)
        headers = {"content-type": "application/problem+json", **self.headers}
        return SimResponse(self.status, headers, json.dumps(problem).encode())


def title(status: int) -> str:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return "Unprocessable Entity"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def json_response(status: int, value: object) -> SimResponse:
    return SimResponse(status, {"content-type": "application/json"}, json.dumps(value).encode())


def no_content() -> SimResponse:
    """204: RunPod sends neither a body nor a content type."""
    return SimResponse(HTTPStatus.NO_CONTENT, {})


def stamp(at: datetime) -> str:
    """RFC 3339 in whole seconds, as RunPod writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fine_stamp(at: datetime) -> str:
    """RFC 3339 with microseconds: a log line's cursor must tell neighbours apart."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_stamp(text: str, name: str) -> datetime:
    """An RFC 3339 query value or header. Refuses what is none, or carries no offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise invalid([f"{name}: '{text}' is not valid date-time"]) from wrong
    if at.tzinfo is None:
        raise invalid([f"{name}: '{text}' is not valid date-time"])
    return at.astimezone(UTC)


def invalid(errors: Sequence[str]) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Request validation failed.", errors=errors)


def bad_request(detail: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, detail)


def conflict(detail: str) -> Refusal:
    return Refusal(HTTPStatus.CONFLICT, detail)


def not_found(detail: str) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, detail)
