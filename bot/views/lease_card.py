"""The end of a lease: the warning before it, and what became of it. One message per warning, edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons
from bot.views.figures import at, burn, per_hour, span
from bot.views.followed import Followed
from bot.views.holds import extend_buttons, release_button, stop_takes
from bot.views.layout import Said, page, small
from bot.views.text import listed, person, pod_ref
from pods.hold_cards import LeaseSubject
from pods.holds import Holds, Lease, LeaseEnd, keeping
from pods.leases import ends_at, stop_at, warns_at
from pods.messages import Content
from pods.model import BILLED, Pod, PodStatus, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseScene:
    """What the card of one warning is drawn from. `pod` as the snapshot has it, None when it is gone from there."""

    subject: LeaseSubject
    holds: Holds
    pod: Pod | None
    name: str
    owner: str | None
    #: What became of the stop, once it is on record.
    stop: Followed | None
    now: datetime
    tz: ZoneInfo

    @property
    def ref(self) -> str:
        return pod_ref(self.name, self.subject.pod_id)

    def when(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def lease_card(scene: LeaseScene) -> Content:
    lease = scene.holds.lease
    if lease is None or not scene.subject.of(lease):
        return _page(scene, [_replaced(scene, lease)])
    if lease.end is not None:
        return _ended(scene, lease)
    if lease.warned_at is None or scene.subject.warning != lease.warnings:
        return _page(scene, [_postponed(scene, lease)])
    return _warning(scene, lease)


def _warning(scene: LeaseScene, lease: Lease) -> Content:
    keep = keeping(scene.holds, scene.now)
    stops = stop_at(lease, keep.until if keep else None) or ends_at(lease, keep.until if keep else None)
    left = span(stops - scene.now) if stops > scene.now else "a moment"
    head = f"{_to_whom(scene, lease)}In {left}, at {scene.when(stops)}, I stop {scene.ref}: its lease ends."
    following = "Extend the lease if it is needed longer. If nobody answers, it stops."
    takes = [] if scene.pod is None else [stop_takes(scene.pod), small(_cost(scene.pod))]
    return _page(scene, [head, following, *takes], _answers(scene))


def _answers(scene: LeaseScene) -> list[Button]:
    if scene.pod is None:
        return []
    nonce = f"{scene.holds.version}"
    stop = buttons.verb(Verb.STOP, scene.pod.id, nonce, label="Stop now")
    return [*extend_buttons(scene.pod, scene.holds), stop, release_button(scene.pod, scene.holds, label="Do not stop")]


def _to_whom(scene: LeaseScene, lease: Lease) -> str:
    """Those it concerns are mentioned, so that Slack tells them."""
    people = dict.fromkeys(each for each in (scene.owner, lease.by) if each)
    return f"{listed([person(each) for each in people])}: "


def _postponed(scene: LeaseScene, lease: Lease) -> str:
    keep = keeping(scene.holds, scene.now)
    until = keep.until if keep else None
    why = f"it is kept until {scene.when(keep.until)} by {person(keep.by)}" if keep else "its hour passed without me"
    again = warns_at(lease, until)
    warns = f"at {scene.when(again)}" if again > scene.now else "at once"
    return f"Not stopped yet: {scene.ref}'s lease has not ended, since {why}. I warn again {warns}, before I stop it."


def _replaced(scene: LeaseScene, lease: Lease | None) -> str:
    if lease is None:
        return f"{scene.ref} is not leased any more. This warning does not count; nothing is stopped by it."
    if lease.ended_at is None:
        longer = f"leased until {scene.when(lease.until)} by {person(lease.by)}"
        return (
            f"{scene.ref} is {longer}, so it is not stopped now. I warn again at {scene.when(warns_at(lease, None))}."
        )
    return f"{scene.ref} was leased anew by {person(lease.by)} until {scene.when(lease.until)}, which is over as well."


def _ended(scene: LeaseScene, lease: Lease) -> Content:
    if lease.end is LeaseEnd.STOP:
        return _stopping(scene, lease)
    return _page(scene, [_without_stop(scene, lease)], _offers_without_stop(scene, lease))


def _stopping(scene: LeaseScene, lease: Lease) -> Content:
    over = small(f"Its lease by {person(lease.by)}, until {scene.when(lease.until)}, has ended.")
    if scene.stop is None:
        return _page(scene, [f"The lease of {scene.ref} has ended; I am about to stop it.", over])
    return _page(scene, [scene.stop.headline, scene.stop.more, over], scene.stop.buttons)


def _without_stop(scene: LeaseScene, lease: Lease) -> str:
    match lease.end:
        case LeaseEnd.RELEASED:
            who = f" by {person(lease.ended_by)}" if lease.ended_by else ""
            return f"{scene.ref} was released{who}: nothing stops it at the lease's end any more."
        case LeaseEnd.GONE:
            return f"The lease of {scene.ref} is over: the pod is gone."
        case LeaseEnd.CANNOT:
            cluster = scene.pod is not None and scene.pod.cluster_id is not None
            why = "is part of a cluster, which I do not change alone" if cluster else "is locked at RunPod"
            cost = _cost(scene.pod) if scene.pod else ""
            return (
                f"The lease of {scene.ref} ended, and I did not stop it: it {why}. {cost} Stop it by hand if need be."
            )
        case _:
            stands = scene.pod is not None and scene.pod.status is PodStatus.EXITED
            how = "It had stopped before" if stands else "It was started anew after its end, so I left it running"
            return f"The lease of {scene.ref} is over. {how}; nothing was done."


def _offers_without_stop(scene: LeaseScene, lease: Lease) -> list[Button]:
    if lease.end is not LeaseEnd.CANNOT or scene.pod is None:
        return []
    return [buttons.status(scene.pod.id, str(scene.holds.version)), buttons.console()]


def _cost(pod: Pod) -> str:
    rate = burn(pod)
    if pod.status not in BILLED or rate is None:
        return ""
    return f"It costs {per_hour(rate)}."


def _page(scene: LeaseScene, said: Sequence[str | Said], offers: Sequence[Button] = ()) -> Content:
    version = scene.holds.version + (scene.stop.version if scene.stop else 0)
    return page(said, key=f"lease.{scene.subject}.{version}", buttons=offers)
