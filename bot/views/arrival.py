"""How a pod comes up, in words: what was seen, what it costs meanwhile, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.views.cases import Case
from bot.views.figures import burn, per_hour, span
from bot.views.text import code, listed
from pods.arrivals import LOOK_FOR, Arrival, Phase
from pods.model import Pod

_LINE_MAX: Final = 200
#: The steps of the way, as the line of times names them.
_STEPS: Final = {
    Phase.PLACED: "placed",
    Phase.PULLING: "image",
    Phase.STARTED: "started",
    Phase.READY: "ready",
    Phase.IMAGE_FAILED: "image failed",
    Phase.CRASHED: "container ended",
    Phase.SILENT: "still silent",
    Phase.STOPPED: "stopped",
    Phase.GONE: "gone",
}


@dataclass(frozen=True, slots=True)
class Came:
    """After the pod's name: what it is, and what there is to know and to do."""

    is_: str
    more: tuple[str, ...] = ()


def came(case: Case, arrival: Arrival) -> Came:
    if arrival.over and arrival.phase not in _ENDS:
        return _given_up(case, arrival)
    return _WORDS[arrival.phase](case, arrival)


def timeline(case: Case, arrival: Arrival) -> str:
    """Requested at 14:02; placed after 3 s, image after 6 s, started after 52 s and ready after 1 min."""
    began = case.operation.accepted_at
    seen = [f"{_STEPS[step.phase]} after {span(step.at - began)}" for step in arrival.steps]
    return f"Requested at {case.at(began)}; {listed(seen)}."


def _ready(case: Case, arrival: Arrival) -> Came:
    answers = f"{listed(arrival.answering)} answers" if arrival.answering else "its container runs"
    if len(arrival.answering) > 1:
        answers = f"{listed(arrival.answering)} answer"
    return Came(
        f"is ready: {answers}. {_costs(case.pod)}.", (f"How to get in: `/pod connect {case.operation.pod_id}`.",)
    )


def _placed(case: Case, arrival: Arrival) -> Came:
    del arrival
    return Came(f"{_made(case)}. {_costs(case.pod)} from now on.", (f"Not ready yet: no host has begun. {_I_LOOK}",))


def _pulling(case: Case, arrival: Arrival) -> Came:
    return Came(
        f"{_made(case)}. {_costs(case.pod)} from now on.",
        (f"Not ready yet: its host fetches the image.{_said(arrival)} {_I_LOOK}",),
    )


def _started(case: Case, arrival: Arrival) -> Came:
    awaited = f"I wait for {listed(arrival.awaited, joint='or')} to answer" if arrival.awaited else _I_LOOK
    return Came(
        f"is running. {_costs(case.pod)} from now on.",
        (f"Not ready yet: its container runs, and nothing answers so far. {awaited.removesuffix('.')}.",),
    )


def _image_failed(case: Case, arrival: Arrival) -> Came:
    return Came(
        f"does not come up: its host cannot fetch the image {_image(case.pod)}. {_costs(case.pod)} meanwhile.",
        (
            f"The host says: {code(arrival.line, _LINE_MAX)}.",
            (
                "Look at the image's name and tag; a private one needs its credentials at RunPod, which tries for some "
                "minutes more. If the name is wrong, terminate the pod and create it with the right one."
            ),
        ),
    )


def _crashed(case: Case, arrival: Arrival) -> Came:
    return Came(
        f"runs, but its container ends as soon as it starts. {_costs(case.pod)} meanwhile.",
        (
            f"Its last line: {code(arrival.line, _LINE_MAX)}.",
            (
                f"Read more with `/pod logs {case.operation.pod_id}`. Mostly the start command or the image is wrong: "
                "terminate it and create it anew with the right one."
            ),
        ),
    )


def _silent(case: Case, arrival: Arrival) -> Came:
    awaited = listed(arrival.awaited, joint="or") or "any port"
    line = f" Its last line: {code(arrival.line, _LINE_MAX)}." if arrival.line else ""
    return Came(
        f"is running since {case.at(_began(arrival))}, but nothing answers on {awaited}. {_costs(case.pod)}.",
        (
            f"The service must listen on 0.0.0.0, not on localhost, and on the declared port.{line}",
            (
                f"Read its log with `/pod logs {case.operation.pod_id}`. I go on looking until "
                f"{case.at(arrival.since + LOOK_FOR)}."
            ),
        ),
    )


def _stopped(case: Case, arrival: Arrival) -> Came:
    pod = case.pod
    why = f"RunPod says: {code(pod.last_status_change, 120)}." if pod and pod.last_status_change else ""
    said = f"Its host said before: {code(arrival.line, _LINE_MAX)}." if arrival.line else ""
    return Came("was stopped before it was ready. It costs nothing an hour now.", (why, said))


def _gone(case: Case, arrival: Arrival) -> Came:
    del case, arrival
    return Came("is gone: it was terminated before it was ready, and costs nothing any more.")


def _given_up(case: Case, arrival: Arrival) -> Came:
    return Came(
        f"is not ready after {span(LOOK_FOR)}. {_costs(case.pod)}.",
        (f"I look no more.{_said(arrival)} Read its log with `/pod logs {case.operation.pod_id}`.",),
    )


def _said(arrival: Arrival) -> str:
    return f" It says: {code(arrival.line, _LINE_MAX)}." if arrival.line else ""


def _began(arrival: Arrival) -> datetime:
    return next((step.at for step in arrival.steps if step.phase is Phase.STARTED), arrival.since)


def _made(case: Case) -> str:
    return f"is {case.forms.past}"


def _image(pod: Pod | None) -> str:
    return code(pod.image, 120) if pod and pod.image else "it needs"


def _costs(pod: Pod | None) -> str:
    rate = burn(pod)
    return "What it costs an hour is not known" if rate is None else f"Costs {per_hour(rate)}"


_I_LOOK: Final = "I look every few seconds and say here when it is."
_ENDS: Final = frozenset({Phase.READY, Phase.STOPPED, Phase.GONE})
_WORDS: Final[dict[Phase, Callable[[Case, Arrival], Came]]] = {
    Phase.PLACED: _placed,
    Phase.PULLING: _pulling,
    Phase.STARTED: _started,
    Phase.READY: _ready,
    Phase.IMAGE_FAILED: _image_failed,
    Phase.CRASHED: _crashed,
    Phase.SILENT: _silent,
    Phase.STOPPED: _stopped,
    Phase.GONE: _gone,
}
