"""What the watch concluded of a pod, in words: its state, what proves it, and which part of the rule decided."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.views.figures import per_hour, span
from bot.views.text import code, counted, listed, prose
from pods.ladder import Limit, Planned
from pods.money import dollars
from pods.protectors import Finding, Word
from pods.spells import Step
from pods.telemetry import Reporting, Source
from pods.verdicts import Break, Evidence, Reason, Verdict, VerdictKind
from pods.watch_rules import Protector

STATES: Final = {
    VerdictKind.BUSY: "busy",
    VerdictKind.IDLE: "idle",
    VerdictKind.HELD: "holding GPU memory",
    VerdictKind.CPU_BOUND: "CPU-bound",
    VerdictKind.STARTING: "starting",
    VerdictKind.UNKNOWN: "not known",
}
ASKED: Final = {
    Protector.LOG_RATE: "log lines",
    Protector.HEARTBEAT: "heartbeats",
    Protector.JUPYTER: "Jupyter",
    Protector.HTTP: "its own address",
}
_BROKEN: Final = {
    Break.HISTORY: "",
    Break.GAP: "a hole in the samples",
    Break.RESTART: "a restart of its container",
    Break.GPU_COUNT: "a change of its number of GPUs",
    Break.STATUS: "a time when it did not run",
}
LIMITS: Final = {
    Limit.TELL_ONLY: "The policy lets me ask, not stop.",
    Limit.LOCKED: "It is locked at RunPod, so I only ask.",
    Limit.CLUSTER: "It is part of a RunPod cluster, so I only ask.",
    Limit.OUTSIDE: "Nobody claimed it and it was not made here, so I only ask.",
    Limit.LOSES_DATA: "A stop would lose its data, so I only ask.",
    Limit.HELD: "Its GPU memory is held, as by a loaded model that waits, so I only ask.",
    Limit.STOP_FAILED: "My stop did not come to be, so I do not try again; please stop it yourself.",
}
_STEPS: Final = {
    Step.NUDGE: "ask",
    Step.AGAIN: "ask again",
    Step.WARN: "warn",
    Step.STOP: "stop it",
}


def state(verdict: Verdict) -> str:
    return STATES[verdict.kind]


def doing_nothing(verdict: Verdict) -> str:
    """The predicate of a nudge: what it has not done, and for how long."""
    length = span(verdict.idle_for) if verdict.idle_for is not None else "some time"
    if verdict.kind is VerdictKind.HELD:
        return f"has computed nothing for {length}, though its GPU memory is held"
    return f"has done nothing for {length}"


def proof(evidence: Evidence) -> str:
    """GPU 0 % at most, CPU 3 %, no log lines."""
    parts = [_gpus(evidence.gpu_peaks), _memory(evidence), _cpu(evidence)]
    parts += [_said(word) for word in newest(evidence.words) if word.finding in {Finding.QUIET, Finding.ACTIVE}]
    return ", ".join(each for each in parts if each)


def peaks(evidence: Evidence) -> str:
    """Every GPU's, the CPU's, and what is held of memory."""
    gpus = ", ".join("not known" if peak is None else f"{peak} %" for peak in evidence.gpu_peaks)
    held = ", ".join("not known" if peak is None else f"{peak} %" for peak in evidence.gpu_memory_peaks)
    parts = [f"GPU {gpus}" if gpus else "no GPU figures", f"GPU memory {held}" if held else "", _cpu(evidence)]
    return "; ".join(each for each in parts if each)


def _gpus(peaks: Sequence[int | None]) -> str:
    if not peaks:
        return ""
    if None in peaks:
        return "GPU not known"
    most = max(peak for peak in peaks if peak is not None)
    return f"GPU {most} % at most" if len(peaks) == 1 else f"{len(peaks)} GPUs {most} % at most"


def _memory(evidence: Evidence) -> str:
    known = [peak for peak in evidence.gpu_memory_peaks if peak is not None]
    held = max(known, default=0)
    return f"GPU memory {held} %" if held >= evidence.rule.memory_held else ""


def _cpu(evidence: Evidence) -> str:
    return "CPU not known" if evidence.cpu_peak is None else f"CPU {evidence.cpu_peak} %"


def newest(words: Sequence[Word]) -> list[Word]:
    """Of each protector its newest word."""
    found: dict[Protector, Word] = {}
    for word in sorted(words, key=lambda word: word.at):
        found[word.protector] = word
    return [found[protector] for protector in Protector if protector in found]


def _said(word: Word) -> str:
    if word.finding is Finding.QUIET and word.protector is Protector.LOG_RATE and word.detail.startswith("0 lines"):
        return "no log lines"
    if word.finding is Finding.QUIET and word.protector is Protector.HEARTBEAT:
        return ""
    if word.finding is Finding.QUIET and word.protector is Protector.JUPYTER:
        return "Jupyter quiet"
    return prose(word.detail, 120)


def money(cost_per_hour: Decimal | None, wasted: Decimal | None) -> str:
    """$2.02 so far, $2.69/h."""
    if cost_per_hour is None or wasted is None:
        return "What it costs is not known."
    return f"{dollars(wasted)} so far, {per_hour(cost_per_hour)} (estimate)."


def ahead(plan: Sequence[Planned], when: Sequence[str], *, shadow: bool = False) -> str:
    """I ask again at 16:30, warn at 17:30, stop it at 18:00. The shadow only would."""
    would = {Step.STOP: "would stop it"} if shadow else {}
    steps = [f"{would.get(each.step, _STEPS[each.step])} at {at}" for each, at in zip(plan, when, strict=True)]
    return f"I {listed(steps, joint='and')}" if steps else ""


def because(verdict: Verdict) -> str:
    """The sentence that says which part of the rule decided."""
    evidence, rule = verdict.evidence, verdict.evidence.rule
    window = span(rule.window)
    word = verdict.decided_by
    sentences = {
        Reason.GPU: f"A GPU reached {rule.gpu_busy} % or more within the last {window}.",
        Reason.CPU: f"The CPU reached {rule.cpu_busy} % or more within the last {window}.",
        Reason.SIGNS: f"Log lines or a heartbeat came within the last {window}.",
        Reason.PROTECTED: f"{_asked(word)} knows of work: {prose(word.detail) if word else ''}.",
        Reason.QUIET: _quiet(verdict),
        Reason.STARTS: "RunPod is still bringing it up.",
        Reason.WARM_UP: f"Its container is younger than {span(rule.warm_up)}, which is not judged.",
        Reason.NO_SAMPLES: "I have no samples of it yet.",
        Reason.NOT_RUNNING: "It does not run.",
        Reason.STALE: f"The newest sample is older than {span(rule.fresh)}.",
        Reason.MISSING: "RunPod gives no figures for it now, and missing figures are no idleness.",
        Reason.CLOCK: "Samples are dated after now, so a clock is wrong.",
        Reason.NO_AGE: "RunPod says neither when it started nor how long it is up, so a restart would not show.",
        Reason.NOT_COVERED: _not_covered(evidence, window),
        Reason.PROTECTOR: f"{_asked(word)} could not say whether it works: {prose(word.detail) if word else ''}",
    }
    return sentences[verdict.reason]


def _asked(word: Word | None) -> str:
    name = ASKED[word.protector] if word else "a protector"
    return name[:1].upper() + name[1:]


def _quiet(verdict: Verdict) -> str:
    rule = verdict.evidence.rule
    window = span(rule.window)
    if verdict.kind is VerdictKind.CPU_BOUND:
        return f"No GPU reached {rule.gpu_busy} % for {window}, but the CPU reached {rule.cpu_busy} %: it works."
    return (
        f"For a whole window of {window} without a hole no GPU reached {rule.gpu_busy} % "
        f"and the CPU stayed under {rule.cpu_busy} %."
    )


def _not_covered(evidence: Evidence, window: str) -> str:
    broken = _BROKEN[evidence.broken_by]
    since = f" since {broken}" if broken else ""
    return f"It was quiet{since}, but not for a whole window of {window} yet."


def samples(evidence: Evidence) -> str:
    """34 samples, longest hole 60 s, 2 without figures."""
    parts = [counted(evidence.used, "sample"), f"longest hole {evidence.longest_gap_s} s"]
    if evidence.missing:
        parts.append(f"{evidence.missing} without new figures left out")
    return ", ".join(parts)


def rule_name(name: str) -> str:
    return f"rule {code(name)}"


def figures(reporting: Reporting) -> str:
    """Where utilisation comes from, and of how many pods."""
    if reporting.at is None:
        return ""
    got = f"{reporting.got:,} of {counted(reporting.wanted, 'running pod')}"
    sources = {
        Source.LIST: f"Figures come with RunPod's list, of {got}.",
        Source.GRAPHQL: f"RunPod's list carries no figures, so they come from a GraphQL list, of {got}.",
        Source.READS: f"RunPod's list carries no figures, so I read pods one by one, {got} now{_unread(reporting)}.",
        Source.NOWHERE: "RunPod gives no figures for any pod, so nothing is judged idle and nothing is stopped.",
    }
    if reporting.source is Source.LIST and not reporting.wanted:
        return ""
    return sources[reporting.source]


def _unread(reporting: Reporting) -> str:
    return f"; {reporting.unread:,} had to wait, within half of what RunPod allows" if reporting.unread else ""
