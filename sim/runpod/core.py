"""The simulated RunPod: takes a request, answers it, and remembers that it was called. Knows no sockets."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from sim.clock import SimClock
from sim.runpod import graphql, keys, proxy
from sim.runpod.answers import replaced
from sim.runpod.calls import Calls, Operation
from sim.runpod.context import Context
from sim.runpod.control import Control
from sim.runpod.faults import Faults, Kind, When
from sim.runpod.limits import Limits
from sim.runpod.logs import event, lines_after
from sim.runpod.routes import operation_of, resolve
from sim.runpod.seeds import Seed, empty_seed
from sim.runpod.state import Settings
from sim.runpod.wire import Follow, Refusal, SimRequest, SimResponse
from sim.runpod.world import World


class SimRunPod:
    """One simulated account behind `/v2`, `/graphql` and `/control`. Synchronous, safe for threads."""

    def __init__(self, clock: SimClock, seed: Seed | None = None, settings: Settings | None = None) -> None:
        self.clock = clock
        self.seed = seed or empty_seed()
        self.settings = settings or Settings()
        self.faults = Faults()
        self.calls = Calls()
        self.limits = Limits(self.settings.quotas)
        self.world = World(clock, self.seed, self.settings, self.faults)
        self.lock = threading.RLock()
        #: Told at the end of every list pass.
        self.listed = threading.Condition(self.lock)
        self.control = Control(self)

    def reset(self) -> None:
        """Everything as at the start, save the clock, which never runs backwards."""
        with self.lock:
            self.faults.clear()
            self.calls = Calls()
            self.limits = Limits(self.settings.quotas)
            self.world = World(self.clock, self.seed, self.settings, self.faults)

    def handle(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> SimResponse:
        lowered = {name.lower(): value for name, value in headers.items()}
        request = SimRequest(method.upper(), path, dict(query), lowered, body)
        if path.startswith("/control"):
            return self.control.handle(request)
        if path.startswith("/proxy/"):
            with self.lock:
                self.world.settle()
                return proxy.answer(self.world, request)
        with self.lock:
            return self._answer(request)

    def follow(self, stream: Follow) -> tuple[bytes, Follow | None]:
        """What a log stream has to say since it last spoke, and where it stands now; None when its pod is gone."""
        with self.lock:
            now = self.world.settle()
            pod = self.world.pods.get(stream.pod)
            if pod is None:
                return b"", None
            lines = lines_after(pod, stream.source, stream.after, now)
            return b"".join(event(line) for line in lines), replace(stream, after=now)

    def _answer(self, request: SimRequest) -> SimResponse:
        self.world.settle()
        by_graphql = request.path == "/graphql"
        operation = graphql.operation_of(request) if by_graphql else operation_of(request)
        before = self.world.changes
        response = keys.turned_away(request)
        if response is None:
            response = self._graphql(request, operation) if by_graphql else self._rest(request, operation)
        status = None if response.failure else response.status
        effect = self.world.changes != before
        self.calls.note(self.world.at, request.method, operation, status=status, effect=effect)
        if _ends_a_pass(request, operation, response):
            self.calls.list_passes += 1
            self.listed.notify_all()
        request_id = uuid.uuid5(uuid.NAMESPACE_URL, f"runpod-call/{self.calls.count}")
        return replace(response, headers={**response.headers, "x-request-id": str(request_id)})

    def _rest(self, request: SimRequest, operation: Operation) -> SimResponse:
        try:
            key = keys.key_of(request)
        except Refusal as refusal:
            return refusal.response()
        try:
            self.limits.take(self.world.at)
            response = self._carried_out(request, operation, key)
        except Refusal as refusal:
            response = refusal.response()
        return replace(response, headers={**response.headers, **self.limits.headers(self.world.at)})

    def _carried_out(self, request: SimRequest, operation: Operation, key: str) -> SimResponse:
        handler, target = resolve(request)
        if request.method != "GET":
            keys.require_write(key)
        fault = self.faults.strike(operation, When.BEFORE)
        if fault is not None and fault.kind is not Kind.SLOW:
            return replaced(fault, operation, None)
        try:
            response = handler(Context(self.world, request, operation, target))
        except Refusal as refusal:
            response = refusal.response()
        late = fault or self.faults.strike(operation, When.AFTER)
        return response if late is None else replaced(late, operation, response)

    def _graphql(self, request: SimRequest, operation: Operation) -> SimResponse:
        if request.method != "POST":
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "GraphQL is served by POST only.").response()
        fault = self.faults.strike(operation, When.BEFORE)
        if fault is not None and fault.kind is not Kind.SLOW:
            return replaced(fault, operation, None)
        response = graphql.execute(self.world, request, operation)
        late = fault or self.faults.strike(operation, When.AFTER)
        return response if late is None else replaced(late, operation, response)


def _ends_a_pass(request: SimRequest, operation: Operation, response: SimResponse) -> bool:
    """Whether somebody has now looked at the whole list: by REST its last page, by GraphQL `myself { pods }`."""
    if operation.name == "list":
        return b'"hasNextPage": true' not in response.body
    return operation.name == "graphql:myself" and re.search(rb"\bpods\b", request.body) is not None
