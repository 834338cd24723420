"""What changed between two snapshots of the fleet, pod by pod, and who asked for it. Pure.

A change is what two list passes prove. A pod that one list lacks has not changed; a failed pass changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.fleet import Entry, Fleet
from pods.model import BILLED, Pod, PodStatus, Value, Verb
from pods.operations import Operation
from pods.times import Instant

#: An operation this old or younger explains a change, in whatever state it is.
EXPLAINS_FOR: Final = timedelta(minutes=15)
#: Two clocks, and an uptime of whole seconds.
_SLACK_S: Final = 2


class ChangeKind(StrEnum):
    APPEARED = "appeared"
    #: From a state that is not billed into one that is.
    STARTED = "started"
    STOPPED = "stopped"
    #: The container is younger than it was, and the pod never stopped in between.
    RESTARTED = "restarted"
    GONE = "gone"
    PRICE = "price"
    GPU_COUNT = "gpu_count"


class Change(Value):
    v: int = 1
    kind: ChangeKind
    pod_id: str
    pod_name: str
    #: When the list was made that shows it; it happened at some time since the list before.
    at: Instant
    since: Instant | None = None
    status_before: PodStatus | None = None
    status: PodStatus | None = None
    #: USD per hour and number of GPUs, where they changed.
    price_before: Decimal | None = None
    price: Decimal | None = None
    gpus_before: int | None = None
    gpus: int | None = None
    #: The youngest operation that asked for it, and who did; empty: nobody here.
    operation: str = ""
    asked_by: str = ""


#: The verbs that bring a change about.
_BY: Final[Mapping[ChangeKind, frozenset[Verb]]] = {
    ChangeKind.APPEARED: frozenset({Verb.CREATE}),
    ChangeKind.STARTED: frozenset({Verb.START}),
    ChangeKind.STOPPED: frozenset({Verb.STOP}),
    ChangeKind.RESTARTED: frozenset({Verb.RESTART, Verb.STOP, Verb.START}),
    ChangeKind.GONE: frozenset({Verb.TERMINATE}),
    ChangeKind.GPU_COUNT: frozenset({Verb.START}),
    ChangeKind.PRICE: frozenset({Verb.START}),
}


def changes(before: Fleet, after: Fleet, at: datetime) -> tuple[Change, ...]:
    """Every change between two snapshots, by a list or a read made at `at`; nobody's yet. The first list is no news."""
    if before.listed_at is None:
        return ()
    old = {entry.pod.id: entry for entry in before.entries}
    new = {entry.pod.id: entry for entry in after.entries}
    found: list[Change] = []
    for pod_id, entry in new.items():
        known = old.get(pod_id)
        if known is None:
            found.append(_change(ChangeKind.APPEARED, entry.pod, entry.seen_at, status=entry.pod.status))
        elif entry.seen_at > known.seen_at:
            found.extend(_of_pod(known, entry))
    gone = (entry for pod_id, entry in old.items() if pod_id not in new)
    found.extend(
        _change(ChangeKind.GONE, each.pod, at, since=each.seen_at, status_before=each.pod.status) for each in gone
    )
    return tuple(found)


def asked(change: Change, operations: Iterable[Operation]) -> Change:
    """The change with the youngest operation on its pod that explains it."""
    verbs = _BY.get(change.kind, frozenset())
    reasons = [
        each
        for each in operations
        if each.pod_id == change.pod_id and each.verb in verbs and each.created_at > change.at - EXPLAINS_FOR
    ]
    if not reasons:
        return change
    reason = max(reasons, key=lambda each: each.created_at)
    return change.model_copy(update={"operation": reason.id, "asked_by": reason.by})


def _of_pod(known: Entry, entry: Entry) -> Sequence[Change]:
    before, now = known.pod, entry.pod
    found: list[Change] = []

    def note(kind: ChangeKind, **figures: object) -> None:
        found.append(_change(kind, now, entry.seen_at, since=known.seen_at, **figures))

    was, is_ = before.status in BILLED, now.status in BILLED
    if was is not is_ and PodStatus.UNKNOWN not in {before.status, now.status}:
        kind = ChangeKind.STARTED if is_ else ChangeKind.STOPPED
        note(kind, status_before=before.status, status=now.status)
    elif restarted(before, now, (entry.seen_at - known.seen_at).total_seconds()):
        note(ChangeKind.RESTARTED, status_before=before.status, status=now.status)
    if was and is_ and before.cost_known and now.cost_known and before.cost_per_hour != now.cost_per_hour:
        note(ChangeKind.PRICE, price_before=before.cost_per_hour, price=now.cost_per_hour)
    if before.gpu and now.gpu and before.gpu.count != now.gpu.count:
        note(ChangeKind.GPU_COUNT, gpus_before=before.gpu.count, gpus=now.gpu.count)
    return found


def restarted(before: Pod, now: Pod, between_s: float) -> bool:
    """Whether a pod that ran both times runs another container. What is missing proves nothing."""
    if before.status is not PodStatus.RUNNING or now.status is not PodStatus.RUNNING:
        return False
    if before.started_at and now.started_at and now.started_at > before.started_at:
        return True
    # RunPod has been seen to give an uptime of 0 for pods that had run for hours.
    if not before.uptime_s or not now.uptime_s:
        return False
    return now.uptime_s < before.uptime_s - _SLACK_S and now.uptime_s < between_s + _SLACK_S


def _change(kind: ChangeKind, pod: Pod, at: datetime, **more: object) -> Change:
    return Change.model_validate({"kind": kind, "pod_id": pod.id, "pod_name": pod.name, "at": at, **more})
