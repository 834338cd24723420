"""why, watch and shadow: what the watch concluded, from the records alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.verbs import find
from bot.views import idle_shadow, idle_watch, idle_why
from bot.views.card import together
from bot.views.idle_chart import series
from bot.views.idle_why import Why
from pods.idle import carried_on, judge
from pods.messages import Content
from pods.model import Pod, PodStatus
from pods.shadow import regret, shadow_report
from pods.spells import Spell
from pods.store.scenes import Scenes
from pods.times import MINUTE
from pods.verdicts import Verdict, VerdictKind
from pods.watch_rules import Mode

#: What a report looks back on where nothing else was asked for.
WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)
#: Before the idleness begins the chart shows a little of what was before.
_BEFORE: Final = 30 * MINUTE
_LEAST: Final = 95 * MINUTE


def why(face: Face, ask: Ask, read: Invocation) -> Answer:
    found = find(face, read.pods, None)
    if isinstance(found, Answer):
        return found
    return Answer(content=together([_why(face, ask, pod) for pod in found]))


def why_of(face: Face, ask: Ask, pod_id: str) -> Answer:
    """The button's."""
    found = find(face, (pod_id,), None)
    return found if isinstance(found, Answer) else Answer(content=_why(face, ask, found[0]))


def _why(face: Face, ask: Ask, pod: Pod) -> Content:
    """Judged anew from the samples, so that it is true of now and not of the last look."""
    now, store = face.clock.now(), face.store
    scenes = Scenes(store, store.fleet.load(), now, (pod.id,))
    scene, rules = scenes.of(pod), scenes.rules(pod)
    record, rings = store.spells.get(pod.id), store.samples.of(pod.id)
    spell = record.current if record else None
    words = store.words.get(pod.id)
    verdict = judge(rings.raw, rules.idle, now, words=words.words if words else (), buckets=rings.buckets)
    scene = scene.seeing(carried_on(store.verdicts.get(pod.id), verdict) or verdict)
    shown = series(rings.buckets, *_shown(spell, scene.verdict, now))
    case = Why(scene=scene, spell=spell, rule=rules.ladder, shown=shown, tz=face.zone(ask.user))
    return idle_why.why(case) if pod.status is PodStatus.RUNNING else idle_why.not_running(case)


def _shown(spell: Spell | None, verdict: Verdict, now: datetime) -> tuple[datetime, datetime]:
    """From a little before the idleness began, to now or to when it ended."""
    if spell is not None and spell.ended_at is not None and verdict.kind is VerdictKind.UNKNOWN:
        return min(spell.since - _BEFORE, spell.ended_at - _LEAST), spell.ended_at
    since = spell.since if spell is not None and spell.end is None else verdict.since or now
    return min(since - _BEFORE, now - _LEAST), now


def watch(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    now, store = face.clock.now(), face.store
    fleet = store.fleet.load()
    running = [pod for pod in fleet.pods if pod.status is PodStatus.RUNNING]
    ids = [pod.id for pod in running]
    scenes, records = Scenes(store, fleet, now, ids), store.spells.many(ids)
    pods = [
        idle_watch.Watched(
            scene=scenes.of(pod),
            spell=records[pod.id].current if pod.id in records else None,
            rule=scenes.rules(pod).ladder,
        )
        for pod in running
    ]
    seen = idle_watch.FleetWatch(
        pods=pods,
        reporting=store.verdicts.state().reporting,
        judged_at=store.verdicts.judged_at(),
        failing_since=fleet.failing_since,
        shadow_until=_shadow_until(face, now),
        now=now,
        tz=face.zone(ask.user),
    )
    return Answer(content=idle_watch.watch(seen))


def _shadow_until(face: Face, now: datetime) -> datetime | None:
    """The end of shadow mode, while only that keeps the ladder from stopping pods."""
    rule = face.store.people.policy().ladder
    until = face.store.verdicts.began(now) + timedelta(days=rule.shadow_days)
    return until if rule.mode is Mode.STOP and now < until else None


def shadow(face: Face, ask: Ask, read: Invocation) -> Answer:
    now, store = face.clock.now(), face.store
    since = now - (read.one("last", timedelta) or WEEK)
    stops = store.shadow_stops.all().values()
    case = idle_shadow.Aftermath(
        report=shadow_report(stops, since=since, now=now),
        stops=sorted((stop for stop in stops if stop.at >= since), key=lambda stop: stop.at, reverse=True),
        regret=regret(store.auto_stops.all().values(), since=now - _MONTH, now=now),
        mode=store.people.policy().ladder.mode,
        shadow_until=_shadow_until(face, now),
        now=now,
        tz=face.zone(ask.user),
    )
    return Answer(content=idle_shadow.shadow(case))
