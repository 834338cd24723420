"""The simulated RunPod on a socket: a Starlette app round the core, the only place here that knows asyncio."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sim.runpod.core import SimRunPod
from sim.runpod.logs import HEARTBEAT
from sim.runpod.wire import Failure, Follow, Json, SimResponse

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
#: Real seconds that an answer which must not arrive is held at most.
HELD_S = 130.0
#: Real seconds between two looks at a followed log, and of silence until a heartbeat.
LOG_POLL_S = 1.0
HEARTBEAT_S = 15.0
#: The page hears of a change at most this often, and of the passing of time this often.
EVENT_S = 0.25
TICK_S = 1.0


def runpod_app(sim: SimRunPod) -> Starlette:
    """`/v2`, `/graphql` and `/control`, at the root or mounted below it."""
    return Starlette(
        routes=[
            Route("/control/events", _events(sim), methods=["GET"]),
            Route("/{path:path}", _answer(sim), methods=METHODS),
        ]
    )


def _answer(sim: SimRunPod) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        path = f"/{request.path_params['path']}"
        body = await request.body()
        query = dict(request.query_params)
        response = await run_in_threadpool(sim.handle, request.method, path, query, request.headers, body)
        if response.failure is Failure.TIMEOUT:
            await _hold(request, HELD_S)
            return _Broken()
        if response.failure in {Failure.DROP, Failure.REFUSED}:
            return _Broken()
        if response.delay_s:
            await _hold(request, min(response.delay_s, HELD_S))
        if response.follow is not None:
            return StreamingResponse(_stream(sim, response, response.follow), headers=_stream_headers(response))
        return Response(response.body, response.status, dict(response.headers))

    return answer


async def _hold(request: Request, seconds: float) -> None:
    """Keep the caller waiting, until it gives up. Once the body is read, all that can be received is its going."""
    with suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), seconds)


class _Broken(Response):
    """An answer that is announced and never sent: the server closes the connection on it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


async def _stream(sim: SimRunPod, response: SimResponse, follow: Follow) -> AsyncIterator[bytes]:
    """The backfill, then each new line; a heartbeat when nothing is said for a while. Ends with the pod."""
    yield response.body
    quiet = 0.0
    while True:
        await asyncio.sleep(LOG_POLL_S)
        quiet += LOG_POLL_S
        lines, cursor = await run_in_threadpool(sim.follow, follow)
        if cursor is None:
            return
        follow = cursor
        if lines or quiet >= HEARTBEAT_S:
            quiet = 0.0
            yield lines or HEARTBEAT


def _stream_headers(response: SimResponse) -> dict[str, str]:
    """A server sets the connection header by itself."""
    return {name: value for name, value in response.headers.items() if name != "connection"}


def _events(sim: SimRunPod) -> Callable[[Request], Awaitable[Response]]:
    async def stream() -> AsyncIterator[bytes]:
        shown, waited = "", TICK_S
        while True:
            state = await run_in_threadpool(sim.control.state)
            standing = _standing(state)
            if standing != shown or waited >= TICK_S:
                shown, waited = standing, 0.0
                yield b"data: " + json.dumps(state).encode() + b"\n\n"
            await asyncio.sleep(EVENT_S)
            waited += EVENT_S

    async def events(_request: Request) -> Response:
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)

    return events


def _standing(state: Json) -> str:
    """The state without what changes with every second."""
    pods = [{name: value for name, value in pod.items() if name != "uptime_s"} for pod in state["pods"]]
    clock = {name: value for name, value in state["clock"].items() if name != "now_ms"}
    burn = state["account"]["burn_per_hour"]
    return json.dumps([clock, burn, pods, state["faults"], state["calls"]])
