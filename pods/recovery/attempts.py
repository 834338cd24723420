"""One try to bring a pod back: what was offered, and what came of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pods.model import Cloud, Value
from pods.recovery.rules import Move
from pods.times import Instant

HOUR_S: Final = Decimal(3600)
#: A pod ordered for a try must run within this, else it is taken back.
UP_WITHIN: Final = timedelta(minutes=15)
#: What a try may at most be billed for: coming up, and being taken back when it does not.
BILLED_AT_MOST: Final = UP_WITHIN + timedelta(minutes=10)


class Why(StrEnum):
    """Why a plan ended without bringing the work back, or why a try was taken back."""

    CAME_BACK = "came_back"
    TAKEN_OVER = "taken_over"
    HOST_LOCAL = "host_local"
    #: The host-local disk went with the pod.
    DATA_GONE = "data_gone"
    NOTHING_LEFT = "nothing_left"
    ENV_LOST = "env_lost"
    NO_SPEC = "no_spec"
    LOCKED = "locked"
    CLUSTER = "cluster"
    #: It runs with no GPU, and not by our doing: somebody may be copying data off it.
    ZERO_GPU = "zero_gpu"
    DEADLINE = "deadline"
    BUDGET = "budget"
    BREAKER = "breaker"
    #: RunPod never said whether it made the pod.
    UNCLEAR = "unclear"
    #: A try could not be taken back: it may run and bill.
    NOT_TAKEN_BACK = "not_taken_back"
    ASKED = "asked"
    TOO_DEAR = "too_dear"
    NO_GPU = "no_gpu"
    NEVER_UP = "never_up"


class Result(StrEnum):
    """What came of one try."""

    UP = "up"
    NO_ROOM = "no_room"
    REFUSED = "refused"
    #: It came up and went down, or never came up.
    DIED = "died"
    TAKEN_BACK = "taken_back"
    #: Ordered, and called off before RunPod was asked.
    CALLED_OFF = "called_off"
    UNCLEAR = "unclear"


class Offer(Value):
    """One thing that can be tried."""

    move: Move
    #: None for a CPU pod, and where a resumed pod's GPU is not known.
    gpu: str | None = None
    gpu_name: str = ""
    count: int = 1
    cloud: Cloud = Cloud.SECURE
    #: Empty: wherever there is room.
    data_centers: tuple[str, ...] = ()
    #: USD per hour for the whole pod, from the catalog or from what it cost before.
    price: Decimal
    #: USD per GPU and hour; set for spot.
    bid: Decimal | None = None

    @property
    def creates(self) -> bool:
        return self.move is not Move.RESUME

    @property
    def key(self) -> str:
        return "/".join((self.move, self.gpu or "-", self.cloud, ",".join(self.data_centers), str(self.bid or "-")))


class Attempt(Value):
    number: int
    round: int
    offer: Offer
    at: Instant
    #: The pod it is about: the lost one, or the new one once its id is known.
    pod_id: str | None = None
    #: First read as running with what it needs.
    up_at: Instant | None = None
    #: USD per hour as read of its pod, where that is more than was offered.
    rate: Decimal | None = None
    #: It must not run, and why: it is called off, or what came of it is taken back.
    withdraw: Why | None = None
    #: Since when the pod made for it has not been found.
    absent_since: Instant | None = None
    result: Result | None = None
    ended_at: Instant | None = None
    #: RunPod's words, where it said something.
    sentence: str = ""

    @property
    def open(self) -> bool:
        return self.result is None

    def spent(self, now: datetime) -> Decimal:
        """USD, an estimate: from its beginning on, unless RunPod certainly never had it."""
        if self.result in {Result.NO_ROOM, Result.REFUSED, Result.CALLED_OFF}:
            return Decimal(0)
        end = self.up_at if self.result is Result.UP else self.ended_at
        seconds = max(0, int(((end or now) - self.at).total_seconds()))
        return (self.rate or self.offer.price) * seconds / HOUR_S
