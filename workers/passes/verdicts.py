"""What is concluded of every running pod, with its evidence; candidates' protectors are asked before they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pods.idle import carried_on, judge
from pods.model import Pod, PodStatus
from pods.pod_rules import PodRules, rules_for
from pods.policy import Kind
from pods.protectors import Word
from pods.routing import targets
from pods.samples import Bucket
from pods.verdicts import Verdict
from workers.context import Context
from workers.passes.look import Look
from workers.protectors import Want, ask, words_of

#: A verdict that says what the stored one says is written again this seldom.
REPEAT_AFTER: Final = timedelta(minutes=2)


def judge_fleet(context: Context, look: Look) -> None:
    """Judge from the samples that stand now, whoever recorded them. In an outage nothing is judged."""
    if not look.healthy:
        return
    now = look.now
    running = [entry.pod for entry in look.after.entries if entry.pod.status is PodStatus.RUNNING]
    judging = _Judging(context, running, now)
    verdicts = {pod.id: judging.of(pod) for pod in running}
    wants = [
        Want(pod=pod, rule=judging.rules[pod.id].idle, protectors=verdicts[pod.id].ask)
        for pod in running
        if verdicts[pod.id].ask
    ]
    if wants:
        judging.words |= ask(context, wants, now)
        verdicts |= {want.pod.id: judging.of(want.pod) for want in wants}
    news = {pod_id: each for pod_id, each in verdicts.items() if _is_news(judging.known.get(pod_id), each)}
    context.store.verdicts.put(news, running=list(verdicts), at=now)


def _is_news(known: Verdict | None, verdict: Verdict) -> bool:
    if known is None or verdict.candidate or (known.kind, known.reason) != (verdict.kind, verdict.reason):
        return True
    return not known.at <= verdict.at < known.at + REPEAT_AFTER


def _rules(context: Context, pods: Sequence[Pod]) -> Mapping[str, PodRules]:
    policy, facts = context.store.people.policy(), context.store.fleet.facts()

    def rules(pod: Pod) -> PodRules:
        preset = facts[pod.id].preset if pod.id in facts else None
        return rules_for(policy, pod.name, preset=preset, channels=targets(Kind.IDLE, pod.name, policy))

    return {pod.id: rules(pod) for pod in pods}


class _Judging:
    """Everything that judging a fleet needs, read once."""

    def __init__(self, context: Context, running: list[Pod], now: datetime) -> None:
        self._context = context
        self._now = now
        ids = [pod.id for pod in running]
        self.rules = _rules(context, running)
        longest = max((each.idle.window + each.idle.max_gap for each in self.rules.values()), default=timedelta(0))
        self._samples = context.store.samples.windows(ids, now - longest) if running else {}
        self.known = context.store.verdicts.all()
        self.words: dict[str, tuple[Word, ...]] = words_of(context, ids)

    def of(self, pod: Pod) -> Verdict:
        verdict = self._judged(pod, ())
        if not verdict.candidate:
            return verdict
        # Only new idleness is dated back beyond the window, so only then the pod's older peaks are read.
        peaks = self._context.store.samples.peaks
        return carried_on(self.known.get(pod.id), verdict) or self._judged(pod, peaks(pod.id))

    def _judged(self, pod: Pod, buckets: tuple[Bucket, ...]) -> Verdict:
        samples, words = self._samples.get(pod.id, []), self.words.get(pod.id, ())
        return judge(samples, self.rules[pod.id].idle, self._now, words=words, buckets=buckets)
