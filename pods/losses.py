"""A loss: a pod that worked and does not, and nobody here asked for it. The record, and how it ends. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from pods.model import Pod, Record, Value
from pods.protection import Stake
from pods.times import Instant


class LossKind(StrEnum):
    """What was seen. Why it happened is the cause."""

    EXITED = "exited"
    ERROR = "error"
    GONE = "gone"
    #: RunPod says RUNNING and bills it, but its container has ended.
    CONTAINER_EXIT = "container_exit"
    #: Its container began anew by itself, and runs.
    RESTARTED = "restarted"
    #: It keeps beginning anew.
    CRASH_LOOP = "crash_loop"
    #: It runs, and its GPUs are gone.
    ZERO_GPU = "zero_gpu"


class Severity(IntEnum):
    """How soon somebody must look."""

    #: It runs again by itself: what it had not saved is lost, and nothing is left to be done at night.
    LOW = 0
    #: The work stands still.
    HIGH = 1


_LOW: Final = frozenset({LossKind.RESTARTED})
#: After these RunPod goes on billing the pod.
BILLED_ON: Final = frozenset({LossKind.CONTAINER_EXIT, LossKind.RESTARTED, LossKind.CRASH_LOOP, LossKind.ZERO_GPU})


class CauseKind(StrEnum):
    OUTBID = "outbid"
    BALANCE = "balance"
    MAINTENANCE = "maintenance"
    DATA_CENTER = "data_center"
    HOST = "host"
    OUT_OF_MEMORY = "out_of_memory"
    IMAGE_PULL = "image_pull"
    CUDA = "cuda"
    #: Its main process ended by itself; the exit code is the evidence.
    PROCESS = "process"
    #: RunPod says that it did it, and not why.
    RUNPOD = "runpod"
    NOT_KNOWN = "not_known"


class Source(StrEnum):
    """Where the evidence was read."""

    STATUS_CHANGE = "status_change"
    SYSTEM_LOG = "system_log"
    ACCOUNT = "account"
    FLEET = "fleet"
    MAINTENANCE = "maintenance"
    NONE = "none"


class Cause(Value):
    kind: CauseKind = CauseKind.NOT_KNOWN
    #: The words it was read from, as they were written. Not ours: untrusted.
    evidence: str = ""
    source: Source = Source.NONE


class EndKind(StrEnum):
    #: The pod was seen well again.
    BACK = "back"
    #: Another pod does its work.
    REPLACED = "replaced"
    #: Somebody said that it was them.
    CLAIMED = "claimed"
    #: Somebody had it terminated, or RunPod no longer has it, after the loss was told.
    TERMINATED = "terminated"


class LossEnd(Value):
    kind: EndKind
    at: Instant
    #: Who, where a person ended it.
    by: str = ""
    #: The pod that took over, where one did.
    pod_id: str = ""


class Loss(Record):
    id: str
    pod_id: str
    #: As last seen well, without live figures and secrets.
    pod: Pod
    kind: LossKind
    stake: Stake = Stake.PLAIN
    cause: Cause = Cause()
    #: The newest look at which it was well; it happened after this ...
    well_at: Instant
    #: ... and before this, when the first list showed it.
    seen_at: Instant
    #: When a second look agreed.
    confirmed_at: Instant
    #: When the container that was lost had begun; None: not known.
    began_at: Instant | None = None
    #: How often its container began anew within the window, where that is the loss.
    restarts: int = 0
    #: Somebody had started or restarted it shortly before, so nobody is paged.
    started_by: str = ""
    incident_id: str = ""
    #: Its standing as its incident was told.
    told_as: str = ""
    end: LossEnd | None = None

    @property
    def severity(self) -> Severity:
        return Severity.LOW if self.kind in _LOW else Severity.HIGH

    @property
    def pages(self) -> bool:
        """Whether on-call is told of it."""
        return self.stake > Stake.PLAIN and not self.started_by

    @property
    def standing(self) -> str:
        """How bad it is; changes when it gets worse. A crash loop that goes on is not worse for that."""
        counted = self.kind is LossKind.RESTARTED
        return f"{self.kind.value}.{self.restarts}" if counted else self.kind.value

    @property
    def billed_on(self) -> bool:
        return self.kind in BILLED_ON

    @property
    def rate(self) -> Decimal | None:
        """USD per hour as last seen well; None: RunPod did not say."""
        return self.pod.cost_per_hour if self.pod.cost_known else None


def ended(loss: Loss, end: LossEnd) -> Loss:
    """A loss ends once, but a pod that somebody claimed or replaced may still come back: the first end stays."""
    if loss.end is not None:
        return loss
    return loss.model_copy(update={"end": end})


def worse(loss: Loss, kind: LossKind, cause: Cause, restarts: int, now: datetime) -> Loss:
    """The loss when more was seen of the same pod: a restart that became a crash loop, or then went down."""
    if loss.end is not None or (loss.kind, loss.restarts) == (kind, restarts):
        return loss
    changes = {"kind": kind, "restarts": restarts, "confirmed_at": now}
    return loss.model_copy(update=changes if cause.kind is CauseKind.NOT_KNOWN else {**changes, "cause": cause})


def bare(pod: Pod) -> Pod:
    """The pod without what changes from poll to poll, and without what a record should not keep."""
    return pod.model_copy(
        update={
            "runtime": None,
            "ssh_proxy": None,
            "ssh_direct": None,
            "last_status_change": None,
            "actions": (),
            "args": "",
        }
    )
