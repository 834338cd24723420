"""RunPod's REST v2: list, read, act, create, change, logs and bills of pods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from pods.errors import InvalidRequest, PodNotFound
from pods.ledger.bill import Bill
from pods.ledger.sightings import SubjectKind
from pods.model import Api, Listing, LogLine, Pod, PodChange, PodSpec, Verb
from pods.ports import ActionResult, Capability, Clock
from pods.runpod import rest_billing
from pods.runpod.answers import Answer
from pods.runpod.creation import rest_body
from pods.runpod.errors import unreadable
from pods.runpod.json_body import read_json
from pods.runpod.lenient import fields_wrong
from pods.runpod.log_stream import Bounds, read_backlog
from pods.runpod.paging import Pages
from pods.runpod.spec_wire import rest_spec
from pods.runpod.transport import CREATE_READ_S, Call, Sender, failure_of
from pods.runpod.wire import WirePod

#: The most RunPod gives per page.
PAGE_SIZE: Final = 1000
MOST_LOG_LINES: Final = 5000
LOG_SOURCES: Final = frozenset({"container", "system"})
#: A silence this long ends the backlog.
LOG_IDLE_S: Final = 1.0
#: A log that never falls silent is left after this long.
LOG_TOTAL_S: Final = 10.0

_POD_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RestApi:
    def __init__(self, sender: Sender, clock: Clock, *, log_idle_s: float = LOG_IDLE_S) -> None:
        self._sender = sender
        self._clock = clock
        self._log_idle_s = log_idle_s

    @property
    def sender(self) -> Sender:
        return self._sender

    def list(self) -> Listing:
        """Every pod, members of clusters too: they cost money as well."""
        at = self._clock.now()
        pages = Pages()
        params: dict[str, str | int] = {"includeClusterPods": "true", "limit": PAGE_SIZE}
        while True:
            answer = self._sender.send(Call(purpose=Capability.LIST, path="/pods", params=params))
            cursor = pages.add(answer, read_json(answer.body))
            if cursor is None:
                return Listing(pods=pages.pods, at=at, api=Api.REST)
            params["cursor"] = cursor

    def get(self, pod_id: str) -> Pod:
        answer = self._sender.send(Call(purpose=Capability.GET, path=_pod_path(pod_id)))
        return _pod(answer)

    def act(self, verb: Verb, pod: Pod) -> ActionResult:
        purpose = Capability(verb.value)
        path = f"{_pod_path(pod.id)}/action"
        answer = self._sender.send(
            Call(purpose=purpose, path=path, method="POST", body={"action": verb.value}, reads=False)
        )
        if answer.status == HTTPStatus.NO_CONTENT:
            return ActionResult(request_id=answer.request_id)
        if verb is Verb.TERMINATE:
            # Only 204 says that it is gone. Whoever asked must read again.
            raise unreadable(answer, "a terminate is answered with 204")
        return ActionResult(pod=_pod(answer), request_id=answer.request_id)

    def create(self, spec: PodSpec) -> ActionResult:
        answer = self._sender.send(
            Call(
                purpose=Capability.CREATE,
                path="/pods",
                method="POST",
                body=rest_body(spec),
                reads=False,
                read_s=CREATE_READ_S,
                secrets=tuple(spec.env.values()),
            )
        )
        return ActionResult(pod=_pod(answer), request_id=answer.request_id)

    def bill(self, kind: SubjectKind, start: datetime, end: datetime) -> Bill:
        return rest_billing.bill(self._sender, self._clock, kind, start, end)

    def spec(self, pod_id: str) -> PodSpec:
        answer = self._sender.send(Call(purpose=Capability.GET, path=_pod_path(pod_id)))
        return rest_spec(answer)

    def logs(self, pod_id: str, *, source: str, tail: int, since: datetime | None = None) -> Sequence[LogLine]:
        """The newest `tail` lines, oldest first; with `since`, of those after it. Ends with the backlog."""
        if source not in LOG_SOURCES:
            raise InvalidRequest("log source", sentence="A pod has two logs: container and system.")
        tail = min(tail, MOST_LOG_LINES)
        path = f"{_pod_path(pod_id)}/logs"
        if tail < 1:
            return ()
        params: dict[str, str | int] = {"source": source, "tail": tail}
        if since is not None:
            params = {"source": source, "since": _rfc3339(since)}
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        call = Call(purpose=Capability.LOGS, path=path, params=params, headers=headers)
        with self._sender.stream(call) as (response, answer):
            return self._backlog(call, response, answer, tail=tail, stop_at_tail=since is None)

    def _backlog(
        self, call: Call, response: httpx.Response, answer: Answer, *, tail: int, stop_at_tail: bool
    ) -> tuple[LogLine, ...]:
        if not answer.content_type.startswith("text/event-stream"):
            raise unreadable(answer, "not an event stream")
        # httpcore looks the timeout up when the body is first read: from here on, silence is the end.
        response.request.extensions["timeout"]["read"] = self._log_idle_s
        ends_at = self._sender.monotonic() + LOG_TOTAL_S
        bounds = Bounds(tail=tail, stop_at_tail=stop_at_tail, ends_at=ends_at)
        try:
            return read_backlog(response.iter_bytes(), bounds, self._sender.monotonic)
        except httpx.RequestError as failure:
            error = failure_of(failure, call)
        raise error

    def update(self, pod: Pod, change: PodChange) -> ActionResult:
        body = change.model_dump(exclude_none=True)
        call = Call(purpose=Capability.UPDATE, path=_pod_path(pod.id), method="PATCH", body=body, reads=False)
        answer = self._sender.send(call)
        return ActionResult(pod=_pod(answer), request_id=answer.request_id)


def _pod_path(pod_id: str) -> str:
    """An id comes from a person's typing: only what can be one is put into a path."""
    if not _POD_ID.fullmatch(pod_id):
        raise PodNotFound("not in the form of a pod id; nothing was sent")
    return f"/pods/{quote(pod_id, safe='')}"


def _pod(answer: Answer) -> Pod:
    try:
        return WirePod.model_validate(read_json(answer.body)).value()
    except ValidationError as error:
        wrong = unreadable(answer, f"no pod: {fields_wrong(error)}")
    raise wrong


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
