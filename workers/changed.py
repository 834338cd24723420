"""Writes down what changed in the fleet, in the very commit that shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from pods.changes import EXPLAINS_FOR, Change, asked, changes
from pods.fleet import Fleet
from pods.store.commit import Commit
from workers.context import Context

log = structlog.get_logger()


def noting(context: Context, at: datetime) -> Callable[[Commit, Fleet, Fleet], None]:
    """For a change of the snapshot by a list or a read made at `at`: of several that see it, one writes it, once."""

    def note(commit: Commit, before: Fleet, after: Fleet) -> None:
        for change in changes(before, after, at):
            known = _asked_for(context, change)
            log.info("pod.changed", pod=change.pod_id, kind=change.kind.value, by=known.asked_by or "nobody here")
            context.store.changes.add(commit, known)

    return note


def _asked_for(context: Context, change: Change) -> Change:
    return asked(change, context.store.history.since(change.pod_id, change.at - EXPLAINS_FOR))
