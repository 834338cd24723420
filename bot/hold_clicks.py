"""Buttons of holds, leases and schedules. Each says what the command of its name says, on the pod in its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot import holding, scheduling
from bot.face import Answer, Ask, Click, Face
from bot.holding import Word
from bot.views import acks
from bot.views import holds as hold_views
from pods.holds import HoldKind, Holds
from pods.model import Pod


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button on one pod, by someone who may."""

    face: Face
    ask: Ask
    pod: Pod
    #: Such as `4h` or `morning`; empty where the button needs none.
    span: str
    #: Of an extension: the lease that the button was drawn for.
    mark: str


def run(face: Face, click: Click) -> Answer:
    pod_id, span, mark = (*click.value.split(":"), "", "")[:3]
    pods = holding.authorised(face, click.ask, (pod_id,), click.what)
    if isinstance(pods, Answer):
        return pods
    press = Pressed(face=face, ask=click.ask, pod=pods[0], span=span, mark=mark)
    return PRESSED[click.what](press)


def _word(kind: HoldKind) -> Callable[[Pressed], Answer]:
    def said(press: Pressed) -> Answer:
        until = holding.span_until(press.face, press.ask, press.span, press.face.clock.now())
        if until is None:
            return Answer(content=acks.forgotten())
        return holding.say(press.face, press.ask, (press.pod,), Word(kind=kind, until=until))

    return said


def _extend(press: Pressed) -> Answer:
    """From the lease's end on; of a lease that is over, from now on."""
    face, now = press.face, press.face.clock.now()
    holds = face.store.holds.get(press.pod.id) or Holds(pod_id=press.pod.id)
    if press.mark != hold_views.lease_mark(holds):
        return Answer(content=hold_views.already_changed(press.pod, holds, now=now, tz=face.zone(press.ask.user)))
    ends = hold_views.lease_end(holds, now)
    until = holding.span_until(face, press.ask, press.span, max(now, ends or now))
    if until is None:
        return Answer(content=acks.forgotten())
    return holding.say(face, press.ask, (press.pod,), Word(kind=HoldKind.LEASE, until=until))


def _release(press: Pressed) -> Answer:
    return holding.let_go(press.face, press.ask, (press.pod,))


def _skip(press: Pressed) -> Answer:
    return scheduling.skip(press.face, press.ask, press.pod)


def _unschedule(press: Pressed) -> Answer:
    return scheduling.off(press.face, press.ask, press.pod)


#: By the action after `hold.`.
PRESSED: Final[dict[str, Callable[[Pressed], Answer]]] = {
    "keep": _word(HoldKind.KEEP),
    "snooze": _word(HoldKind.SNOOZE),
    "lease": _word(HoldKind.LEASE),
    "extend": _extend,
    "release": _release,
    "skip": _skip,
    "unschedule": _unschedule,
}

__all__ = ["PRESSED", "run"]
