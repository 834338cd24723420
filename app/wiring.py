"""One process each: bot, worker, clock. The only place where ports get their adapters."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import redis
import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from app import http
from app.clocks import SimulatedClock, SystemClock
from app.settings import Settings, require_complete
from app.wake import RqWake, queue_connection, queue_name, waking_connection
from bot.app import LISTENERS, SlackEnds, build_app
from bot.chat import SlackChat
from bot.commands.catalog import REGISTRY
from bot.face import Face
from pods.audit import AuditEntry, Event
from pods.errors import NotRecorded
from pods.fleet import Owner, OwnerKind
from pods.jobs import Queue
from pods.ports import Clock
from pods.runpod.provider import RunPodProvider, build_provider
from pods.store import Store, open_store
from workers import context
from workers.clock import ClockLoop

log = structlog.get_logger()

BEAT_EVERY_S: Final = 5.0
SLACK_TIMEOUT_S: Final = 10
#: The demo's clock jumps, so its clock process looks more often.
DEMO_TICK_S: Final = 0.1


def clock_of(settings: Settings) -> Clock:
    return SimulatedClock(settings.clock_url) if settings.clock_url else SystemClock()


def store_of(settings: Settings) -> Store:
    return open_store(settings.redis_address, settings.account)


def provider_of(settings: Settings, clock: Clock) -> RunPodProvider:
    return build_provider(
        api_key=settings.api_key,
        clock=clock,
        mode=settings.runpod_api.value,
        rest_url=settings.runpod_rest_url,
        graphql_url=settings.runpod_graphql_url,
    )


def face_of(settings: Settings, *, team: str, bot_user: str, clock: Clock) -> Face:
    return Face(
        account=settings.account,
        team=settings.slack_team_id or team,
        bot_user=bot_user,
        store=store_of(settings),
        clock=clock,
        wake=RqWake(waking_connection(settings.redis_address), settings.account),
        registry=REGISTRY,
    )


def run_worker(settings: Settings, queue: Queue, stop: threading.Event) -> None:
    """Work one queue until told to stop. RQ handles the signals: the job at hand is finished first."""
    require_complete(settings)
    clock = clock_of(settings)
    store = store_of(settings)
    connection = queue_connection(settings.redis_address)
    context.install(
        context.Context(
            account=settings.account,
            store=store,
            provider=provider_of(settings, clock),
            chat=SlackChat(settings.bot_token, settings.slack_api_url),
            clock=clock,
            wake=RqWake(waking_connection(settings.redis_address), settings.account),
        )
    )
    worker = SimpleWorker(
        [queue_name(settings.account, queue)], connection=connection, serializer=JSONSerializer, name=_name(queue.value)
    )
    with beating(store, clock, f"worker.{queue.value}", stop):
        worker.work(with_scheduler=False, logging_level="WARNING")
    stop.set()


def run_clock(settings: Settings, stop: threading.Event) -> None:
    clock = clock_of(settings)
    loop = ClockLoop(
        name=_name("clock"),
        store=store_of(settings),
        clock=clock,
        wake=RqWake(waking_connection(settings.redis_address), settings.account),
        policy_path=settings.policy,
        monotonic=time.monotonic,
    )
    if settings.clock_url:
        loop.tick_s = DEMO_TICK_S
    loop.run(stop)


def run_bot(settings: Settings, stop: threading.Event) -> None:
    """Listen to Slack until told to stop: by Socket Mode where an app token is set, else by HTTP."""
    require_complete(settings)
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
    app = build_app(face, ends)
    handler = _socket_mode(app, settings) if settings.socket_mode else None
    probes = http.Probes(
        redis=lambda: bool(face.store.client.ping()),
        counters=lambda: {name: str(value) for name, value in face.store.clockwork.counters().items()},
        slack_age_s=lambda: _session_age_s(handler),
        snapshot_age_s=lambda: _snapshot_age_s(face),
    )
    routes = () if settings.socket_mode else (http.slack_route(app),)
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


def _socket_mode(app: object, settings: Settings) -> SocketModeHandler:
    web = WebClient(token=settings.app_token, base_url=settings.slack_api_url, timeout=SLACK_TIMEOUT_S)
    return SocketModeHandler(app, settings.app_token, web_client=web, concurrency=LISTENERS)  # type: ignore[arg-type]


@contextmanager
def beating(store: Store, clock: Clock, part: str, stop: threading.Event) -> Iterator[None]:
    """Say every few seconds that this process lives, for health and the doctor."""
    ended = threading.Event()

    def beat() -> None:
        while not (ended.is_set() or stop.is_set()):
            try:
                store.clockwork.report(part, clock.now(), pid=os.getpid())
            except (NotRecorded, redis.RedisError) as error:
                log.info("beat.unsaid", error=type(error).__name__)
            ended.wait(BEAT_EVERY_S)

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=2)


def _name(part: str) -> str:
    return f"{part}-{socket.gethostname()}-{os.getpid()}"


#: Who owns what in the demo; the other pods are nobody's, as pods made in the console are.
DEMO_OWNERS: Final = {"abc123": "U0BOB", "f6j1bs": "U0BOB", "r8h5yc": "U0ALICE", "w3n8ze": "U0DAVE"}


def seed_demo(settings: Settings) -> None:
    """Give the demo's pods their owners, as people would have claimed them before."""
    store, now = store_of(settings), clock_of(settings).now()
    for pod_id, user in DEMO_OWNERS.items():
        owner = Owner(kind=OwnerKind.PERSON, user=user, since=now, by=user)
        entry = AuditEntry(at=now, event=Event.OWNER, by=user, pod_id=pod_id, result=user)
        store.fleet.set_owner(pod_id, owner, now=now, audit=entry)
    store.client.close()
