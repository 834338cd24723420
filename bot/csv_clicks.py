"""The button that wants what was spent as a file."""

from __future__ import annotations

from bot.face import Answer, Click, Face
from bot.views import answers, csvs
from pods.access import Refusal
from pods.csv_wishes import wish
from pods.ids import derived_id
from pods.jobs import Job
from pods.policy import Role


def run(face: Face, click: Click) -> Answer:
    """Whoever may look at costs here may have them as a file."""
    now = face.clock.now()
    decision = face.decide(click.ask, Role.VIEWER, now)
    if isinstance(decision, Refusal):
        return Answer(content=answers.refused(decision, "cost", click.ask.channel))
    wanted = wish(click.value, click.ask.user, now)
    wish_id = derived_id("csv", click.ask.trigger)
    face.store.csvs.change(wish_id, lambda known: known or wanted, now)
    face.wake(Job.CSV, wish_id)
    return Answer(content=csvs.coming(wanted))
