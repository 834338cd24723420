"""Whose is this? The question about a pod that nobody owns, asked once, told louder after a day, resolved once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import buttons
from bot.views.figures import at, burn, per_hour, span
from bot.views.hardware import hardware
from bot.views.layout import Said, page, small
from bot.views.text import code, people, person, pod_ref
from bot.views.verbs import FORMS
from pods.fleet import Owner, OwnerKind
from pods.messages import Content
from pods.model import BILLED, Pod, Verb
from pods.money import dollars
from pods.operations import Operation
from pods.strays import Claim, Stray

_HOUR_S = 3600
_LABELS = {Claim.MINE: "Mine", Claim.TEAM: "The team's", Claim.EXPECTED: "Expected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayScene:
    """What the question is drawn from. `pod` as the snapshot has it, None when it is gone from there."""

    stray: Stray
    pod: Pod | None
    owner: Owner | None
    #: Whether it was made through me, and the last thing a person asked of it here: hints at whose it is.
    ours: bool
    last: Operation | None
    #: When it is asked louder.
    louder_at: datetime
    #: Who is asked then.
    admins: tuple[str, ...]
    now: datetime
    tz: ZoneInfo

    @property
    def ref(self) -> str:
        return pod_ref(self.pod.name if self.pod else self.stray.name or self.stray.pod_id, self.stray.pod_id)

    def when(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def question(scene: StrayScene) -> Content:
    if scene.owner is not None or scene.stray.claim is not None or scene.stray.ended_at is not None:
        return _page(scene, [_settled(scene)], [])
    if scene.pod is None:
        return _page(scene, [f"{scene.ref} is gone, and nobody said whose it was."], [])
    head = f"Whose is this? {scene.ref} {_costs(scene, scene.pod)}; nobody here owns it."
    return _page(scene, [head, _next(scene), small(_evidence(scene, scene.pod))], _answers(scene, scene.pod))


def louder(scene: StrayScene) -> Content:
    """Into the question's thread, after a day without an answer."""
    if scene.owner is not None or scene.stray.claim is not None or scene.pod is None:
        return page(["This is settled; the message above says how."], key=f"stray.{scene.stray.pod_id}.settled")
    whom = people(scene.admins, 5) if scene.admins else "Whoever knows"
    asked = scene.stray.asked_at or scene.now
    head = f"{whom}: for {span(scene.now - asked)} nobody has said whose {scene.ref} is. {_so_far(scene, scene.pod)}"
    stop = "If nobody needs it, stop it; it stays as it is until somebody does."
    return page([head.strip(), stop], key=f"stray.{scene.stray.pod_id}.louder")


def answer_kept(scene: StrayScene) -> Content:
    """For an answer that came after another one."""
    return page([f"Somebody was faster. {_settled(scene)} Nothing was changed by you."], key="stray")


def _settled(scene: StrayScene) -> str:
    stray, owner = scene.stray, scene.owner
    if owner is not None and owner.kind is OwnerKind.PERSON and owner.user is not None:
        return f"{scene.ref} is {person(owner.user)}'s, said by {person(owner.by)}."
    if owner is not None or stray.claim is Claim.TEAM:
        by = owner.by if owner is not None else stray.claimed_by or ""
        return f"{scene.ref} is the team's, said by {person(by)}: every operator may change it."
    if stray.claim is Claim.MINE and stray.claimed_by is not None:
        return f"{scene.ref} is {person(stray.claimed_by)}'s, as they said."
    if stray.claim is Claim.EXPECTED and stray.claimed_by is not None:
        return f"{scene.ref} is expected, said by {person(stray.claimed_by)}. It stays nobody's; I do not ask again."
    return f"{scene.ref} is gone, and nobody said whose it was."


def _costs(scene: StrayScene, pod: Pod) -> str:
    rate = burn(pod)
    cost = f"costs {per_hour(rate)}" if rate is not None else "runs at a price RunPod does not say"
    if pod.status not in BILLED:
        return "is stopped"
    born = pod.created_at or scene.stray.first_seen_at
    return f"{cost} and is {span(scene.now - born)} old"


def _next(scene: StrayScene) -> str:
    if scene.stray.escalated_at is not None:
        return "Asked louder since. It stays as it is until somebody answers or stops it."
    return f"If nobody answers until {scene.when(scene.louder_at)}, I ask the admins. I do not stop it for this."


def _evidence(scene: StrayScene, pod: Pod) -> str:
    where = f", {code(pod.data_center)}" if pod.data_center else ""
    image = f" Image {code(pod.image, 80)}." if pod.image else ""
    return f"{hardware(pod)}{where}.{image} {_hint(scene)}".strip()


def _hint(scene: StrayScene) -> str:
    """Who may know."""
    made = "It was made through me" if scene.ours else "It was not made through me"
    if scene.last is None:
        return f"{made}, and nobody has asked me anything about it."
    did = FORMS[scene.last.verb].noun if scene.last.verb in FORMS else scene.last.verb.value
    return f"{made}; the last {did} was asked by {person(scene.last.by)}, {_ago(scene)} ago."


def _ago(scene: StrayScene) -> str:
    return span(scene.now - scene.last.created_at) if scene.last else ""


def _so_far(scene: StrayScene, pod: Pod) -> str:
    rate = burn(pod)
    if rate is None or pod.started_at is None or pod.status not in BILLED:
        return ""
    spent = rate * Decimal(max(0, round((scene.now - pod.started_at).total_seconds()))) / _HOUR_S
    return f"It costs {per_hour(rate)}, {dollars(spent)} since it started (estimate)."


def _answers(scene: StrayScene, pod: Pod) -> list[Button]:
    claims = [buttons.area_button(label, f"stray.{claim.value}", pod.id) for claim, label in _LABELS.items()]
    if Verb.STOP not in pod.actions:
        return claims
    return [*claims, buttons.verb(Verb.STOP, pod.id, f"stray.{scene.stray.version}")]


def _page(scene: StrayScene, said: Sequence[str | Said], offers: Sequence[Button]) -> Content:
    return page(said, key=f"stray.{scene.stray.pod_id}.{scene.stray.version}", buttons=offers)
