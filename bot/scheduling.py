"""schedule: when a pod stops and starts by itself, as a person says it, shows it, skips once or switches it off."""

from __future__ import annotations

from datetime import time

from bot import weekdays
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.holding import authorised, changed, channel_of
from bot.views import schedules as schedule_views
from pods.holds import Holds, Schedule
from pods.holds import schedule as planned
from pods.model import Pod, Verb
from pods.schedules import skip_next, upcoming


def schedule(face: Face, ask: Ask, read: Invocation) -> Answer:
    pods = authorised(face, ask, read.pods, "schedule")
    if isinstance(pods, Answer):
        return pods
    pod, now = pods[0], face.clock.now()
    stop, start, days = read.one("stop", time), read.one("start", time), read.each("days", str)
    if read.values.get("off"):
        return off(face, ask, pod)
    if read.values.get("skip"):
        return skip(face, ask, pod)
    if stop is None and start is None:
        return _without_times(face, ask, pod, bool(days))
    if stop == start:
        return Answer(content=schedule_views.same_time(pod))
    zone = str(face.zone(ask.user))
    chosen = weekdays.days_of(days)
    new = Schedule(stop=stop, start=start, days=chosen, zone=zone, by=ask.user, at=now, channel=channel_of(ask))
    _, after = changed(face, ask, pod, lambda holds: planned(holds, new))
    return Answer(content=schedule_views.scheduled(pod, after, now=now, tz=face.zone(ask.user)), public=True)


def skip(face: Face, ask: Ask, pod: Pod) -> Answer:
    """Let the next stop pass."""
    now, tz = face.clock.now(), face.zone(ask.user)

    def skipped(holds: Holds) -> Holds:
        plan = holds.schedule
        if plan is None or upcoming(plan, Verb.STOP, now) is None:
            return holds
        return planned(holds, skip_next(plan, Verb.STOP, now, by=ask.user))

    before, after = changed(face, ask, pod, skipped)
    if after is before or before.schedule is None:
        return Answer(content=schedule_views.nothing_to_skip(pod))
    return Answer(content=schedule_views.skipped(pod, after, by=ask.user, now=now, tz=tz), public=True)


def _without_times(face: Face, ask: Ask, pod: Pod, days_alone: bool) -> Answer:
    """A pod alone shows its schedule; days alone say nothing yet."""
    holds = face.store.holds.get(pod.id)
    if days_alone or holds is None or holds.schedule is None:
        return Answer(content=schedule_views.no_times(pod, days_alone=days_alone))
    return Answer(content=schedule_views.shown(pod, holds, now=face.clock.now(), tz=face.zone(ask.user)))


def off(face: Face, ask: Ask, pod: Pod) -> Answer:
    before, _ = changed(face, ask, pod, lambda holds: planned(holds, None))
    if before.schedule is None:
        return Answer(content=schedule_views.no_times(pod, days_alone=False))
    return Answer(content=schedule_views.switched_off(pod, before.schedule, by=ask.user), public=True)
