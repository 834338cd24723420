"""What tests turn and look at, under /control."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sim.slack.app.bodies import json_object
from sim.slack.core import SimSlack
from sim.slack.delivery.socket import REASONS, DisconnectReason
from sim.slack.faults import BadFault, Fault
from sim.slack.wire import Json, SlackError

_BAD_REQUEST = 400


def routes(sim: SimSlack) -> list[BaseRoute]:
    def read(path: str, look: Callable[[Request], Json]) -> Route:
        async def answer(request: Request) -> Response:
            return await _answered(lambda: look(request))

        return Route(f"/control/{path}", answer, methods=["GET"])

    def turn(path: str, do: Callable[[Json], Json], method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            try:
                body = await json_object(request)
            except SlackError as problem:
                return _refused(problem.error)
            return await _answered(lambda: do(body))

        return Route(f"/control/{path}", answer, methods=[method])

    control = _Control(sim)
    return [
        read("messages", control.messages),
        read("calls", control.calls),
        read("seen", lambda request: {"events": sim.seen(request.query_params.get("user", ""))}),
        read("events", lambda _: {"events": [sent.as_json() for sent in sim.delivery.events.values()]}),
        read("connections", control.connections),
        read("response-urls", lambda _: {"urls": sim.state.urls.describe()}),
        turn("faults", control.add_fault),
        turn("faults", control.clear_faults, method="DELETE"),
        turn("disconnect", control.disconnect),
        turn("redeliver", control.redeliver),
        turn("reset", control.reset),
        turn("settings", control.settings),
    ]


async def _answered(work: Callable[[], Json]) -> Response:
    try:
        return JSONResponse({"ok": True, **await run_in_threadpool(work)})
    except SlackError as problem:
        return _refused(problem.error)
    except BadFault as problem:
        return _refused(str(problem))


def _refused(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error}, status_code=_BAD_REQUEST)


class _Control:
    def __init__(self, sim: SimSlack) -> None:
        self._sim = sim

    def messages(self, request: Request) -> Json:
        """The messages of one channel, or of all."""
        channel = request.query_params.get("channel")
        names = [channel] if channel else list(self._sim.workspace.channels)
        found = [
            {**message.as_json(), "channel": message.channel} for name in names for message in self._sim.messages(name)
        ]
        return {"messages": found}

    def calls(self, request: Request) -> Json:
        method = request.query_params.get("method")
        log = self._sim.web.log
        return {"calls": [call.as_json() for call in (log.of(method) if method else log.calls)]}

    def connections(self, _: Request) -> Json:
        connections = self._sim.delivery.socket.connections
        return {
            "connections": [
                {"id": connection.id, "delivered": len(connection.delivered), "retiring": bool(connection.retires_at)}
                for connection in connections
            ]
        }

    def add_fault(self, body: Json) -> Json:
        with self._sim.state.lock:
            self._sim.faults.add(Fault.parse(body))
        return {}

    def clear_faults(self, _: Json) -> Json:
        with self._sim.state.lock:
            self._sim.faults.clear()
        return {}

    def disconnect(self, body: Json) -> Json:
        reason = body.get("reason", "refresh_requested")
        if reason not in REASONS:
            raise SlackError("invalid_reason")
        return {"connections": self._sim.delivery.socket.disconnect(cast("DisconnectReason", reason))}

    def redeliver(self, body: Json) -> Json:
        return {"acked": self._sim.delivery.redeliver(str(body.get("event_id"))).acked}

    def reset(self, _: Json) -> Json:
        self._sim.reset()
        return {}

    def settings(self, body: Json) -> Json:
        """Change what is named: scopes, bot_events, rate_limits, channel_burst, retry_after, request_url."""
        sim = self._sim
        with sim.state.lock:
            if "scopes" in body:
                sim.workspace.scopes = frozenset(body["scopes"])
            if "bot_events" in body:
                sim.workspace.bot_events = frozenset(body["bot_events"])
            if "rate_limits" in body:
                sim.limits.enabled = bool(body["rate_limits"])
            if "channel_burst" in body:
                sim.limits.channel_burst = float(body["channel_burst"])
                sim.limits.forget()
            if "retry_after" in body:
                sim.delivery.retry_events_after(body["retry_after"])
            if "request_url" in body:
                sim.delivery.use_request_url(body["request_url"])
        return {"scopes": sorted(sim.workspace.scopes), "rate_limits": sim.limits.enabled}
