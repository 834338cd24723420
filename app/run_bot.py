"""The bot process: Bolt over Socket Mode or HTTP, and the probes."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from typing import Final

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from app import http
from app.heartbeats import heartbeat_route
from app.settings import Settings, require_complete, require_port_for_heartbeats
from app.wiring import beating, clock_of, store_of, wake_of
from bot.app import LISTENERS, SlackEnds, build_app
from bot.arrivals import Arrivals
from bot.commands.catalog import REGISTRY
from bot.face import Face
from pods.ports import Clock
from pods.sealing import Sealer

log = structlog.get_logger()

SLACK_TIMEOUT_S: Final = 10


def run_bot(settings: Settings, stop: threading.Event) -> None:
    """Listen to Slack until told to stop: by Socket Mode where an app token is set, else by HTTP."""
    require_complete(settings)
    require_port_for_heartbeats(settings)
    clock = clock_of(settings)
    client = WebClient(
        token=settings.bot_token, base_url=settings.slack_api_url, timeout=SLACK_TIMEOUT_S, retry_handlers=[]
    )
    who = client.auth_test()
    face = face_of(settings, team=str(who["team_id"]), bot_user=str(who["user_id"]), clock=clock)
    ends = SlackEnds(
        client=client,
        signing_secret="" if settings.socket_mode else settings.signing_secret,
        verify_requests=not settings.socket_mode,
    )
    arrivals = Arrivals(time.monotonic)
    app = build_app(face, ends, arrivals=arrivals)
    handler = _socket_mode(app, settings) if settings.socket_mode else None
    if handler is not None:
        handler.client.on_message_listeners.append(arrivals.note)
    probes = http.Probes(
        redis=lambda: bool(face.store.client.ping()),
        counters=lambda: {name: str(value) for name, value in face.store.clockwork.counters().items()},
        slack_age_s=lambda: _session_age_s(handler),
        snapshot_age_s=lambda: _snapshot_age_s(face),
    )
    routes = [] if settings.socket_mode else [http.slack_route(app)]
    if settings.heartbeat_url is not None:
        routes.append(heartbeat_route(face.store.heartbeats.take, clock))
    served = http.serving(http.build(probes, routes), settings.http_port) if settings.http_port else nullcontext()
    with served, beating(face.store, clock, "bot", stop):
        if handler is not None:
            handler.connect()  # type: ignore[no-untyped-call]
        log.info("bot.listens", mode="socket" if settings.socket_mode else "http", team=face.team)
        stop.wait()
        if handler is not None:
            handler.close()  # type: ignore[no-untyped-call]
    app.listener_runner.listener_executor.shutdown(wait=True)


def _session_age_s(handler: SocketModeHandler | None) -> float | None:
    """Seconds since Slack's end of the session last answered a ping; None in HTTP mode."""
    if handler is None:
        return None
    session = getattr(handler.client, "current_session", None)
    last = getattr(session, "last_ping_pong_time", None)
    return float("inf") if last is None else time.time() - float(last)


def _snapshot_age_s(face: Face) -> float | None:
    listed_at = face.store.fleet.load().listed_at
    return None if listed_at is None else (face.clock.now() - listed_at).total_seconds()


def _socket_mode(app: App, settings: Settings) -> SocketModeHandler:
    web = WebClient(token=settings.app_token, base_url=settings.slack_api_url, timeout=SLACK_TIMEOUT_S)
    return SocketModeHandler(app, settings.app_token, web_client=web, concurrency=LISTENERS)


def face_of(settings: Settings, *, team: str, bot_user: str, clock: Clock) -> Face:
    return Face(
        account=settings.account,
        team=settings.slack_team_id or team,
        bot_user=bot_user,
        store=store_of(settings),
        clock=clock,
        wake=wake_of(settings),
        registry=REGISTRY,
        sealer=Sealer(settings.spec_keys),
        heartbeat_url=settings.heartbeat_url,
    )
