"""What is known of a lost pod goes to the one that took its place, once: owner, holds, protection, what is kept of it.

Each part is written where it belongs before it is deleted where it was, and never over something that is there: a
worker that takes over a dead one finds what is left to do.
"""

from __future__ import annotations

from datetime import datetime

from pods.audit import AuditEntry, Event
from pods.holds import moved_to
from pods.losses import EndKind, LossEnd, ended
from pods.protection import Protection
from pods.recovery import checkpoints, lineage
from pods.recovery.record import Recovery
from pods.requests import RULE
from workers.context import Context


def move_facts(context: Context, recovery: Recovery, now: datetime) -> None:
    old, new = recovery.lost.id, recovery.new_pod
    if new is None:
        return
    _owner(context, old, new, now)
    _records(context, old, new, now)
    over = LossEnd(kind=EndKind.REPLACED, at=now, pod_id=new)
    context.store.losses.change(recovery.loss, lambda loss: ended(loss, over) if loss else None, now)


def _owner(context: Context, old: str, new: str, now: datetime) -> None:
    """Whose it is, unless somebody has claimed the new one already. Both stay the owner's until the old one is gone."""
    fleet = context.store.fleet
    was, there = fleet.facts_of(old), fleet.facts_of(new)
    if was.owner is None or there.owner is not None:
        return
    entry = AuditEntry(
        at=now, event=Event.OWNER, by=f"{RULE}recovery", command=f"recover {old}", pod_id=new, result=was.owner.by
    )
    fleet.set_owner(new, was.owner, now=now, audit=entry)


def _records(context: Context, old: str, new: str, now: datetime) -> None:
    store = context.store
    if (holds := store.holds.get(old)) is not None:
        store.holds.change(new, lambda there: there or moved_to(holds, new), now)
    if (kept := store.lineages.get(old)) is not None:
        store.lineages.change(new, lambda there: there or lineage.moved_to(kept, new), now)
    if (saved := store.checkpoints.get(old)) is not None:
        store.checkpoints.change(new, lambda there: there or checkpoints.moved_to(saved, new), now)
    if (said := store.protections.get(old)) is not None:
        store.protections.change(new, lambda there: _protected(there, said, new), now)
    for records in (store.holds, store.lineages, store.checkpoints, store.protections):
        records.delete(old, now)


def _protected(there: Protection | None, said: Protection, new: str) -> Protection:
    """A person's word about the new pod stays; what it says nothing of is as it was for the old one."""
    if there is None:
        return said.model_copy(update={"pod_id": new})
    if there.rule is not None:
        return there
    return there.model_copy(update={"rule": said.rule, "training": there.training or said.training})
