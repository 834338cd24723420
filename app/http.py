"""What a process answers over HTTP, where PODKEEPER_HTTP_PORT is set: health, readiness, metrics, Slack's requests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import redis
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.metrics import Counters, exposition
from pods.errors import InvalidSetting, PodkeeperError

#: A Socket Mode session pings every 10 s.
SLACK_TOO_OLD_S: Final = 60.0
#: A few polls of the fleet, and the slowest poll the policy allows.
SNAPSHOT_TOO_OLD_S: Final = 1_800.0
_END_S: Final = 3


def _no_age() -> float | None:
    return None


def _yes() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """What readiness and metrics are read from. An age of None: does not apply to this process."""

    redis: Callable[[], bool]
    counters: Counters
    #: Whether Slack's session stands.
    slack: Callable[[], bool] = _yes
    #: Since when nothing was heard on it.
    slack_age_s: Callable[[], float | None] = _no_age
    snapshot_age_s: Callable[[], float | None] = _no_age


def readiness(probes: Probes) -> dict[str, str]:
    """What is wrong, by part; empty when ready."""
    wrong = {}
    if not _answers(probes.redis):
        wrong["redis"] = "does not answer"
    if not _answers(probes.slack):
        wrong["slack"] = "not connected"
    limits = {"slack": (probes.slack_age_s, SLACK_TOO_OLD_S), "snapshot": (probes.snapshot_age_s, SNAPSHOT_TOO_OLD_S)}
    for part, (age_of, limit_s) in limits.items():
        try:
            age_s = age_of()
        except (redis.RedisError, PodkeeperError):
            wrong[part] = "could not be read"
            continue
        if age_s is not None and age_s > limit_s:
            wrong[part] = f"last heard of {age_s:.0f} s ago"
    return wrong


def build(probes: Probes, routes: Sequence[BaseRoute] = ()) -> Starlette:
    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        wrong = readiness(probes)
        return JSONResponse({"ready": not wrong, "wrong": wrong}, status_code=503 if wrong else 200)

    def metrics(_request: Request) -> Response:
        gauges = {"slack_session_age_seconds": probes.slack_age_s, "snapshot_age_seconds": probes.snapshot_age_s}
        try:
            text = exposition(probes.counters, lambda: {name: age_of() for name, age_of in gauges.items()})
        except (redis.RedisError, PodkeeperError):
            return PlainTextResponse("the store does not answer\n", status_code=503)
        return Response(text, media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics), *routes])


def slack_route(app: App) -> Route:
    """Slack's requests in HTTP mode: commands, events and interactivity all come to this one address."""

    async def receive(request: Request) -> Response:
        bolt_request = to_bolt_request(request, await request.body())
        return to_starlette_response(await run_in_threadpool(app.dispatch, bolt_request))

    return Route("/slack/events", receive, methods=["POST"])


@contextmanager
def serving(app: Starlette, port: int, *, host: str = "") -> Iterator[int]:
    """Answer in a thread for as long as the block runs, on every interface unless told otherwise; gives the port."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise InvalidSetting(
            str(error),
            sentence=f"PODKEEPER_HTTP_PORT is {port}, which I cannot open ({error.strerror}). "
            "Set another port, or leave it out.",
        ) from error
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=_END_S))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="http", daemon=True)
    # The listener takes requests from here on; the first waits until the app is up.
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(2 * _END_S)
        listener.close()


def _answers(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except (redis.RedisError, PodkeeperError):
        return False
