"""The act queue: network volumes on their way out. One step reads volume and pods, calls RunPod at most once, and ends.

What happens when the process dies between any two lines is written down in docs/volumes.md.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from pods.access import Allowed, decide
from pods.audit import AuditEntry, Event
from pods.errors import ProviderError, VolumeNotFound
from pods.store.commit import Commit
from pods.volume_deletions import (
    DeletionState,
    Sight,
    VolumeDeletion,
    after_call,
    after_sight,
    expired,
    not_allowed,
)
from workers.context import Context, current
from workers.edge import edge, job
from workers.gates import wake_message

log = structlog.get_logger()

_EVENTS = {
    DeletionState.CALLING: Event.CALLED,
    DeletionState.EXPIRED: Event.EXPIRED,
    DeletionState.GONE: Event.ENDED,
    DeletionState.NOT_DONE: Event.ENDED,
    DeletionState.UNKNOWN: Event.ENDED,
}


@job()
def step(period: str) -> None:
    """Take every deletion that is due one step on; let questions that nobody answered run out."""
    del period
    context = current()
    now = context.clock.now()
    for deletion_id, deletion in context.store.deletions.all().items():
        due = deletion.open and deletion.next_at is not None and now >= deletion.next_at
        if due or (deletion.state is DeletionState.ASKED and now >= deletion.expires_at):
            with edge("volume_deletion", deletion_id):
                _step(context, deletion)


def _step(context: Context, deletion: VolumeDeletion) -> None:
    if deletion.state is DeletionState.ASKED:
        _write(context, deletion, expired(deletion, context.clock.now()))
        return
    sight = _sight(context, deletion)
    now = context.clock.now()
    decided = after_sight(deletion, sight, now)
    if decided.call and not _may(context, deletion, now):
        _write(context, deletion, not_allowed(deletion, now))
        return
    calling = _write(context, deletion, decided.deletion)
    if calling is None or not decided.call:
        return
    # Whoever wrote CALLING is the one who calls: a second worker's write found another version.
    _write(context, calling, after_call(calling, _call(context, calling), context.clock.now()))


def _sight(context: Context, deletion: VolumeDeletion) -> Sight | ProviderError:
    """The volume, and with it the list that would have it and every pod that may hold it."""
    provider = context.provider
    try:
        volume = provider.network_volume(deletion.volume.id)
    except VolumeNotFound:
        return Sight(volume=None, listed=_listed(context, deletion.volume.id), pods=None)
    except ProviderError as error:
        log.warning("volume.unread", error=type(error).__name__, detail=error.detail)
        return error
    try:
        return Sight(volume=volume, listed=True, pods=provider.list().pods)
    except ProviderError as error:
        log.warning("list.unread", error=type(error).__name__, detail=error.detail)
        return Sight(volume=volume, listed=True, pods=None)


def _listed(context: Context, volume_id: str) -> bool | None:
    try:
        return any(volume.id == volume_id for volume in context.provider.network_volumes())
    except ProviderError as error:
        log.warning("volumes.unread", error=type(error).__name__, detail=error.detail)
        return None


def _may(context: Context, deletion: VolumeDeletion, now: datetime) -> bool:
    people = context.store.people
    policy = people.policy()
    person = people.person(deletion.team, deletion.by, now)
    decision = decide(
        person, policy.sweep.delete_volume, policy=policy, channel=deletion.channel, holders=people.holders()
    )
    return isinstance(decision, Allowed)


def _call(context: Context, deletion: VolumeDeletion) -> str | ProviderError | None:
    log.info("runpod.delete_volume", volume=deletion.volume.id, call=deletion.calls)
    try:
        return context.provider.delete_volume(deletion.volume.id).request_id
    except ProviderError as error:
        log.warning("runpod.refused", error=type(error).__name__, detail=error.detail, status=error.status)
        return error


def _write(context: Context, before: VolumeDeletion, after: VolumeDeletion) -> VolumeDeletion | None:
    """Write it if it still is what was decided upon; None: somebody else moved it, or nothing changed."""
    if after == before:
        return None
    won: list[bool] = [False]

    def decide_(known: VolumeDeletion | None) -> VolumeDeletion | None:
        won[0] = known is not None and known.version == before.version
        return after if won[0] else None

    def also(commit: Commit, written: VolumeDeletion) -> None:
        commit.want(message_key(written))
        if written.state is not before.state and written.state in _EVENTS:
            commit.audit(_audit(context, written))

    written = context.store.deletions.change(before.id, decide_, context.clock.now(), also)
    if not won[0] or written is None:
        return None
    wake_message(context, message_key(written))
    return written


def message_key(deletion: VolumeDeletion) -> str:
    return f"volume.{deletion.id}.{deletion.channel}"


def _audit(context: Context, deletion: VolumeDeletion) -> AuditEntry:
    return AuditEntry(
        at=context.clock.now(),
        event=_EVENTS[deletion.state],
        by=deletion.by,
        team=deletion.team,
        channel=deletion.channel,
        command=f"delete-volume {deletion.volume.id}",
        request_id=deletion.id,
        result=deletion.state.value,
        detail=deletion.why,
        runpod_request=deletion.runpod_request or "",
    )
