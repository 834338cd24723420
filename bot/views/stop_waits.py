"""A stop that waits for a checkpoint: what it waits for and until when, what it asks, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import disks
from bot.views.checkpoints import since
from bot.views.figures import at, burn, per_hour, span
from bot.views.layout import Said, page, small
from bot.views.text import code, person, pod_ref, prose, ref
from pods.messages import Content
from pods.model import Pod
from pods.money import dollars
from pods.operations import Operation
from pods.recovery.checkpoints import Checkpoints
from pods.recovery.stop_waits import WAIT_ON, StopWait, WaitEnd, WaitState


class Press(StrEnum):
    BEGIN = "wait.begin"
    NOW = "wait.now"
    ON = "wait.on"
    CANCEL = "wait.cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    wait: StopWait
    #: As last listed; None: not in the list.
    pod: Pod | None
    checkpoints: Checkpoints | None
    #: How far apart they come.
    apart: timedelta
    #: The stop it ordered, once it has.
    stop: Operation | None
    now: datetime
    tz: ZoneInfo

    @property
    def ref(self) -> str:
        return pod_ref(self.wait.pod_name, self.wait.pod_id)

    def at(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def card(scene: Scene) -> Content:
    wait = scene.wait
    key = f"wait.{wait.id}.{wait.version}"
    asked = small(f"Asked by {person(wait.by)} at {scene.at(wait.asked_at)}.")
    match wait.state:
        case WaitState.WAITING:
            said: list[str | Said] = [_waiting(scene), since(scene.checkpoints, scene.now, scene.tz), asked]
            return page(said, key=key, buttons=[_press(Press.NOW, wait), _press(Press.CANCEL, wait)])
        case WaitState.ASKING:
            said = [_asking(scene), since(scene.checkpoints, scene.now, scene.tz), asked]
            return page(said, key=key, buttons=[_press(each, wait) for each in (Press.NOW, Press.ON, Press.CANCEL)])
        case WaitState.STOPPING:
            return page([_stopping(scene), asked], key=key)
    return page([*_ended(scene), asked], key=key)


def question(scene: Scene) -> Content:
    """In the thread, where it calls the one who asked."""
    wait = scene.wait
    return page(
        [f"{person(wait.by)} {_asking(scene)} The buttons are on the message above."],
        key=f"wait.{wait.id}.ask.{wait.version}",
    )


def _press(press: Press, wait: StopWait) -> Button:
    labels = {Press.NOW: "Stop now", Press.ON: f"Wait {span(WAIT_ON)} more", Press.CANCEL: "Cancel"}
    return Button(labels[press], action_id=press, value=f"{wait.id}:{wait.version}")


def _waiting(scene: Scene) -> str:
    wait = scene.wait
    rate = burn(scene.pod)
    cost = f" It costs {per_hour(rate)} until then." if rate is not None else ""
    return (
        f"{scene.ref} will be stopped after its next checkpoint; they come about every {span(scene.apart)}. "
        f"If none comes by {scene.at(wait.until)}, I ask what to do.{cost}"
    )


def _asking(scene: Scene) -> str:
    wait = scene.wait
    rate = burn(scene.pod)
    waited = scene.now - wait.asked_at
    cost = ""
    if rate is not None:
        spent = rate * int(waited.total_seconds()) / Decimal(3600)
        cost = f" Waiting cost {dollars(spent)} so far, {per_hour(rate)}."
    return (
        f"{scene.ref} is *not stopped*: no checkpoint came by {scene.at(wait.until)}, {span(waited)} after you asked."
        f"{cost} I go on looking and stop it when one comes."
    )


def _stopping(scene: Scene) -> str:
    wait = scene.wait
    if wait.checkpoint_at is not None:
        return f"{scene.ref} saved its work at {scene.at(wait.checkpoint_at)} and is being stopped."
    return f"{scene.ref} is being stopped without waiting on, said by {person(wait.answered_by)}."


def _ended(scene: Scene) -> list[str]:
    wait = scene.wait
    match wait.end:
        case WaitEnd.STOPPED:
            return _stopped(scene)
        case WaitEnd.CANCELLED:
            return [f"{scene.ref} runs on: {person(wait.answered_by)} cancelled the stop after its next checkpoint."]
        case WaitEnd.DOWN:
            return [f"{scene.ref} went down otherwise before its next checkpoint. There is nothing left to stop."]
        case WaitEnd.GONE:
            return [f"{scene.ref} is gone from RunPod's list. There is nothing left to stop."]
    why = f" {prose(wait.sentence)}" if wait.sentence else ""
    saved = f" It saved its work at {scene.at(wait.checkpoint_at)}." if wait.checkpoint_at is not None else ""
    return [f"*Stop not confirmed*: the stop of {scene.ref} was not done, or is not shown.{saved}{why}"]


def _stopped(scene: Scene) -> list[str]:
    wait, stop = scene.wait, scene.stop
    rate = burn(stop.before) if stop is not None else None
    saves = f" Saves {per_hour(rate)}." if rate else ""
    saved = f", after its checkpoint at {scene.at(wait.checkpoint_at)}" if wait.checkpoint_at is not None else ""
    return [f"{scene.ref} is stopped{saved}.{saves}", disks.stopped_cost(stop.seen if stop is not None else None)]


# -- what is answered at once


def on_it(pod: Pod, until: str) -> Content:
    return page(
        [f"On it: stop {ref(pod)} after its next checkpoint. If none comes by {until}, I ask in this channel."],
        key="wait.ack",
    )


def no_rule(pod: Pod, rule: str | None) -> Content:
    if rule is None:
        why = f"it is not protected. `/pod protect {pod.id}` with a rule that has `checkpoint` says so"
    else:
        why = f"its rule {code(rule)} has no `checkpoint` in the policy"
    told = f"I do not know how a checkpoint of {ref(pod)} shows: {why}."
    return page([f"{told} Nothing was done; `/pod stop {pod.id}` stops it now."], key="wait.no-rule")


def one_at_a_time() -> Content:
    return page(["I wait for the checkpoint of one pod at a time. Nothing was done."], key="wait.many")


def not_running(pod: Pod) -> Content:
    return page(
        [f"{ref(pod)} is {pod.status.value}, so no checkpoint will come. Nothing was done."], key="wait.not-running"
    )


def untouchable(pod: Pod) -> Content:
    what = "belongs to a cluster, which I do not change" if pod.cluster_id else "is locked: unlock it first"
    return page([f"{ref(pod)} {what}. Nothing was done."], key="wait.locked")


def others(pod: Pod, owner: str) -> Content:
    return page(
        [f"{ref(pod)} is {person(owner)}'s. Only they or an admin can have it stopped later. Nothing was done."],
        key="wait.own",
    )


def already(wait: StopWait, until: str) -> Content:
    who = f"{pod_ref(wait.pod_name, wait.pod_id)} is already waited for, asked by {person(wait.by)}, until {until}."
    return page([f"{who} Its message has the buttons."], key="wait.already")


def really(pod: Pod, value: str) -> Content:
    """A stop wipes what is only in the container: a checkpoint there would be gone."""
    disk = disks.container_disk(pod)
    lost = f"{ref(pod)} has no volume: a stop wipes its {disk}, and with it every checkpoint not copied elsewhere."
    yes = Button("Stop it after the next one", action_id=Press.BEGIN, value=value, style="danger")
    return page([f"{lost} Stop it after the next one all the same?"], key="wait.really", buttons=[yes])


def over() -> Content:
    return page(["That has ended meanwhile; its message says how. Nothing was changed."], key="wait.over")
