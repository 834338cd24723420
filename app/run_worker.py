"""The worker process: one queue, real adapters, RQ's own loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis
import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.settings import Settings, require_complete
from app.wake import queue_connection, queue_name
from app.wiring import beating, clock_of, process_name, store_of, wake_of
from bot.chat import SlackChat
from pods.errors import NotRecorded
from pods.jobs import Queue
from pods.pager.pagerduty import PagerDuty
from pods.ports import Clock
from pods.runpod.provider import RunPodProvider, build_provider
from pods.runpod.proxy import ProxyWeb
from pods.sealing import Sealer
from pods.watchdog import Part
from workers import context
from workers.deadman import Deadman

log = structlog.get_logger()

#: Real seconds between two looks at the other parts.
LOOK_EVERY_S: Final = 15.0


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
            web=ProxyWeb(settings.runpod_proxy_url),
            clock=clock,
            wake=wake_of(settings),
            sealer=Sealer(settings.spec_keys),
            pager=pager_of(settings),
            audit_dir=settings.data / "audit",
        )
    )
    worker = SimpleWorker(
        [queue_name(settings.account, queue)],
        connection=connection,
        serializer=JSONSerializer,
        name=process_name(queue.value),
    )
    with beating(store, clock, f"worker.{queue.value}", stop), _looking_after_the_rest(queue, stop):
        worker.work(with_scheduler=False, logging_level="WARNING")
    stop.set()


@contextmanager
def _looking_after_the_rest(queue: Queue, stop: threading.Event) -> Iterator[None]:
    """The deliver worker tells when clock or watch fall silent: it needs nobody but itself for that."""
    if queue is not Queue.DELIVER:
        yield
        return
    given = context.current()
    deadman = Deadman(given.clock, given.wake, given.monotonic, tuple(Part))
    ended = threading.Event()

    def look() -> None:
        while not (ended.wait(LOOK_EVERY_S) or stop.is_set()):
            try:
                deadman.look(given.store)
            except (NotRecorded, redis.RedisError) as error:
                log.info("deadman.store_away", error=type(error).__name__)

    thread = threading.Thread(target=look, name="deadman", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=2)


def pager_of(settings: Settings) -> PagerDuty | None:
    """None: no paging service is set up."""
    return PagerDuty(settings.pagerduty_key, url=settings.pagerduty_url) if settings.pagerduty_key else None


def provider_of(settings: Settings, clock: Clock) -> RunPodProvider:
    return build_provider(
        api_key=settings.api_key,
        clock=clock,
        mode=settings.runpod_api.value,
        rest_url=settings.runpod_rest_url,
        graphql_url=settings.runpod_graphql_url,
    )
