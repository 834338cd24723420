"""Where utilisation comes from, as seen from data: the list, one GraphQL list, reads of single pods, or nowhere. Pure.

RunPod's answers decide, not its documents: an API that gives figures today may give none tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.fleet import Fleet
from pods.model import Listing, Pod, PodStatus, Runtime, Value
from pods.times import Instant


class Source(StrEnum):
    LIST = "list"
    #: One GraphQL list besides.
    GRAPHQL = "graphql"
    #: A read per pod, as many as the quota allows.
    READS = "reads"
    NOWHERE = "nowhere"


#: A container this young has no figures yet, whatever the source.
YOUNG: Final = timedelta(minutes=3)
#: Where nothing gave figures, everything is tried again after this.
TRY_AGAIN: Final = timedelta(minutes=5)


class Reporting(Value):
    """How the fleet's figures came in at the last pass."""

    source: Source = Source.NOWHERE
    at: Instant | None = None
    #: Running pods old enough to have figures, and those that had them.
    wanted: int = 0
    got: int = 0
    #: Pods that a budget left unread.
    unread: int = 0
    graphql_tried_at: Instant | None = None
    reads_tried_at: Instant | None = None


def carries(pod: Pod) -> bool:
    """Whether an answer holds figures of what the pod does."""
    runtime = pod.runtime
    return runtime is not None and (
        runtime.cpu_util is not None or any(gpu.util is not None for gpu in runtime.gpus or ())
    )


def lacking(pods: Iterable[Pod], now: datetime) -> tuple[Pod, ...]:
    """The running pods that ought to have figures and have none."""
    return tuple(pod for pod in pods if not carries(pod) and ought(pod, now))


def ought(pod: Pod, now: datetime) -> bool:
    return pod.status is PodStatus.RUNNING and (pod.started_at is None or now - pod.started_at >= YOUNG)


def list_carries(pods: Sequence[Pod], now: datetime) -> bool:
    """One pod with figures proves that this answer carries them; then a pod without has none to give."""
    return any(map(carries, pods)) or not lacking(pods, now)


def completed(listing: Listing, figures: Mapping[str, Pod]) -> Listing:
    """The listing with figures of other answers, of pods that still run the same container."""
    pods = tuple(with_figures(pod, figures.get(pod.id)) for pod in listing.pods)
    return listing.model_copy(update={"pods": pods})


def with_figures(pod: Pod, other: Pod | None) -> Pod:
    """The pod with the figures of another answer about it, unless it has its own or that is of another container."""
    if other is None or other.runtime is None or carries(pod) or pod.status is not PodStatus.RUNNING:
        return pod
    if other.started_at and pod.started_at and other.started_at != pod.started_at:
        return pod
    return pod.model_copy(update={"runtime": _merged(pod.runtime, other.runtime)})


def _merged(known: Runtime | None, other: Runtime) -> Runtime:
    if known is None:
        return other
    figures = {"gpus": other.gpus, "cpu_util": other.cpu_util, "memory_util": other.memory_util}
    return known.model_copy(update={**figures, "uptime_s": known.uptime_s or other.uptime_s})


class Known(Value):
    """When a pod's figures were last read, and whether it worked then."""

    at: Instant
    busy: bool


def to_read(pods: Iterable[Pod], known: Mapping[str, Known], budget: int | None) -> tuple[Pod, ...]:
    """The pods to read one by one, as many as the budget allows.

    Those at rest come first, and the same ones each pass, since a hole would begin their window anew; then the others,
    the longest unread first.
    """

    def urgency(pod: Pod) -> tuple[bool, float, str]:
        last = known.get(pod.id)
        if last is None or last.busy:
            return (True, last.at.timestamp() if last else 0.0, pod.id)
        return (False, 0.0, pod.id)

    ranked = sorted(pods, key=urgency)
    return tuple(ranked if budget is None else ranked[: max(budget, 0)])


def asks_graphql(last: Reporting, now: datetime) -> bool:
    """Whether to ask GraphQL for its list where REST's has no figures: while it gives some, else now and then."""
    return last.source is Source.GRAPHQL or last.graphql_tried_at is None or now - last.graphql_tried_at >= TRY_AGAIN


def reads_any(last: Reporting, now: datetime) -> bool:
    """Whether to read pods one by one; where that gave nothing either, only now and then."""
    return last.source is not Source.NOWHERE or last.reads_tried_at is None or now - last.reads_tried_at >= TRY_AGAIN


def doubtful(fleet: Fleet, listing: Listing) -> tuple[Pod, ...]:
    """The pods that a list lacks, where it lacks so many that the list itself is in doubt; else none.

    One pod going is news; most of several going at once is more likely a fault of the list.
    """
    there = {pod.id for pod in listing.pods}
    missing = tuple(entry.pod for entry in fleet.entries if entry.pod.id not in there)
    several = len(fleet.entries) > 1
    return missing if several and 2 * len(missing) > len(fleet.entries) else ()
