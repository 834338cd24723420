"""Schedules, told back and announced: when a pod stops and starts next, and what became of the last time."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.figures import at
from bot.views.holds import button, clashing, stop_takes
from bot.views.layout import page, small
from bot.views.text import code, listed, person, ref
from pods.holds import Holds, Schedule, running_until
from pods.messages import Content
from pods.model import Pod, Verb
from pods.schedules import LATE, LEAD, next_two
from pods.times import MINUTE

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = (0, 1, 2, 3, 4)
_WEEKEND = (5, 6)


def scheduled(pod: Pod, holds: Holds, *, now: datetime, tz: ZoneInfo) -> Content:
    """The answer to a new schedule."""
    plan = holds.schedule
    if plan is None:
        raise AssertionError("told only of a schedule that was just written")
    head = f"{ref(pod)} {pattern(plan)}, said by {person(plan.by)}."
    loss = [stop_takes(pod)] if plan.stop and not pod.keeps_data_on_stop else []
    return page(
        [head, coming(holds, now, tz), clashing(holds, now, tz), *loss, small(_rules(plan))],
        key=f"schedule.{pod.id}.{holds.version}",
        buttons=plan_buttons(pod, holds),
    )


def shown(pod: Pod, holds: Holds, *, now: datetime, tz: ZoneInfo) -> Content:
    return scheduled(pod, holds, now=now, tz=tz)


def skipped(pod: Pod, holds: Holds, *, by: str, now: datetime, tz: ZoneInfo) -> Content:
    plan = holds.schedule
    last = plan.passed[-1] if plan and plan.passed else None
    if plan is None or last is None:
        raise AssertionError("told only of a stop that was just skipped")
    head = f"The stop of {ref(pod)} at {at(last.due_at, now, tz)} is skipped, said by {person(by)}."
    return page([head, coming(holds, now, tz)], key=f"schedule.{pod.id}.{holds.version}")


def switched_off(pod: Pod, plan: Schedule, *, by: str) -> Content:
    head = f"{ref(pod)} has no schedule any more, said by {person(by)}."
    return page([head, small(f"It was: {pattern(plan)}.")], key=f"schedule.{pod.id}.off")


def nothing_to_skip(pod: Pod) -> Content:
    return page([f"{ref(pod)} has no scheduled stop ahead, so there is nothing to skip."], key="schedule")


def no_times(pod: Pod, *, days_alone: bool) -> Content:
    line = code(f"/pod schedule {pod.id} stop 19:00 start 09:00 weekdays")
    head = f"{ref(pod)} has no schedule." if not days_alone else "Which days I know, but not when it stops or starts."
    return page([f"{head} One is made so: {line}; `stop` or `start` alone will do."], key="schedule")


def same_time(pod: Pod) -> Content:
    return page([f"Stop and start at the same time would do nothing to {ref(pod)}. Nothing was done."], key="schedule")


def pattern(plan: Schedule) -> str:
    """Stops at 19:00 and starts at 09:00 on weekdays (Europe/Berlin)."""
    times = [f"{verb} at {_clock(when)}" for verb, when in (("stops", plan.stop), ("starts", plan.start)) if when]
    return f"{listed(times)} {_days(plan.days)} ({plan.zone})"


def coming(holds: Holds, now: datetime, tz: ZoneInfo) -> str:
    """What happens next and when."""
    two = next_two(holds.schedule, now, running_until(holds, now)) if holds.schedule is not None else ()
    if not two:
        return "Nothing is ahead."
    words = {Verb.STOP: "stops", Verb.START: "starts"}
    told = listed([f"{words[each.verb]} at {at(each.at, now, tz)}" for each in two])
    return f"Next: it {told}."


def plan_buttons(pod: Pod, holds: Holds) -> list[Button]:
    nonce = str(holds.version)
    plan = holds.schedule
    skip = [button("skip", pod.id, "", label="Skip the next stop", nonce=nonce)] if plan and plan.stop else []
    return [*skip, button("unschedule", pod.id, "", label="Schedule off", nonce=nonce)]


def lines(holds: Holds | None, now: datetime, tz: ZoneInfo) -> list[str]:
    """For a pod's card."""
    if holds is None or holds.schedule is None:
        return []
    plan = holds.schedule
    return [f"Schedule: {pattern(plan)}, said by {person(plan.by)}. {coming(holds, now, tz)}"]


def brief(holds: Holds | None) -> str:
    return "on a schedule" if holds is not None and holds.schedule is not None else ""


def _rules(plan: Schedule) -> str:
    announced = f"A stop is announced {LEAD // MINUTE} min before. " if plan.stop else ""
    return f"{announced}What I cannot do within {LATE // MINUTE} min of its time is left, and told."


def _clock(when: time) -> str:
    return f"{when:%H:%M}"


def _days(days: tuple[int, ...]) -> str:
    if not days or len(days) == len(_DAYS):
        return "every day"
    if days == _WEEKDAYS:
        return "on weekdays"
    if days == _WEEKEND:
        return "at weekends"
    return f"on {listed([_DAYS[day] + 's' for day in days])}"
