"""RQ as a wake-up: a job is a dotted path and an id. What must not be lost stands in the store, not here."""

from __future__ import annotations

from typing import Final

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from pods.jobs import QUEUE_OF, Job, Queue

log = structlog.get_logger()

#: A create alone may take a minute to be answered.
JOB_TIMEOUT_S: Final = 90
FAILURE_TTL_S: Final = 3600
#: A wake-up nobody took in this time has been overtaken by the clock's next one.
QUEUED_TTL_S: Final = 60
#: While no worker takes any, wake-ups pile up in the list though the jobs expire. More than this say nothing new.
QUEUED_MAX: Final = 2_000


def queue_connection(url: str) -> redis.Redis:
    """RQ's own connection: raw bytes, and no time limit on the blocking pop."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=2.0, protocol=2)


def waking_connection(url: str) -> redis.Redis:
    """For enqueueing from a listener, which cannot wait."""
    return redis.Redis.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1.0, socket_timeout=1.0, protocol=2
    )


def queue_name(account: str, queue: Queue) -> str:
    return f"podkeeper-{account}-{queue.value}"


class RqWake:
    """Enqueues, or notes that it could not: the clock wakes again what is due."""

    def __init__(self, connection: redis.Redis, account: str) -> None:
        self._queues = {
            queue: RqQueue(queue_name(account, queue), connection=connection, serializer=JSONSerializer)
            for queue in Queue
        }

    def __call__(self, job: Job, subject: str) -> None:
        queue = self._queues[QUEUE_OF[job]]
        try:
            if queue.count >= QUEUED_MAX:
                log.info("wake.queue_full", job=job.value, subject=subject)
                return
            queue.enqueue_call(
                job.value,
                args=(subject,),
                timeout=JOB_TIMEOUT_S,
                result_ttl=0,
                failure_ttl=FAILURE_TTL_S,
                ttl=QUEUED_TTL_S,
            )
        except redis.RedisError as error:
            log.warning("wake.lost", job=job.value, subject=subject, error=type(error).__name__)
