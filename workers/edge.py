"""The outer edge of every job: what nobody foresaw becomes an error id, in the log and for the person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import structlog

from pods.ids import new_id
from pods.store.outbox import TakenOver
from workers.context import current

log = structlog.get_logger()


def job(function: Callable[[str], None]) -> Callable[[str], None]:
    """Run a job so that a fault ends only this attempt. The record keeps its place in `due`, so it is tried again."""

    @wraps(function)
    def run(subject: str) -> None:
        name = function.__name__
        with structlog.contextvars.bound_contextvars(job=name, subject=subject):
            try:
                function(subject)
            except TakenOver:
                log.info("job.taken_over")
            except Exception:
                error_id = new_id()[:6].upper()
                log.exception("job.failed", error_id=error_id)
                current().store.clockwork.count(f"job_failed_{name}")

    return run
