"""The card of an incident: what was lost, why, what is at risk, what is done about it and by whom. Edited in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views import loss_words
from bot.views.buttons import status
from bot.views.figures import at, per_hour, span
from bot.views.hardware import hardware
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import code, counted, listed, person, pod_ref
from pods.incidents import Incident, IncidentState, NoteKind
from pods.losses import CauseKind, EndKind, Loss, LossKind
from pods.messages import Content
from pods.oncall import OnCall, Step

#: Losses a card names one by one.
SHOWN: Final = 25
_ROOM: Final = 1_600
ACK: Final = "inc.ack"
MINE: Final = "inc.mine"
_UNASKED: Final = "not asked for by anyone here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An incident with all that its sentences need. `losses` are the first `SHOWN`, those that last before the rest."""

    incident: Incident
    losses: Sequence[Loss]
    #: USD per hour of everything in it that stands still, as far as known.
    rate: Decimal | None
    #: Pod id -> user id of its owner.
    owners: Mapping[str, str]
    on_call: OnCall
    #: Whom it goes to next and when.
    step: Step | None = None
    step_at: datetime | None = None
    #: Until when nobody is called.
    hushed_until: datetime | None = None
    #: Pod id -> when it last saved, and the sentence that says so.
    saved_at: Mapping[str, datetime] = field(default_factory=dict)
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    #: What recovery says of itself, a paragraph each, and what it offers.
    progress: Sequence[str] = ()
    offers: Sequence[Button] = ()
    now: datetime
    tz: ZoneInfo

    @property
    def many(self) -> bool:
        return len(self.incident.losses) > 1

    def at(self, moment: datetime) -> str:
        return at(moment, self.now, self.tz)


def card(scene: Scene) -> Content:
    if scene.incident.resolved:
        return _over(scene)
    return _several(scene) if scene.many else _single(scene)


def _single(scene: Scene) -> Content:
    loss = scene.losses[0]
    title = loss_words.TITLES[loss.kind]
    head = f"*{title}*: {loss_words.happened(loss, scene.now, scene.tz)}, {_UNASKED}. {loss_words.standing_still(loss)}"
    risk = loss_words.at_risk(loss, scene.saved_at.get(loss.pod_id), scene.now, scene.tz)
    return page(
        [
            head,
            f"{loss_words.cause(loss)}{_hint(loss)}",
            " ".join(each for each in (loss_words.left(loss), scene.checkpoints.get(loss.pod_id, ""), risk) if each),
            "\n".join(scene.progress) or _nothing_done(scene, loss),
            _standing(scene),
            _called(scene),
            small(_evidence(scene, loss)),
        ],
        key=_key(scene),
        buttons=_buttons(scene),
    )


def _hint(loss: Loss) -> str:
    if loss.cause.kind is not CauseKind.NOT_KNOWN or loss.kind is LossKind.RESTARTED:
        return ""
    return " If it was you, in RunPod's console or by its own script, press *I did it*."


def _nothing_done(scene: Scene, loss: Loss) -> str:
    if loss.kind is LossKind.RESTARTED:
        return "Nothing has to be done to the pod. I close this when it has run for 10 min."
    if not scene.incident.pages:
        return ""
    return f"Nothing brings it back by itself: it has no recovery rule (`/pod protect {loss.pod_id}` gives one)."


def _standing(scene: Scene) -> str:
    """Who is at it, and what happens next if nobody is."""
    incident = scene.incident
    if incident.state is IncidentState.ACKNOWLEDGED and incident.acknowledged_at is not None:
        return f"{person(incident.acknowledged_by)} is on it, since {scene.at(incident.acknowledged_at)}."
    if not incident.pages:
        return _why_quiet(scene)
    if incident.hushed:
        until = f" before {scene.at(scene.hushed_until)}" if scene.hushed_until else ""
        return f"Quiet hours: it runs again by itself, so nobody is called{until}."
    if scene.step is not None and scene.step_at is not None:
        called = _called_already(scene)
        return f"Nobody has acknowledged it.{called} At {scene.at(scene.step_at)} I call {_whom(scene.step)}."
    return f"Nobody has acknowledged it.{_called_already(scene)}"


def _called_already(scene: Scene) -> str:
    """The newest step of the escalation that was told; the note has its ids."""
    told = [note for note in scene.incident.notes if note.kind is NoteKind.ESCALATED]
    return f" I called {whom(told[-1].text)} at {scene.at(told[-1].at)}." if told else ""


def _why_quiet(scene: Scene) -> str:
    starters = {loss.started_by for loss in scene.losses if loss.started_by}
    if starters:
        return f"Nobody on call is told: {listed([person(each) for each in sorted(starters)])} had just started it."
    is_ = "it is" if len(scene.incident.pods) == 1 else "they are"
    return f"Nobody on call is told: {is_} neither protected nor marked as training."


def _called(scene: Scene) -> str:
    """The mentions; Slack notifies people when the card is posted, not when it is edited."""
    owners = list(dict.fromkeys(scene.owners.values()))
    words = []
    on_call = scene.on_call
    if scene.incident.pages and not scene.incident.hushed and not on_call.nobody:
        words.append(f"On call: {mentions(on_call.users, on_call.group)}.")
    if owners and not scene.incident.hushed:
        words.append(f"Owner: {listed([person(each) for each in owners[:5]])}.")
    return " ".join(words)


def _whom(step: Step) -> str:
    return mentions(step.users, step.group)


def whom(ids: str) -> str:
    """Ids as a note keeps them, separated by blanks, the group first where there is one."""
    each = ids.split()
    group = each[0] if each and each[0].startswith("S") else None
    return mentions([user for user in each if user != group], group)


def mentions(users: Sequence[str], group: str | None) -> str:
    named = [f"<!subteam^{group}>"] if group else []
    return listed([*named, *(person(each) for each in users)])


def _evidence(scene: Scene, loss: Loss) -> str:
    read = "Two lists and a direct reading" if loss.kind is LossKind.GONE else "The list and a direct reading"
    return f"{read} agree, at {scene.at(loss.confirmed_at)}. Incident {code(scene.incident.id)}."


def _key(scene: Scene) -> str:
    return f"incident.{scene.incident.id}.{scene.incident.version}.{int(scene.now.timestamp())}"


def _buttons(scene: Scene) -> list[Button]:
    incident = scene.incident
    value = f"{incident.id}:{incident.version}"
    shown: list[Button] = []
    if incident.pages and incident.state is IncidentState.OPEN:
        shown.append(Button("Acknowledge", action_id=ACK, value=value, style="primary"))
    shown.extend(scene.offers)
    shown.append(Button("I did it", action_id=MINE, value=value))
    if not scene.many:
        shown.append(status(scene.losses[0].pod_id, value.replace(":", ".")))
    return shown


def _several(scene: Scene) -> Content:
    """A line per pod under a line for all."""
    losses, incident = scene.losses, scene.incident
    first = min(loss.seen_at for loss in losses)
    rate = f" {per_hour(scene.rate)} of compute stands still." if scene.rate else ""
    back = len(incident.losses) - len(incident.open_losses)
    over = f" {back:,} {'is' if back == 1 else 'are'} settled." if back else ""
    head = f"*Lost: {counted(len(incident.pods), 'pod')}* since {scene.at(first)}, {_UNASKED}.{rate}{over}"
    lines = [_line(scene, loss) for loss in losses]
    more = len(incident.losses) - len(losses)
    lines += [f"and {more:,} more"] if more > 0 else []
    tail = [_shared_cause(scene), *scene.progress, _standing(scene), _called(scene)]
    rows = "\n".join(fitting(lines, BLOCKS_MAX - 2 * _ROOM))
    foot = f"Incident {code(incident.id)}."
    text = "\n".join(each for each in (head, *tail, *fitting(lines, TEXT_MAX - _ROOM), foot) if each)
    return page([head, *tail, rows, small(foot)], key=_key(scene), buttons=_buttons(scene), text=text)


def _line(scene: Scene, loss: Loss) -> str:
    rate = f" at {per_hour(loss.rate)}" if loss.rate is not None else ""
    state = _ended_short(scene, loss) if loss.end else loss_words.cause_short(loss)
    word = "settled" if loss.end else loss_words.TITLES[loss.kind].lower()
    return f"• *{word}* {loss_words.loss_ref(loss)}: {hardware(loss.pod)}{rate}, {scene.at(loss.seen_at)}, {state}"


def _shared_cause(scene: Scene) -> str:
    kinds = Counter(loss.cause.kind for loss in scene.losses)
    if len(kinds) == 1:
        return loss_words.cause(scene.losses[0])
    parts = [f"{number} {loss_words.SHORT[kind]}" for kind, number in kinds.most_common()]
    return f"Causes: {listed(parts)}."


# -- when it is over


def _over(scene: Scene) -> Content:
    incident = scene.incident
    ended = incident.resolved_at or scene.now
    head = _over_many(scene) if scene.many else _over_single(scene, scene.losses[0])
    taken = f"Acknowledged by {person(incident.acknowledged_by)}. " if incident.acknowledged_by else ""
    lines = [_line(scene, loss) for loss in scene.losses] if scene.many else []
    cause = _shared_cause(scene) if scene.many else loss_words.cause(scene.losses[0])
    foot = f"{taken}Resolved at {scene.at(ended)}. Incident {code(incident.id)}."
    rows = "\n".join(fitting(lines, TEXT_MAX - _ROOM))
    return page([head, cause, *scene.progress, rows, small(foot)], key=_key(scene))


def _over_single(scene: Scene, loss: Loss) -> str:
    ref, end = loss_words.loss_ref(loss), loss.end
    if end is None:
        return f"*Closed*: {ref} was lost at {scene.at(loss.seen_at)} and did not come back."
    down = span(end.at - loss.seen_at)
    match end.kind:
        case EndKind.BACK:
            still = "" if loss.kind is LossKind.RESTARTED else f": {down} down"
            return f"*Back*: {ref} runs again since {scene.at(end.at)}{still}."
        case EndKind.REPLACED:
            new = pod_ref(loss.pod.name, end.pod_id)
            return f"*Back*: {code(loss.pod.name)} runs again as {new} since {scene.at(end.at)}: {down} down."
        case EndKind.CLAIMED:
            return f"*Settled*: {person(end.by)} says they did this to {ref}. It was seen at {scene.at(loss.seen_at)}."
        case EndKind.TERMINATED:
            who = f" by {person(end.by)}" if end.by else " by somebody at RunPod"
            return f"*Over*: {ref}, lost at {scene.at(loss.seen_at)}, was terminated{who} at {scene.at(end.at)}."


def _over_many(scene: Scene) -> str:
    kinds = Counter(loss.end.kind for loss in scene.losses if loss.end is not None)
    parts = listed([f"{number} {_ENDS[kind]}" for kind, number in kinds.most_common()])
    lasted = span((scene.incident.resolved_at or scene.now) - scene.incident.opened_at)
    return f"*Over*: {counted(len(scene.incident.pods), 'pod')} lost, {lasted} in all: {parts or 'none came back'}."


_ENDS: Final = {
    EndKind.BACK: "back",
    EndKind.REPLACED: "replaced",
    EndKind.CLAIMED: "somebody's own doing",
    EndKind.TERMINATED: "terminated",
}


def _ended_short(scene: Scene, loss: Loss) -> str:
    if loss.end is None:
        return ""
    return f"{_ENDS[loss.end.kind]} at {scene.at(loss.end.at)}"
