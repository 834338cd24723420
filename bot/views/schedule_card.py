"""One stop or start of a schedule: announced, done, or let pass. One message each, edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons
from bot.views.figures import at, burn, per_hour, span
from bot.views.followed import Followed
from bot.views.holds import button, stop_takes
from bot.views.layout import Said, page, small
from bot.views.schedules import coming, pattern
from bot.views.text import listed, person, pod_ref
from bot.views.verbs import FORMS
from pods.hold_cards import ScheduleSubject
from pods.holds import Holds, Passed, PassedBy, Schedule
from pods.hours import instant_of
from pods.messages import Content
from pods.model import BILLED, Pod, Verb
from pods.schedules import LATE, Occurrence, stops_at, what_became
from pods.times import MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleScene:
    """What the card of one occurrence is drawn from. `pod` as the snapshot has it, None when it is gone from there."""

    subject: ScheduleSubject
    holds: Holds
    pod: Pod | None
    name: str
    owner: str | None
    #: What became of the order, once it is on record.
    done: Followed | None
    now: datetime
    tz: ZoneInfo

    @property
    def ref(self) -> str:
        return pod_ref(self.name, self.subject.pod_id)

    @property
    def noun(self) -> str:
        return FORMS[self.subject.verb].noun

    def when(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def schedule_card(scene: ScheduleScene) -> Content:
    plan = scene.holds.schedule
    if plan is None or not scene.subject.of(plan):
        how = f"has another schedule now, said by {person(plan.by)}" if plan else "has no schedule any more"
        return _page(scene, [f"{scene.ref} {how}, so this {scene.noun} does not come."])
    passed = what_became(plan, scene.subject.verb, scene.subject.day)
    if passed is None:
        return _announced(scene, plan)
    if passed.how is PassedBy.ORDERED:
        return _ordered(scene, plan)
    return _page(scene, [_let_pass(scene, passed), _next(scene)], _offers(scene, passed))


def _announced(scene: ScheduleScene, plan: Schedule) -> Content:
    due = _due(scene, plan)
    when = stops_at(plan, due) or due.at
    left = span(when - scene.now) if when > scene.now else "a moment"
    people = dict.fromkeys(each for each in (scene.owner, plan.by) if each)
    to = listed([person(each) for each in people])
    head = f"{to}: In {left}, at {scene.when(when)}, I stop {scene.ref} by its schedule."
    takes = [stop_takes(scene.pod)] if scene.pod else []
    evidence = small(f"It {pattern(plan)}, said by {person(plan.by)}. {_cost(scene.pod)}".strip())
    return _page(scene, [head, _next_start(plan), *takes, evidence], _answers(scene))


def _answers(scene: ScheduleScene) -> list[Button]:
    if scene.pod is None:
        return []
    nonce = str(scene.holds.version)
    return [
        button("skip", scene.pod.id, "", label="Not this time", nonce=nonce),
        button("keep", scene.pod.id, "1h", label="Keep 1 h", nonce=nonce),
        button("keep", scene.pod.id, "morning", label="Keep until morning", nth=1, nonce=nonce),
        buttons.verb(Verb.STOP, scene.pod.id, nonce, label="Stop now"),
    ]


def _ordered(scene: ScheduleScene, plan: Schedule) -> Content:
    evidence = small(f"By its schedule: it {pattern(plan)}, said by {person(plan.by)}.")
    if scene.done is None:
        doing = FORMS[scene.subject.verb].ing
        return _page(scene, [f"I am {doing} {scene.ref} by its schedule.", evidence])
    said: list[str | Said] = [scene.done.headline, scene.done.more, _next(scene), evidence]
    return _page(scene, said, scene.done.buttons)


def _let_pass(scene: ScheduleScene, passed: Passed) -> str:
    at_ = scene.when(passed.due_at)
    who = person(passed.by) if passed.by else "somebody"
    head = f"The {scene.noun} of {scene.ref} at {at_} "
    running = f"It goes on running. {_cost(scene.pod)}" if scene.subject.verb is Verb.STOP else "It stays stopped."
    match passed.how:
        case PassedBy.LATE:
            late = f"was not made: it could not be announced or made within {LATE // MINUTE} min of its time."
            return f"{head}{late} {running}"
        case PassedBy.MANUAL:
            done = "started" if scene.subject.verb is Verb.STOP else "stopped"
            return f"{head}does not come: {who} had just {done} it. {running}"
        case PassedBy.KEPT:
            return f"{head}does not come: {who} said that it is to run longer. {running}"
        case PassedBy.SKIPPED:
            return f"{head}does not come: {who} let it pass. {running}"
        case PassedBy.CANNOT:
            return f"{head}was not made: {_cannot(scene.pod)}. {running}"
        case _:
            return f"{scene.ref} had stopped before its schedule did it at {at_}. Nothing was done."


def _cannot(pod: Pod | None) -> str:
    if pod is None:
        return "the pod is gone"
    if pod.cluster_id is not None:
        return "it is part of a cluster, which I do not change alone"
    return "it is locked at RunPod" if pod.locked else "it could not be changed"


def _offers(scene: ScheduleScene, passed: Passed) -> list[Button]:
    """What was not done in time, for a person to do."""
    if scene.pod is None or passed.how is not PassedBy.LATE or scene.subject.verb not in scene.pod.actions:
        return []
    return [buttons.verb(scene.subject.verb, scene.pod.id, str(scene.holds.version))]


def _next(scene: ScheduleScene) -> str:
    return coming(scene.holds, scene.now, scene.tz)


def _next_start(plan: Schedule) -> str:
    if plan.start is None:
        return "If nobody answers, it stops, and stays stopped until somebody starts it."
    return f"If nobody answers, it stops. It starts again at {plan.start:%H:%M} ({plan.zone})."


def _due(scene: ScheduleScene, plan: Schedule) -> Occurrence:
    clock = plan.stop if scene.subject.verb is Verb.STOP else plan.start
    if clock is None:
        raise AssertionError("only what the schedule has is announced")
    moment = instant_of(scene.subject.day, clock, ZoneInfo(plan.zone))
    return Occurrence(scene.subject.verb, scene.subject.day, moment)


def _cost(pod: Pod | None) -> str:
    rate = burn(pod)
    if pod is None or pod.status not in BILLED or rate is None:
        return ""
    return f"It costs {per_hour(rate)}."


def _page(scene: ScheduleScene, said: Sequence[str | Said], offers: Sequence[Button] = ()) -> Content:
    version = scene.holds.version + (scene.done.version if scene.done else 0)
    return page(said, key=f"schedule.{scene.subject}.{version}", buttons=offers)
