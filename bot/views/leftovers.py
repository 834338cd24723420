"""A stopped pod whose disk goes on costing: its owner is told, and later asked whether to terminate it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons, disks
from bot.views.figures import at, per_month, span
from bot.views.layout import Said, page, small
from bot.views.text import pod_ref, ref
from pods.leftovers import Leftover, storage_cost
from pods.messages import Content
from pods.model import Pod, PodStatus, Verb
from pods.money import dollars, stopped_storage_per_month


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftoverScene:
    """What the card is drawn from. `pod` as the snapshot has it, None when it is gone from there."""

    leftover: Leftover
    pod: Pod | None
    #: Whether the card's own stopped period is still the record's.
    current: bool
    kept_until: datetime | None
    offers_at: datetime | None
    #: For how long Keep keeps.
    keep_days: int
    now: datetime
    tz: ZoneInfo

    @property
    def ref(self) -> str:
        return pod_ref(self.pod.name if self.pod else self.leftover.name, self.leftover.pod_id)

    def when(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def nudge(scene: LeftoverScene) -> Content:
    over = _over(scene)
    if over or scene.pod is None:
        return _page(scene, [over], [])
    return _page(
        scene, [_head(scene, scene.pod), _next(scene), small(_evidence(scene.pod))], _answers(scene, scene.pod)
    )


def offer(scene: LeftoverScene) -> Content:
    """The second message, a week and more later: a question that only a person answers."""
    over = _over(scene)
    if over or scene.pod is None:
        return _page(scene, [over], [], part="offer")
    head = f"Terminate {scene.ref}? {_stands(scene, scene.pod, 'It')}"
    plan = "Nothing is terminated unless you do it. I do not ask about this stop again."
    return _page(scene, [head, plan, small(_evidence(scene.pod))], _answers(scene, scene.pod), part="offer")


def kept(pod: Pod, until: datetime, *, now: datetime, tz: ZoneInfo) -> Content:
    """The answer to Keep."""
    cost = stopped_storage_per_month(pod)
    price = f" It goes on costing {per_month(cost)}." if cost else ""
    return page([f"I do not ask about {ref(pod)}'s disk until {at(until, now, tz)}.{price}"], key="disk")


def _over(scene: LeftoverScene) -> str:
    """What became of it, once it is no question any more; empty while it is one."""
    if scene.pod is None:
        return f"{scene.ref} is gone, and its disk costs nothing any more."
    if scene.pod.status is not PodStatus.EXITED or not scene.current or scene.leftover.ended_at is not None:
        return f"{scene.ref} was started again; this is over."
    if scene.kept_until is not None and scene.now < scene.kept_until:
        return f"{scene.ref} stays as it is: I do not ask about its disk until {scene.when(scene.kept_until)}."
    return ""


def _head(scene: LeftoverScene, pod: Pod) -> str:
    return _stands(scene, pod, scene.ref)


def _stands(scene: LeftoverScene, pod: Pod, it: str) -> str:
    month, so_far = stopped_storage_per_month(pod), storage_cost(pod, scene.leftover.since, scene.now)
    size = f"{pod.persistent.size_gb} GB volume disk" if pod.persistent else "disk"
    cost = f" goes on costing {per_month(month)}" if month is not None else " goes on costing"
    total = f", {dollars(so_far)} so far (estimate)" if so_far is not None else ""
    return f"{it} has been stopped for {span(scene.now - scene.leftover.since)}, and its {size}{cost}{total}."


def _next(scene: LeftoverScene) -> str:
    if scene.leftover.offered_at is not None:
        return f"Asked again at {scene.when(scene.leftover.offered_at)}. Nothing is terminated unless you do it."
    if scene.offers_at is None:
        return "Nothing is terminated unless you do it."
    return f"If it stays so, I ask again at {scene.when(scene.offers_at)}. Nothing is terminated unless you do it."


def _evidence(pod: Pod) -> str:
    return f"If terminated: {disks.terminate_takes(pod)}"


def _answers(scene: LeftoverScene, pod: Pod) -> list[Button]:
    nonce = f"disk.{scene.leftover.version}"
    verbs = [buttons.verb(each, pod.id, nonce) for each in (Verb.TERMINATE, Verb.START) if each in pod.actions]
    return [*verbs, buttons.area_button(f"Keep {scene.keep_days} days", "disk.keep", pod.id)]


def _page(scene: LeftoverScene, said: Sequence[str | Said], offers: Sequence[Button], *, part: str = "") -> Content:
    leftover = scene.leftover
    return page(said, key=f"disk.{leftover.pod_id}.{leftover.version}.{part or 'nudge'}", buttons=offers)
