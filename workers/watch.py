"""The watch queue: one list pass per poll, into the fleet snapshot, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from pods.errors import ProviderError
from pods.fleet import Fleet, absorb, missed
from pods.jobs import Job
from pods.operations import OperationState
from pods.pace import may_poll
from pods.store import Store
from workers import changed
from workers.context import Context, current
from workers.edge import edge, job
from workers.listing import listed
from workers.passes import PASSES
from workers.passes.look import Look

log = structlog.get_logger()


@job()
def poll(period: str) -> None:
    """List every pod once. A failed pass keeps what was known and says since when it fails."""
    context = current()
    with structlog.contextvars.bound_contextvars(period=period):
        if not _due(context):
            log.info("poll.stretched")
            return
        look = _poll(context)
        _report(context, look.after)
        _wake_confirming(context)
        for each in PASSES:
            with structlog.contextvars.bound_contextvars(step=each.__name__), edge(each.__name__):
                each(context, look)


def _due(context: Context) -> bool:
    """Whether the quota allows this pass: before RunPod would refuse one, they are made further apart."""
    every = timedelta(seconds=context.store.people.policy().poll.every_s)
    tried_at = context.store.fleet.load().tried_at
    return may_poll(tried_at, context.clock.now(), every, context.provider.quotas())


def _poll(context: Context) -> Look:
    before: list[Fleet] = []

    def noting(decide: Callable[[Fleet], Fleet]) -> Callable[[Fleet], Fleet]:
        """The snapshot that was in fact replaced is the last one decided upon."""

        def noted(fleet: Fleet) -> Fleet:
            before[:] = [fleet]
            return decide(fleet)

        return noted

    try:
        listing = listed(context)
    except ProviderError as error:
        now = context.clock.now()
        log.warning("poll.failed", error=type(error).__name__, detail=error.detail)
        context.store.clockwork.count("poll_failed")
        failure = error
        after = context.store.fleet.change(noting(lambda fleet: missed(fleet, failure, now)), now)
        return Look(before=before[0], after=after, now=now)
    context.store.clockwork.count("poll_ok")
    decide = noting(lambda fleet: absorb(fleet, listing))
    after = context.store.fleet.change(decide, listing.at, also=changed.noting(context, listing.at))
    return Look(before=before[0], after=after, now=listing.at)


def _report(context: Context, fleet: Fleet) -> None:
    now = context.clock.now()
    quotas = {f"quota_{quota.window}": quota.remaining for quota in context.provider.quotas()}
    capabilities = ",".join(sorted(context.provider.capabilities()))
    context.store.clockwork.report("watch", now, pods=len(fleet.entries), capabilities=capabilities, **quotas)


def _wake_confirming(context: Context) -> None:
    """Operations that wait for an effect look again now: the list pass may have shown it."""
    store: Store = context.store
    changed = {entry.pod.id: entry.pod.status for entry in store.fleet.load().entries}
    for operation in store.walk.operations(store.walk.open_operations()):
        seen = operation.seen
        if operation.state is not OperationState.CONFIRMING or seen is None:
            continue
        if changed.get(operation.pod_id) is not seen.status:
            store.walk.look_now(operation.id, context.clock.now())
            context.wake(Job.STEP, operation.id)
