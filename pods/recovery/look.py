"""What one step of a plan saw. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from pods.model import BILLED, Pod, PodStatus
from pods.recovery.offers import Market
from pods.recovery.record import TakenOver


class Sight(Enum):
    """What was read of a pod in this step, where it is no pod."""

    #: RunPod says there is none, and a list made in the same step lacks it.
    ABSENT = auto()
    #: It could not be read.
    UNREAD = auto()
    #: There was nothing to read.
    NONE = auto()


Seen = Pod | Sight


class Came(Enum):
    """What became of an order."""

    #: Not on record: it must be ordered (again).
    UNORDERED = auto()
    OPEN = auto()
    DONE = auto()
    NO_ROOM = auto()
    REFUSED = auto()
    #: Ended without a call.
    CALLED_OFF = auto()
    #: Called, and nobody knows yet whether it had its effect; somebody still looks.
    DOUBTFUL = auto()
    #: The same, and nobody looks any more.
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    came: Came
    #: Of a create that is done.
    pod_id: str | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything but the record that a step decides upon."""

    now: datetime
    lost: Seen
    #: The pod of the try under way, or the one that runs in the lost one's place.
    new: Seen
    #: The order that `recovery.pending` names.
    order: Ordered | None
    #: The create or start of the try under way, where `order` is what takes it back.
    first: Ordered | None
    market: Market
    #: RunPod answers, and what it said is of now.
    healthy: bool
    taken_over: TakenOver | None = None


def runs(seen: Seen) -> bool:
    """Whether a pod is read as doing, or about to do, its work."""
    return isinstance(seen, Pod) and seen.status in BILLED and not without_gpu(seen)


def without_gpu(pod: Pod) -> bool:
    return pod.status is PodStatus.RUNNING and pod.gpu is not None and pod.gpu.count == 0
