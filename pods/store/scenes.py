"""What the ladder looks at, read together for several pods: facts, holds, verdicts, rules and zones as they stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pods.fleet import Fleet, OwnerKind, PodFacts
from pods.holds import Holds
from pods.ladder import Scene
from pods.model import Pod
from pods.pod_rules import PodRules, rules_for
from pods.policy import Kind
from pods.routing import targets
from pods.store import Store
from pods.verdicts import Evidence, Reason, Verdict, VerdictKind

#: A verdict other than idle is written again only now and then, and holds so much longer.
_HOLDS_ON: Final = timedelta(minutes=5)


def idle_since(store: Store, now: datetime) -> dict[str, datetime]:
    """Since when each pod idles that is proven to, as judged just now."""
    settled = {
        pod_id: verdict.since
        for pod_id, verdict in store.verdicts.all().items()
        if verdict.settled and verdict.since is not None and now - verdict.at <= _HOLDS_ON
    }
    records = store.spells.many(settled)
    for pod_id, record in records.items():
        if record.current is not None and record.current.end is None:
            settled[pod_id] = record.current.since
    return settled


class Scenes:
    """As of one snapshot and one time."""

    def __init__(self, store: Store, fleet: Fleet, now: datetime, pod_ids: Collection[str]) -> None:
        self._store = store
        self._fleet = fleet
        self._now = now
        self._policy = store.people.policy()
        self._facts = store.fleet.facts()
        self._holds = store.holds.many(pod_ids)
        self._verdicts = store.verdicts.many(pod_ids)
        #: When the watch first looked.
        self.began_at = store.verdicts.began(now)

    def facts(self, pod: Pod) -> PodFacts:
        return self._facts.get(pod.id) or PodFacts(pod_id=pod.id)

    def channels(self, pod: Pod) -> tuple[str, ...]:
        """Where this pod's idleness is told."""
        return targets(Kind.IDLE, pod.name, self._policy)

    def rules(self, pod: Pod) -> PodRules:
        return rules_for(self._policy, pod.name, preset=self.facts(pod).preset, channels=self.channels(pod))

    def verdict(self, pod: Pod) -> Verdict:
        """The newest; one that nobody has renewed for too long says nothing of now."""
        rule = self.rules(pod).idle
        known = self._verdicts.get(pod.id)
        if known is None:
            return Verdict(
                kind=VerdictKind.UNKNOWN, reason=Reason.NO_SAMPLES, at=self._now, evidence=Evidence(rule=rule)
            )
        lasts = rule.fresh if known.candidate else max(rule.fresh, _HOLDS_ON)
        if self._now - known.at > lasts:
            return Verdict(kind=VerdictKind.UNKNOWN, reason=Reason.STALE, at=self._now, evidence=known.evidence)
        return known

    def of(self, pod: Pod) -> Scene:
        facts, rule = self.facts(pod), self.rules(pod).ladder
        return Scene(
            pod=pod,
            facts=facts,
            holds=self._holds.get(pod.id) or Holds(pod_id=pod.id),
            verdict=self.verdict(pod),
            now=self._now,
            healthy=self._fleet.failing_since is None and self._fleet.listed_at is not None,
            mode=rule.mode_at(self._now, began_at=self.began_at),
            zone=self._zone(facts),
        )

    def _zone(self, facts: PodFacts) -> ZoneInfo:
        owner = facts.owner
        person = owner.user if owner and owner.kind is OwnerKind.PERSON else None
        known = self._store.people.zone(person) if person else None
        return ZoneInfo(known) if known else self._policy.tz
