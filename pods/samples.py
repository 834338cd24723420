"""What the watch saw of a pod, poll by poll: raw samples for hours, five-minute buckets of peaks for days. Pure.

Recording is a join: the same sample twice, or from two watchers, or late, leaves what once and in order would.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Final, TypeVar

from pods.model import GpuSample, Pod, PodStatus, Value
from pods.times import MINUTE, Instant, from_ms, to_ms

RAW_FOR: Final = timedelta(hours=6)
BUCKETS_FOR: Final = timedelta(days=8)
BUCKET: Final = timedelta(minutes=5)
#: A sample further ahead of the clock than this was taken by a clock that is wrong.
AHEAD: Final = MINUTE


class Sample(Value):
    """One pod at one poll. None where RunPod said nothing, which never means zero."""

    at: Instant
    status: PodStatus = PodStatus.RUNNING
    #: 0: a pod without GPUs.
    gpu_count: int | None = None
    gpus: tuple[GpuSample, ...] | None = None
    cpu_util: int | None = None
    memory_util: int | None = None
    #: Of the container, in seconds.
    uptime_s: int | None = None
    started_at: Instant | None = None
    #: USD.
    cost_per_hour: Decimal | None = None
    #: Container log lines per minute since the poll before, where logs were read.
    log_rate: float | None = None
    #: A heartbeat came since the poll before.
    heartbeat: bool = False

    @property
    def complete(self) -> bool:
        """Whether every figure that idleness must be proved by is there, for every GPU."""
        if self.status is not PodStatus.RUNNING or self.gpu_count is None or self.cpu_util is None:
            return False
        if self.gpu_count == 0:
            return True
        if self.gpus is None or len(self.gpus) != self.gpu_count:
            return False
        return all(gpu.util is not None and gpu.memory_util is not None for gpu in self.gpus)

    @property
    def gpu_peak(self) -> int | None:
        """Of the GPUs that said something."""
        return max((gpu.util for gpu in self.gpus or () if gpu.util is not None), default=None)

    @property
    def began_by_uptime(self) -> datetime | None:
        return self.at - timedelta(seconds=self.uptime_s) if self.uptime_s is not None else None

    @property
    def began_at(self) -> datetime | None:
        """When the container that was seen began: the later of what the start time and the uptime say."""
        return most(self.began_by_uptime, self.started_at)


class Bucket(Value):
    """Five minutes of one pod: peaks of what was said, and which minutes were fully seen."""

    start: Instant
    #: One bit per minute with a complete sample.
    minutes: int = 0
    gpu_peaks: tuple[int | None, ...] = ()
    gpu_memory_peaks: tuple[int | None, ...] = ()
    cpu_peak: int | None = None
    memory_peak: int | None = None
    log_peak: float | None = None
    heartbeat: bool = False

    @property
    def coverage(self) -> float:
        """Share of its minutes that were fully seen, 0 to 1."""
        return self.minutes.bit_count() / (BUCKET / MINUTE)


class Rings(Value):
    """The samples of one pod, oldest first."""

    v: int = 1
    #: Grows at each change.
    version: int = 0
    pod_id: str
    raw: tuple[Sample, ...] = ()
    buckets: tuple[Bucket, ...] = ()


def observe(pod: Pod, at: datetime) -> Sample:
    """What a listing or a read says of a pod's activity. Figures of a pod that does not run are stale: left out."""
    runtime = pod.runtime if pod.status is PodStatus.RUNNING else None
    unpriced = not pod.cost_known or (pod.status is PodStatus.RUNNING and not pod.cost_per_hour)
    return Sample(
        at=at,
        status=pod.status,
        gpu_count=pod.gpu.count if pod.gpu else 0 if pod.cpu else None,
        gpus=runtime.gpus if runtime else None,
        cpu_util=runtime.cpu_util if runtime else None,
        memory_util=runtime.memory_util if runtime else None,
        # RunPod has been seen to give 0, and a cost of 0, for pods that had run for hours.
        uptime_s=(runtime.uptime_s or None) if runtime else None,
        started_at=pod.started_at,
        cost_per_hour=None if unpriced else pod.cost_per_hour,
    )


def record(rings: Rings, samples: Iterable[Sample], now: datetime) -> Rings:
    """The rings with the samples in; the same rings where they bring nothing new."""
    raw = {sample.at: sample for sample in rings.raw}
    buckets = {bucket.start: bucket for bucket in rings.buckets}
    for sample in samples:
        if sample.at > now + AHEAD:
            continue
        known = raw.get(sample.at)
        raw[sample.at] = joined(known, sample) if known else sample
        start = bucket_start(sample.at)
        buckets[start] = _poured(buckets.get(start, Bucket(start=start)), sample)
    kept = _last(tuple(raw[at] for at in sorted(raw)), tuple(buckets[start] for start in sorted(buckets)))
    if kept == (rings.raw, rings.buckets):
        return rings
    return rings.model_copy(update={"version": rings.version + 1, "raw": kept[0], "buckets": kept[1]})


def _last(raw: tuple[Sample, ...], buckets: tuple[Bucket, ...]) -> tuple[tuple[Sample, ...], tuple[Bucket, ...]]:
    """Bounded by what is newest, not by the clock: a clock that jumps forgets nothing."""
    if not buckets:
        return raw, buckets
    newest = max(raw[-1].at, buckets[-1].start) if raw else buckets[-1].start
    first = bisect_left(raw, newest - RAW_FOR, key=lambda sample: sample.at)
    return raw[first:], tuple(bucket for bucket in buckets if bucket.start > newest - BUCKETS_FOR)


def bucket_start(at: datetime) -> datetime:
    length = round(BUCKET.total_seconds() * 1000)
    return from_ms(to_ms(at) // length * length)


def bucketed(start: datetime, samples: Iterable[Sample]) -> Bucket:
    """The bucket of that start, of samples within it."""
    bucket = Bucket(start=start)
    for sample in samples:
        bucket = _poured(bucket, sample)
    return bucket


def _poured(bucket: Bucket, sample: Sample) -> Bucket:
    minute = int((sample.at - bucket.start) / MINUTE)
    gpus = sample.gpus or ()
    return Bucket(
        start=bucket.start,
        minutes=bucket.minutes | (1 << minute if sample.complete else 0),
        gpu_peaks=_peaks(bucket.gpu_peaks, tuple(gpu.util for gpu in gpus)),
        gpu_memory_peaks=_peaks(bucket.gpu_memory_peaks, tuple(gpu.memory_util for gpu in gpus)),
        cpu_peak=most(bucket.cpu_peak, sample.cpu_util),
        memory_peak=most(bucket.memory_peak, sample.memory_util),
        log_peak=most(bucket.log_peak, sample.log_rate),
        heartbeat=bucket.heartbeat or sample.heartbeat,
    )


def joined(one: Sample, other: Sample) -> Sample:
    """Two readings of one instant: what is known, and where both are, the busier."""
    return Sample(
        at=one.at,
        status=max(one.status, other.status),
        gpu_count=most(one.gpu_count, other.gpu_count),
        gpus=_joined_gpus(one.gpus, other.gpus),
        cpu_util=most(one.cpu_util, other.cpu_util),
        memory_util=most(one.memory_util, other.memory_util),
        uptime_s=most(one.uptime_s, other.uptime_s),
        started_at=most(one.started_at, other.started_at),
        cost_per_hour=most(one.cost_per_hour, other.cost_per_hour),
        log_rate=most(one.log_rate, other.log_rate),
        heartbeat=one.heartbeat or other.heartbeat,
    )


def _joined_gpus(
    one: tuple[GpuSample, ...] | None, other: tuple[GpuSample, ...] | None
) -> tuple[GpuSample, ...] | None:
    if one is None or other is None or len(one) != len(other):
        return max(one, other, key=lambda gpus: -1 if gpus is None else len(gpus))
    return tuple(
        GpuSample(util=most(a.util, b.util), memory_util=most(a.memory_util, b.memory_util))
        for a, b in zip(one, other, strict=True)
    )


Known = TypeVar("Known", int, float, Decimal, datetime)


def most(one: Known | None, other: Known | None) -> Known | None:
    """The larger of what is known."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _peaks(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return tuple(most(a, b) for a, b in zip_longest(one, other))
