"""Every job's path leads to a callable of one argument, and RQ carries no more than that path and an id."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
from rq import Queue as RqQueue
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from app.valkey import EmbeddedValkey
from app.wake import JOB_TIMEOUT_S, QUEUED_MAX, RqWake, queue_name, waking_connection
from pods.jobs import QUEUE_OF, Job, Queue
from pods.store import Store


@pytest.mark.parametrize("job", list(Job))
def test_a_job_s_path_leads_to_a_callable_of_one_id(job: Job) -> None:
    module, _, name = job.value.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    assert len(inspect.signature(found).parameters) == 1
    assert QUEUE_OF[job] in Queue
    assert inspect.unwrap(found) is not found, "no job without the edge that catches what nobody foresaw"


@pytest.fixture
def connection(valkey: EmbeddedValkey, store: Store) -> Any:
    connection = waking_connection(valkey.url)
    yield connection
    connection.close()


def queued(connection: Any, queue: Queue = Queue.ACT) -> list[RqJob]:
    return list(RqQueue(queue_name("main", queue), connection=connection, serializer=JSONSerializer).jobs)


def test_a_wake_up_is_a_path_and_an_id_on_the_job_s_queue(connection: Any) -> None:
    RqWake(connection, "main")(Job.STEP, "op1")
    (job,) = queued(connection)
    assert (job.func_name, list(job.args), job.kwargs) == (Job.STEP.value, ["op1"], {})
    assert (job.timeout, job.result_ttl, job.failure_ttl) == (JOB_TIMEOUT_S, 0, 3600)
    assert job.retries_left is None


def test_wake_ups_nobody_takes_do_not_pile_up_without_end(connection: Any) -> None:
    name = f"rq:queue:{queue_name('main', Queue.ACT)}"
    connection.rpush(name, *[f"dead{number}" for number in range(QUEUED_MAX)])
    RqWake(connection, "main")(Job.STEP, "op1")
    assert connection.llen(name) == QUEUED_MAX
    RqWake(connection, "main")(Job.DELIVER, "m1")
    assert len(queued(connection, Queue.DELIVER)) == 1


def test_a_wake_up_that_redis_did_not_take_is_no_error() -> None:
    away = waking_connection("redis://127.0.0.1:1/0")
    RqWake(away, "main")(Job.STEP, "op1")
    away.close()
