"""One pod's life in money, for one line: running, idle, stopped, and what each cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pods.ledger.amounts import ZERO
from pods.ledger.entries import Entry
from pods.ledger.totals import Total, total
from pods.model import Value
from pods.times import Instant


class Story(Value):
    id: str
    name: str
    #: The first hour the books have of it.
    since: Instant
    running_ms: int
    idle_ms: int
    stopped_ms: int
    #: Compute and disks of the time it held compute, the idle time's compute included.
    running: Decimal
    idle: Decimal
    #: The volume disk while it held none.
    stopped: Decimal
    #: Of hours that only RunPod's bill knows of; whether it ran in them was not seen.
    unseen: Decimal
    total: Total


def story(entries: Sequence[Entry]) -> Story | None:
    """`entries` of one pod; None where the books have none."""
    if not entries:
        return None
    whole = total(entries)
    seen = total(entry for entry in entries if entry.watched)
    newest = max(entries, key=lambda entry: entry.hour)
    return Story(
        id=newest.id,
        name=newest.name,
        since=min(entry.hour for entry in entries),
        running_ms=sum(entry.running_ms for entry in entries),
        idle_ms=sum(entry.idle_ms for entry in entries),
        stopped_ms=sum(entry.stopped_ms for entry in entries),
        running=seen.usd - seen.amounts.stopped_disk - seen.amounts.network_volume,
        idle=sum((entry.idle for entry in entries), ZERO),
        stopped=seen.amounts.stopped_disk,
        unseen=whole.usd - seen.usd,
        total=whole,
    )
