"""A create that made two pods after all: which one counts, and whether the other may be terminated. Pure.

The one that was told counts, since somebody may work in it already; where none was, the oldest. The other is terminated
by automation only if nobody can have wanted it: both carry this create's stamp and name, and both were made around its
calls. A pod that somebody copied in the console, stamp and all, is told and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from pods.creating import CLOCKS_APART
from pods.model import Pod, PodStatus
from pods.operations import Operation

#: A call that RunPod was slow to carry out may show its pod so much later.
LATEST: Final = timedelta(minutes=10)


def twins(operation: Operation, pods: Iterable[Pod]) -> tuple[Pod, ...]:
    """The pods with this create's stamp besides the one it is known by, oldest first."""
    stamped = (pod for pod in pods if pod.stamp == operation.id and pod.status is not PodStatus.TERMINATED)
    others = [pod for pod in stamped if pod.id != operation.pod_id]
    return tuple(sorted(others, key=lambda pod: (pod.created_at is None, pod.created_at, pod.id)))


def wanted(operation: Operation, twin: Pod) -> str:
    """Why somebody may want the twin, so that automation leaves it alone; empty: nobody can."""
    kept = operation.seen
    if kept is None or kept.stamp != operation.id or twin.stamp != operation.id:
        return "not both of them carry the mark of this create"
    if twin.name != kept.name:
        return "it was renamed"
    if twin.created_at is None or operation.first_called_at is None or operation.called_at is None:
        return "RunPod does not say when it was made"
    if not operation.first_called_at - CLOCKS_APART <= twin.created_at <= operation.called_at + LATEST:
        return "it was made at another time, so somebody may have copied the first one"
    return ""
