"""What each poll saw of every pod, into the rings."""

from __future__ import annotations

from pods.fleet import Entry
from pods.model import PodStatus
from pods.samples import Sample, observe
from workers.context import Context
from workers.passes.look import Look

#: A pod in these states does nothing that could be sampled.
_AT_REST = frozenset({PodStatus.EXITED, PodStatus.TERMINATED})


def keep_samples(context: Context, look: Look) -> None:
    """Record this list pass, once, and close the five minutes that are over. A failed pass saw nothing."""
    if not look.healthy or look.after.listed_at is None:
        return
    before = {entry.pod.id: entry for entry in look.before.entries}
    entries = [entry for entry in look.after.entries if _listed_now(entry, look)]
    seen = {entry.pod.id: _sample(entry) for entry in entries if _worth_it(entry, before.get(entry.pod.id))}
    context.store.samples.record(seen, look.after.listed_at)
    context.store.samples.pour(seen, look.now)


def _listed_now(entry: Entry, look: Look) -> bool:
    """Not what an operation read in between, nor what the list lacks."""
    return entry.seen_at == look.after.listed_at and entry.missing_since is None


def _worth_it(entry: Entry, before: Entry | None) -> bool:
    """Of a pod at rest only that it came to rest: it ends what was known of its container."""
    return entry.pod.status not in _AT_REST or before is None or before.pod.status not in _AT_REST


def _sample(entry: Entry) -> Sample:
    return observe(entry.pod, entry.seen_at)
