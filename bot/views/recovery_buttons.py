"""The buttons by which a person speaks to a recovery, and what they read at once."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from slackblocks import Button

from bot.views.layout import page
from bot.views.text import listed, person, ref
from pods.messages import Content
from pods.model import Pod
from pods.recovery.record import Recovery, State

_NAMED = 5


class Press(StrEnum):
    RESUME = "recovery.resume"
    MOVE = "recovery.move"
    STOP = "recovery.stop"


def offers(incident: str, plans: Sequence[Recovery | None], *, movable: bool) -> list[Button]:
    """What makes sense now. `plans`: one per loss that has not ended, None where there is no plan."""
    if not plans:
        return []
    trying = [plan for plan in plans if plan is not None and plan.state is State.TRYING]
    nonce = ".".join(str(plan.version) if plan else "0" for plan in plans[:_NAMED])
    value = f"{incident}:{nonce}"
    buttons = []
    if any(plan is None or plan.current is None for plan in plans):
        buttons.append(Button("Resume now", action_id=Press.RESUME, value=value))
        if movable:
            buttons.append(Button("Move", action_id=Press.MOVE, value=value))
    if any(plan.stop_by is None for plan in trying):
        buttons.append(Button("Stop trying", action_id=Press.STOP, value=value))
    return buttons


def said(press: Press, pods: Sequence[Pod]) -> Content:
    words = {
        Press.RESUME: f"On it: I try to resume {_named(pods)} now.",
        Press.MOVE: f"On it: I look for another machine for {_named(pods)} now.",
        Press.STOP: f"I stop trying to bring {_named(pods)} back. What is under way is taken back.",
    }
    return page([f"{words[press]} The card above shows what comes of it."], key="recovery.said")


def nothing_to_do(press: Press) -> Content:
    what = "Nothing is being tried" if press is Press.STOP else "A try is under way or it runs again already"
    return page([f"{what}; the card above says how it stands. Nothing was changed."], key="recovery.nothing")


def over() -> Content:
    return page(["That loss is over; the card above says how it ended. Nothing was changed."], key="recovery.over")


def cannot_move(pods: Sequence[Pod]) -> Content:
    """Refused at once, so that resuming it goes on."""
    pod = pods[0]
    where = "its data is on the lost host's own disk" if pod.persistent else "it is not known what is mounted"
    return page(
        [f"I do not move {_named(pods)}: {where} and would not come along. It resumes there when a GPU is free."],
        key="recovery.local",
    )


def others(pod: Pod, owner: str) -> Content:
    return page(
        [f"{ref(pod)} is {person(owner)}'s. Only they or an admin can say that. Nothing was changed."],
        key="recovery.own",
    )


def _named(pods: Sequence[Pod]) -> str:
    shown = [ref(each) for each in pods[:_NAMED]]
    left = len(pods) - len(shown)
    return listed([*shown, f"{left} more"] if left else shown)
