"""The unbroken run of samples up to the newest, a window long: same container, same GPUs, no hole. Pure.

A verdict may use nothing older: across a hole, a restart or another number of GPUs nobody knows what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pods.model import PodStatus
from pods.samples import Sample, most
from pods.verdicts import Break
from pods.watch_rules import IdleRule

#: Two clocks, and an uptime of whole seconds.
UPTIME_SLACK_S: Final = 2
#: The pod certainly did not run, or not this container.
_STOPPED: Final = frozenset(PodStatus) - {PodStatus.RUNNING, PodStatus.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    #: Complete ones, and incomplete ones that show work; oldest first.
    samples: tuple[Sample, ...]
    broken_by: Break
    missing: int
    began_at: datetime | None


def unbroken(samples: Sequence[Sample], rule: IdleRule) -> Run:
    """Walk back from the newest sample to the first break, or past the window. `samples` are oldest first."""
    kept: list[Sample] = []
    missing = 0
    broken_by = Break.HISTORY
    by_uptime: datetime | None = None
    started_at: datetime | None = None
    later: Sample | None = None
    for index in range(len(samples) - 1, -1, -1):
        sample = samples[index]
        if samples[-1].at - sample.at > rule.window + rule.max_gap:
            break
        edge = kept[-1] if kept else samples[-1]
        if (found := _break(sample, later, edge, rule)) is not None:
            broken_by = found
            break
        by_uptime = by_uptime or sample.began_by_uptime
        started_at = most(started_at, sample.started_at)
        if _tells(sample, samples[index - 1] if index else None, rule):
            kept.append(sample)
        else:
            missing += 1
        later = _newest_known(sample, later)
    return Run(
        samples=tuple(reversed(kept)), broken_by=broken_by, missing=missing, began_at=most(by_uptime, started_at)
    )


def _break(sample: Sample, later: Sample | None, edge: Sample, rule: IdleRule) -> Break | None:
    """What separates the sample from what followed it: `later` is the next sample, `edge` the next that told."""
    if sample.status in _STOPPED:
        return Break.STATUS
    if edge.at - sample.at > rule.max_gap:
        return Break.GAP
    if later is None:
        return None
    if restarted(sample, later):
        return Break.RESTART
    if None not in (sample.gpu_count, later.gpu_count) and sample.gpu_count != later.gpu_count:
        return Break.GPU_COUNT
    return None


def restarted(before: Sample, after: Sample) -> bool:
    """Whether the container of `after` began after `before`: it says so, or it is younger than the time between."""
    if before.started_at and after.started_at and before.started_at != after.started_at:
        return True
    if after.uptime_s is None:
        return False
    between = (after.at - before.at).total_seconds()
    return after.uptime_s < max(before.uptime_s or 0, between) - UPTIME_SLACK_S


def _tells(sample: Sample, before: Sample | None, rule: IdleRule) -> bool:
    """Whether a sample says something new. Figures whose uptime stands still are those of the sample before."""
    if loud(sample, rule):
        return True
    repeats = before is not None and sample.uptime_s is not None and before.uptime_s == sample.uptime_s
    return sample.complete and not repeats


def _newest_known(sample: Sample, later: Sample | None) -> Sample:
    """The sample, with what it does not say of its container taken from the one after it."""
    if later is None:
        return sample
    known: dict[str, object] = {}
    if sample.started_at is None:
        known["started_at"] = later.started_at
    if sample.gpu_count is None:
        known["gpu_count"] = later.gpu_count
    if sample.uptime_s is None and later.uptime_s is not None:
        # As it would have been: the container's age then, by what it said later.
        known["uptime_s"] = round(later.uptime_s - (later.at - sample.at).total_seconds())
    return sample.model_copy(update=known) if known else sample


def gpu_loud(sample: Sample, rule: IdleRule) -> bool:
    return sample.gpu_peak is not None and sample.gpu_peak >= rule.gpu_busy


def cpu_loud(sample: Sample, rule: IdleRule) -> bool:
    return sample.cpu_util is not None and sample.cpu_util >= rule.cpu_busy


def signs(sample: Sample, rule: IdleRule) -> bool:
    return sample.heartbeat or (sample.log_rate is not None and sample.log_rate >= rule.log_lines_per_min)


def loud(sample: Sample, rule: IdleRule) -> bool:
    """Any sign of work at all; missing figures are none, and no sign of rest either."""
    return gpu_loud(sample, rule) or cpu_loud(sample, rule) or signs(sample, rule)
