"""The outer edge of every job: what nobody foresaw becomes an error id, in the log and for the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import redis
import structlog

from pods.errors import NotRecorded
from pods.ids import new_id
from pods.store.outbox import TakenOver
from workers.context import current

log = structlog.get_logger()

Run = Callable[[str], None]
#: Gets the subject and the error id: sees to it that the fault is told, or that what it struck comes to an end.
OnFault = Callable[[str, str], None]


@contextmanager
def edge(name: str, subject: str = "", on_fault: OnFault | None = None) -> Iterator[None]:
    """Let a fault end what runs inside, and nothing else. It is logged with an id, counted, and told if `on_fault` can.

    Whatever runs inside keeps its place in the schedule it was woken from, so it is tried again.
    """
    try:
        yield
    except TakenOver:
        log.info("job.taken_over")
    except (NotRecorded, redis.RedisError) as error:
        log.warning("job.store_away", error=type(error).__name__, detail=str(error))
    except Exception:
        error_id = new_id()[:6].upper()
        log.exception("job.failed", error_id=error_id)
        _see_to(name, subject, error_id, on_fault)


def job(on_fault: OnFault | None = None) -> Callable[[Run], Run]:
    """Run a job at the edge."""

    def edged(function: Run) -> Run:
        @wraps(function)
        def run(subject: str) -> None:
            name = function.__name__
            with structlog.contextvars.bound_contextvars(job=name, subject=subject), edge(name, subject, on_fault):
                function(subject)

        return run

    return edged


def _see_to(name: str, subject: str, error_id: str, on_fault: OnFault | None) -> None:
    try:
        current().store.clockwork.count(f"job_failed_{name}")
        if on_fault is not None:
            on_fault(subject, error_id)
    except Exception:
        log.exception("job.fault_untold", error_id=error_id)
