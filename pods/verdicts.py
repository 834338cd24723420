"""What the watch concludes of a pod, with the evidence it concluded from: enough to show the arithmetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from pods.model import Value
from pods.protectors import Word
from pods.times import Instant
from pods.watch_rules import IdleRule, Protector


class VerdictKind(StrEnum):
    BUSY = "busy"
    IDLE = "idle"
    #: GPUs compute nothing, but their memory is held.
    HELD = "held"
    #: GPUs compute nothing, the CPU works.
    CPU_BOUND = "cpu_bound"
    STARTING = "starting"
    #: Not proven either way.
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """What decided. Views turn each into a sentence."""

    # Busy
    GPU = "gpu"
    CPU = "cpu"
    #: A heartbeat or log lines came with the samples.
    SIGNS = "signs"
    #: A protector that was asked knows of work.
    PROTECTED = "protected"
    # Idle, held, CPU-bound: every sample of the window was under its limit, or under all but the CPU's.
    QUIET = "quiet"
    # Starting
    STARTS = "starts"
    WARM_UP = "warm_up"
    # Unknown
    NO_SAMPLES = "no_samples"
    NOT_RUNNING = "not_running"
    #: The newest sample is too old.
    STALE = "stale"
    #: Samples come, but lack figures.
    MISSING = "missing"
    #: Samples are dated after now: a clock is wrong.
    CLOCK = "clock"
    #: Neither start time nor uptime: a restart would not show.
    NO_AGE = "no_age"
    #: Quiet so far, but not for a whole window.
    NOT_COVERED = "not_covered"
    #: A protector could not say.
    PROTECTOR = "protector"


class Break(StrEnum):
    """Why the evidence does not reach further back."""

    #: It reaches over the whole window, or the samples end.
    HISTORY = "history"
    GAP = "gap"
    RESTART = "restart"
    GPU_COUNT = "gpu_count"
    #: It was not running.
    STATUS = "status"


class Evidence(Value):
    """The arithmetic. Peaks are over the window's samples, one per GPU."""

    rule: IdleRule
    #: The unbroken run of samples that was looked at.
    first_at: Instant | None = None
    last_at: Instant | None = None
    #: How many of its samples were used, and how many lacked figures or repeated the one before.
    used: int = 0
    missing: int = 0
    broken_by: Break = Break.HISTORY
    longest_gap_s: int = 0
    #: When the container began; samples are judged from the warm-up's end on.
    began_at: Instant | None = None
    #: Since when no GPU computed, and since when the CPU did not either.
    gpu_quiet_since: Instant | None = None
    quiet_since: Instant | None = None
    gpu_peaks: tuple[int | None, ...] = ()
    gpu_memory_peaks: tuple[int | None, ...] = ()
    cpu_peak: int | None = None
    memory_peak: int | None = None
    words: tuple[Word, ...] = ()
    #: USD; None where RunPod did not say.
    cost_per_hour: Decimal | None = None


class Verdict(Value):
    kind: VerdictKind
    reason: Reason
    at: Instant
    evidence: Evidence
    #: Idle, held or CPU-bound: since when.
    since: Instant | None = None
    #: The protectors to ask before this counts; none: it is settled.
    ask: tuple[Protector, ...] = ()
    #: The protector that decided, where one did.
    decided_by: Word | None = None

    @property
    def candidate(self) -> bool:
        return self.kind in {VerdictKind.IDLE, VerdictKind.HELD}

    @property
    def settled(self) -> bool:
        """Idle or held, and everything that could prove otherwise was asked."""
        return self.candidate and not self.ask

    @property
    def works(self) -> bool:
        return self.kind in {VerdictKind.BUSY, VerdictKind.CPU_BOUND}

    @property
    def idle_for(self) -> timedelta | None:
        return self.at - self.since if self.since else None

    @property
    def wasted(self) -> Decimal | None:
        """An estimate: today's price since it is idle, in USD."""
        return wasted(self.evidence.cost_per_hour, self.since, self.at) if self.since else None


def wasted(cost_per_hour: Decimal | None, since: datetime, until: datetime) -> Decimal | None:
    if cost_per_hour is None:
        return None
    return cost_per_hour * Decimal(max(0, round((until - since).total_seconds()))) / 3600
