"""Asking the protectors of pods that would count as idle: their log, their Jupyter, the probes of the policy.

Only candidates are asked, the longest unasked first, within half of RunPod's quota and a limited time a pass. Whoever
was not reached this time keeps the old words: they are asked next time, and until then the pod is not proven idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from pods.errors import ProviderError
from pods.model import LogLine, Pod
from pods.probes import (
    JUPYTER_KERNELS,
    JUPYTER_PORT,
    JUPYTER_STATUS,
    Probe,
    exposes,
    kernels_to_ask,
    no_jupyter,
    probes_for,
    read_jupyter,
    read_probe,
    together,
)
from pods.protectors import CONTAINER, Word, read_logs, reminded, unread
from pods.quotas import spare
from pods.watch_rules import IdleRule, Protector
from workers.context import Context

log = structlog.get_logger()

#: Real seconds that asking may take in one pass; the last one asked may take a little longer.
TIME_S: Final = 15.0
#: Lines of a log that are read at most.
TAIL: Final = 500
#: A log that took longer may have been left before its newest lines.
SLOW_S: Final = 8.0
SYSTEM: Final = "system"
_OF_THE_LOG: Final = (Protector.LOG_RATE, Protector.HEARTBEAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What must be asked of a candidate before it may count as idle: `Verdict.ask`."""

    pod: Pod
    rule: IdleRule
    protectors: Sequence[Protector]


def words_of(context: Context, pod_ids: Iterable[str]) -> dict[str, tuple[Word, ...]]:
    """What the protectors last said, by pod; pods that were never asked are left out."""
    return {pod_id: record.words for pod_id, record in context.store.words.many(pod_ids).items()}


def ask(context: Context, wants: Sequence[Want], now: datetime) -> dict[str, tuple[Word, ...]]:
    """Ask as many as there is room for; the words of each, old and new, by pod. What does not answer is not known."""
    known = words_of(context, [want.pod.id for want in wants])
    began = context.monotonic()
    for want in sorted(wants, key=lambda want: _last_asked(known.get(want.pod.id, ()), want)):
        if context.monotonic() - began > TIME_S:
            log.info("protectors.out_of_time", pod=want.pod.id)
            break
        if _reads_log(want) and spare(context.provider.quotas()) == 0:
            log.info("protectors.out_of_calls", pod=want.pod.id)
            continue
        known[want.pod.id] = _remember(context, want.pod.id, _asked(context, want, now), now)
    return {want.pod.id: known.get(want.pod.id, ()) for want in wants}


def _reads_log(want: Want) -> bool:
    return any(protector in _OF_THE_LOG for protector in want.protectors)


def _last_asked(words: Iterable[Word], want: Want) -> float:
    """The oldest word of those wanted; what was never asked comes first."""
    asked = {word.protector: word.at.timestamp() for word in words}
    return min((asked.get(protector, 0.0) for protector in want.protectors), default=0.0)


def _remember(context: Context, pod_id: str, new: Sequence[Word], now: datetime) -> tuple[Word, ...]:
    record = context.store.words.change(pod_id, lambda known: reminded(known, pod_id, new), now)
    return record.words if record else tuple(new)


def _asked(context: Context, want: Want, now: datetime) -> tuple[Word, ...]:
    words: list[Word] = []
    if _reads_log(want):
        words += [word for word in _log(context, want, now) if word.protector in want.protectors]
    if Protector.JUPYTER in want.protectors:
        words.append(_jupyter(context, want, now))
    if Protector.HTTP in want.protectors:
        words.append(_probed(context, want.pod, context.store.people.policy().probe, now))
    return tuple(words)


def _log(context: Context, want: Want, now: datetime) -> tuple[Word, ...]:
    """Of a log that came whole. One that came empty counts as silent only if the pod's system log does come."""
    since, began = now - want.rule.window, context.monotonic()
    try:
        lines = context.provider.logs(want.pod.id, source=CONTAINER, tail=TAIL)
        reachable = bool(lines) or bool(context.provider.logs(want.pod.id, source=SYSTEM, tail=1))
    except ProviderError as error:
        log.info("protectors.log_unread", pod=want.pod.id, error=type(error).__name__, detail=error.detail)
        return unread(_OF_THE_LOG, now, error.sentence)
    if context.monotonic() - began > SLOW_S:
        return unread(_OF_THE_LOG, now, "The log did not end in time.")
    if not reachable:
        return unread(_OF_THE_LOG, now, "The log has no line at all, which may mean that it does not reach me.")
    return read_logs(lines, want.rule, since=since, now=now, whole=_whole(lines, since))


def _whole(lines: Sequence[LogLine], since: datetime) -> bool:
    """Whether nothing of the window was left out."""
    oldest = lines[0].ts if lines else None
    return len(lines) < TAIL or (oldest is not None and oldest < since)


def _jupyter(context: Context, want: Want, now: datetime) -> Word:
    if not exposes(want.pod, JUPYTER_PORT):
        return no_jupyter(now)
    status = context.web.get(want.pod.id, JUPYTER_PORT, JUPYTER_STATUS)
    kernels = context.web.get(want.pod.id, JUPYTER_PORT, JUPYTER_KERNELS) if kernels_to_ask(status) else None
    return read_jupyter(status, kernels, since=now - want.rule.window, now=now)


def _probed(context: Context, pod: Pod, probes: Sequence[Probe], now: datetime) -> Word:
    answers = [
        read_probe(probe, context.web.get(pod.id, probe.port, probe.path), now) for probe in probes_for(pod, probes)
    ]
    return together(answers, now)


__all__ = ["Want", "ask", "words_of"]
