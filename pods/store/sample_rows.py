"""Samples and buckets as short rows: a JSON list each, with what is not said at its end left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final

from pods.model import GpuSample, PodStatus
from pods.samples import Bucket, Sample
from pods.times import from_ms, to_ms

_STATUSES: Final = tuple(PodStatus)
_CODES: Final = {status: code for code, status in enumerate(_STATUSES)}


def write(sample: Sample) -> str:
    return _row(
        to_ms(sample.at),
        _CODES[sample.status],
        sample.gpu_count,
        None if sample.gpus is None else [(gpu.util, gpu.memory_util) for gpu in sample.gpus],
        sample.cpu_util,
        sample.memory_util,
        sample.uptime_s,
        None if sample.started_at is None else to_ms(sample.started_at),
        None if sample.cost_per_hour is None else str(sample.cost_per_hour),
        sample.log_rate,
        1 if sample.heartbeat else None,
    )


def read(row: str) -> Sample:
    """The sample as it was written: rows are our own, so their values are not checked again."""
    at, status, count, gpus, cpu, memory, uptime, started, cost, logs, beat = _filled(row, 11)
    return Sample.model_construct(
        at=from_ms(at),
        status=_STATUSES[status],
        gpu_count=count,
        gpus=None if gpus is None else tuple(gpu(util, held) for util, held in gpus),
        cpu_util=cpu,
        memory_util=memory,
        uptime_s=uptime,
        started_at=None if started is None else from_ms(started),
        cost_per_hour=None if cost is None else Decimal(cost),
        log_rate=logs,
        heartbeat=bool(beat),
    )


def write_bucket(bucket: Bucket) -> str:
    return _row(
        to_ms(bucket.start),
        bucket.minutes,
        list(bucket.gpu_peaks),
        list(bucket.gpu_memory_peaks),
        bucket.cpu_peak,
        bucket.memory_peak,
        bucket.log_peak,
        1 if bucket.heartbeat else None,
    )


def read_bucket(row: str) -> Bucket:
    start, minutes, gpus, held, cpu, memory, logs, beat = _filled(row, 8)
    return Bucket.model_construct(
        start=from_ms(start),
        minutes=minutes,
        gpu_peaks=tuple(gpus or ()),
        gpu_memory_peaks=tuple(held or ()),
        cpu_peak=cpu,
        memory_peak=memory,
        log_peak=logs,
        heartbeat=bool(beat),
    )


@cache
def gpu(util: int | None, memory_util: int | None) -> GpuSample:
    """One value for all samples that say the same: a fleet has millions of them and hardly any differ."""
    return GpuSample(util=util, memory_util=memory_util)


def _row(*values: object) -> str:
    kept = list(values)
    while kept and kept[-1] is None:
        kept.pop()
    return json.dumps(kept, separators=(",", ":"))


def _filled(row: str, width: int) -> Sequence[Any]:
    values: list[Any] = json.loads(row)
    return (*values, *(None,) * (width - len(values)))[:width]
