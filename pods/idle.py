"""Whether a pod works: (samples, words, rule, now) -> verdict with its evidence. Pure.

Idleness is proved, never assumed: over a whole window without a hole, every GPU's and the CPU's peak stayed under its
limit, and every protector of the rule said that it knows of no work. Whatever is missing makes the verdict unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from pods.model import PodStatus
from pods.protectors import Word, silent, unanswered, work
from pods.runs import Run, cpu_loud, gpu_loud, loud, signs, unbroken
from pods.samples import AHEAD, BUCKET, Bucket, Sample, bucket_start
from pods.verdicts import Break, Evidence, Reason, Verdict, VerdictKind
from pods.watch_rules import IdleRule

_STARTS: Final = frozenset({PodStatus.PROVISIONING, PodStatus.STARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One pod at one time, looked at under one rule."""

    samples: Sequence[Sample]
    buckets: Sequence[Bucket]
    words: tuple[Word, ...]
    rule: IdleRule
    now: datetime
    run: Run

    @property
    def last_at(self) -> datetime:
        return self.run.samples[-1].at

    def covers(self, since: datetime | None) -> bool:
        return since is not None and self.last_at - since >= self.rule.window


def judge(
    samples: Sequence[Sample],
    rule: IdleRule,
    now: datetime,
    *,
    words: Sequence[Word] = (),
    buckets: Sequence[Bucket] = (),
) -> Verdict:
    """`samples` oldest first, at least of the window and a gap before it; `buckets` only date it further back."""
    run = unbroken(samples, rule)
    case = _Case(samples=samples, buckets=buckets, words=tuple(words), rule=rule, now=now, run=run)
    return _unjudgeable(case) or _working(case) or _too_young(case) or _quiet(case)


def carried_on(known: Verdict | None, verdict: Verdict) -> Verdict | None:
    """The verdict, idle since the one before it says, where it proves that this idleness has gone on; else None."""
    if known is None or not known.candidate or not verdict.candidate or known.since is None or verdict.since is None:
        return None
    last_at, differs = known.evidence.last_at, known.evidence.rule != verdict.evidence.rule
    if last_at is None or verdict.since > last_at or known.at > verdict.at or differs:
        return None
    return verdict.model_copy(update={"since": min(known.since, verdict.since)})


def still_quiet(sample: Sample, verdict: Verdict) -> bool:
    """Whether one reading, made just before a stop, bears the verdict out: complete, quiet and the same container."""
    rule = verdict.evidence.rule
    if not sample.complete or loud(sample, rule):
        return False
    began, knew = sample.began_at, verdict.evidence.began_at
    return began is not None and knew is not None and began < knew + rule.max_gap


def _unjudgeable(case: _Case) -> Verdict | None:
    reason = _missing(case)
    if reason is None:
        return None
    kind = VerdictKind.STARTING if reason is Reason.STARTS else VerdictKind.UNKNOWN
    return _verdict(case, kind, reason)


def _missing(case: _Case) -> Reason | None:
    """What keeps the newest samples from saying anything of now."""
    newest = case.samples[-1] if case.samples else None
    if newest is None:
        return Reason.NO_SAMPLES
    if newest.at > case.now + AHEAD:
        return Reason.CLOCK
    if case.now - newest.at > case.rule.fresh:
        return Reason.STALE
    if newest.status not in {PodStatus.RUNNING, PodStatus.UNKNOWN}:
        return Reason.STARTS if newest.status in _STARTS else Reason.NOT_RUNNING
    if not case.run.samples or case.now - case.last_at > case.rule.fresh:
        return Reason.MISSING
    return None


def _working(case: _Case) -> Verdict | None:
    """Busy by any sign within the window, warm-up or not: work is proved by one sample."""
    recent = _window(case)
    for shows, reason in ((_computes, Reason.GPU), (signs, Reason.SIGNS)):
        if any(shows(sample, case.rule) for sample in recent):
            why = Reason.CPU if reason is Reason.GPU and recent[-1].gpu_count == 0 else reason
            return _verdict(case, VerdictKind.BUSY, why)
    return None


def _computes(sample: Sample, rule: IdleRule) -> bool:
    """Does what the pod is paid for: on its GPUs, or where it has none, on its CPU."""
    return cpu_loud(sample, rule) if sample.gpu_count == 0 else gpu_loud(sample, rule)


def _too_young(case: _Case) -> Verdict | None:
    if case.run.began_at is None:
        return _verdict(case, VerdictKind.UNKNOWN, Reason.NO_AGE)
    if case.now < case.run.began_at + case.rule.warm_up:
        return _verdict(case, VerdictKind.STARTING, Reason.WARM_UP)
    return None


def _quiet(case: _Case) -> Verdict:
    gpu_since, since = _quiet_since(case)
    if not case.covers(gpu_since):
        return _verdict(case, VerdictKind.UNKNOWN, Reason.NOT_COVERED)
    if not case.covers(since):
        if any(cpu_loud(sample, case.rule) for sample in _window(case)):
            return _verdict(case, VerdictKind.CPU_BOUND, Reason.QUIET, since=gpu_since)
        return _verdict(case, VerdictKind.UNKNOWN, Reason.NOT_COVERED)
    proof = work(case.rule, case.words, case.now - case.rule.window)
    if proof is not None:
        return _verdict(case, VerdictKind.BUSY, Reason.PROTECTED, decided_by=proof)
    mute = silent(case.rule, case.words)
    ask = unanswered(case.rule, case.words, case.now)
    if mute is not None:
        return _verdict(case, VerdictKind.UNKNOWN, Reason.PROTECTOR, decided_by=mute, ask=ask)
    held = any(
        gpu.memory_util is not None and gpu.memory_util >= case.rule.memory_held
        for sample in _window(case)
        for gpu in sample.gpus or ()
    )
    kind = VerdictKind.HELD if held else VerdictKind.IDLE
    return _verdict(case, kind, Reason.QUIET, since=_idle_since(case, since), ask=ask)


def _idle_since(case: _Case, since: datetime | None) -> datetime | None:
    """The quiet's beginning, or the last work that a protector knew of in it."""
    since = _dated_back(case, since)
    last = work(case.rule, case.words, since) if since else None
    return (last.active_at or last.at) if last else since


def _quiet_since(case: _Case) -> tuple[datetime | None, datetime | None]:
    """The first samples after the last GPU work, and after the last work of any kind; warm-up left out."""
    gpu_since: datetime | None = None
    since: datetime | None = None
    judged_from = case.run.began_at + case.rule.warm_up if case.run.began_at else None
    rested = True
    for sample in reversed(case.run.samples):
        if judged_from is None or sample.at < judged_from or gpu_loud(sample, case.rule) or signs(sample, case.rule):
            break
        gpu_since = sample.at
        rested = rested and not cpu_loud(sample, case.rule)
        since = sample.at if rested else since
    return gpu_since, since


def _dated_back(case: _Case, since: datetime | None) -> datetime | None:
    """Where the run ends within idleness, full and quiet buckets before it tell since when."""
    if since is None or case.run.broken_by is not Break.HISTORY or since != case.run.samples[0].at:
        return since
    judged_from = case.run.began_at + case.rule.warm_up if case.run.began_at else since
    known = {bucket.start: bucket for bucket in case.buckets}
    start = bucket_start(since)
    while (bucket := known.get(start)) is not None and bucket.start >= judged_from and _all_quiet(bucket, case.rule):
        since = min(since, start)
        start -= BUCKET
    return since


def _all_quiet(bucket: Bucket, rule: IdleRule) -> bool:
    gpus = all(peak is not None and peak < rule.gpu_busy for peak in bucket.gpu_peaks)
    cpu = bucket.cpu_peak is not None and bucket.cpu_peak < rule.cpu_busy
    logs = bucket.log_peak is None or bucket.log_peak < rule.log_lines_per_min
    return gpus and cpu and logs and not bucket.heartbeat and bucket.coverage == 1


def _window(case: _Case) -> tuple[Sample, ...]:
    if not case.run.samples:
        return ()
    return tuple(sample for sample in case.run.samples if case.last_at - sample.at <= case.rule.window)


def _verdict(
    case: _Case,
    kind: VerdictKind,
    reason: Reason,
    *,
    since: datetime | None = None,
    **more: object,
) -> Verdict:
    verdict = Verdict(kind=kind, reason=reason, at=case.now, evidence=_evidence(case), since=since)
    return verdict.model_copy(update=more)


def _evidence(case: _Case) -> Evidence:
    gpu_since, since = _quiet_since(case)
    window = _window(case)
    used = case.run.samples
    gaps = (after.at - before.at for before, after in pairwise(used))
    count = max((len(sample.gpus or ()) for sample in window), default=0)
    return Evidence(
        rule=case.rule,
        first_at=used[0].at if used else None,
        last_at=used[-1].at if used else None,
        used=len(used),
        missing=case.run.missing,
        broken_by=case.run.broken_by,
        longest_gap_s=round(max(gaps, default=timedelta(0)).total_seconds()),
        began_at=case.run.began_at,
        gpu_quiet_since=gpu_since,
        quiet_since=since,
        gpu_peaks=tuple(_peak(window, index, "util") for index in range(count)),
        gpu_memory_peaks=tuple(_peak(window, index, "memory_util") for index in range(count)),
        cpu_peak=max((s.cpu_util for s in window if s.cpu_util is not None), default=None),
        memory_peak=max((s.memory_util for s in window if s.memory_util is not None), default=None),
        words=case.words,
        cost_per_hour=case.samples[-1].cost_per_hour if case.samples else None,
    )


def _peak(samples: tuple[Sample, ...], index: int, figure: str) -> int | None:
    seen = (getattr(sample.gpus[index], figure) for sample in samples if sample.gpus and index < len(sample.gpus))
    return max((peak for peak in seen if peak is not None), default=None)
