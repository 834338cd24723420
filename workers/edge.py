"""The outer edge of every job: what nobody foresaw becomes an error id, in the log and for the person."""

from __future__ import annotations

from collections.abc import Callable
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


def job(on_fault: OnFault | None = None) -> Callable[[Run], Run]:
    """Run a job so that a fault ends only this attempt. The record keeps its place in `due`, so it is tried again."""

    def edged(function: Run) -> Run:
        @wraps(function)
        def run(subject: str) -> None:
            name = function.__name__
            with structlog.contextvars.bound_contextvars(job=name, subject=subject):
                try:
                    function(subject)
                except TakenOver:
                    log.info("job.taken_over")
                except (NotRecorded, redis.RedisError) as error:
                    log.warning("job.store_away", error=type(error).__name__, detail=str(error))
                except Exception:
                    error_id = new_id()[:6].upper()
                    log.exception("job.failed", error_id=error_id)
                    _see_to(name, subject, error_id, on_fault)

        return run

    return edged


def _see_to(name: str, subject: str, error_id: str, on_fault: OnFault | None) -> None:
    try:
        current().store.clockwork.count(f"job_failed_{name}")
        if on_fault is not None:
            on_fault(subject, error_id)
    except Exception:
        log.exception("job.fault_untold", error_id=error_id)
