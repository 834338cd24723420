"""When a record must be looked at next, in the same commit as the record: neither stands without the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from pods.jobs import Job
from pods.store.commit import Commit


class Timed(Protocol):
    """A record with an id and a time to be looked at; None: never again."""

    @property
    def id(self) -> str: ...

    @property
    def next_at(self) -> datetime | None: ...


def on_agenda(job: Job) -> Callable[[Commit, Timed], None]:
    """What `Records.change` adds to a change, so that the clock wakes the job for the record in time."""

    def schedule(commit: Commit, record: Timed) -> None:
        key = commit.keys.agenda(job.value)
        if record.next_at is None:
            commit.unschedule(key, record.id)
        else:
            commit.schedule(key, record.id, record.next_at)

    return schedule
