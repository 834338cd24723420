"""Who is on call, what is open, what there was; and pods marked as training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views import loss_words
from bot.views.figures import at, span
from bot.views.incident import mentions
from bot.views.layout import TEXT_MAX, fitting, page, small
from bot.views.text import counted, listed, person, ref
from pods.incidents import Incident, IncidentState
from pods.losses import Loss
from pods.messages import Content
from pods.model import Pod
from pods.oncall import OnCall, OnCallRule

_ROOM = 900


def who(
    on_call: OnCall,
    rule: OnCallRule,
    incidents: Sequence[Incident],
    losses: Mapping[str, Loss],
    *,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    paging = [each for each in incidents if each.pages]
    return page(
        [
            f"{_open(paging)} {_who(on_call, now, tz)}",
            "\n".join(fitting([_line(each, losses, now, tz) for each in paging], TEXT_MAX - _ROOM)),
            _steps(rule),
            small(f"As of {at(now, now, tz)}."),
        ],
        key=f"oncall.{int(now.timestamp())}",
    )


def _open(incidents: Sequence[Incident]) -> str:
    if not incidents:
        return "Nothing is open."
    untaken = sum(each.state is IncidentState.OPEN for each in incidents)
    of_them = "" if len(incidents) == 1 else f"{untaken} of them "
    unheard = f", {of_them}not acknowledged" if untaken else ""
    return f"*{counted(len(incidents), 'incident')} open*{unheard}."


def _who(on_call: OnCall, now: datetime, tz: ZoneInfo) -> str:
    if on_call.nobody:
        return "Nobody is on call by the policy (`[oncall]`), so cards mention nobody."
    turn = f" {person(on_call.turn)} has the week" if on_call.turn else ""
    until = f" until {at(on_call.turn_until, now, tz)}." if turn and on_call.turn_until else ""
    return f"On call: {mentions(on_call.users, on_call.group)}.{turn}{until}"


def _steps(rule: OnCallRule) -> str:
    steps = [f"after {step.after_min} min {mentions(step.users, step.group)}" for step in rule.escalate]
    return f"If nobody acknowledges: {listed(steps)}." if steps else "Nobody else is called if nobody acknowledges."


def history(incidents: Sequence[Incident], losses: Mapping[str, Loss], *, now: datetime, tz: ZoneInfo) -> Content:
    key = f"incidents.{int(now.timestamp())}"
    if not incidents:
        return page(["No pod was lost in the last 90 days, as far as I have watched."], key=key)
    head = f"The newest {counted(len(incidents), 'incident')}:"
    lines = fitting([_line(each, losses, now, tz) for each in incidents], TEXT_MAX - _ROOM)
    return page([head, "\n".join(lines)], key=key)


def _line(incident: Incident, losses: Mapping[str, Loss], now: datetime, tz: ZoneInfo) -> str:
    loss = losses.get(incident.losses[0])
    what = loss_words.loss_ref(loss) if loss is not None else counted(len(incident.pods), "pod")
    more = f" and {len(incident.pods) - 1:,} more" if loss is not None and len(incident.pods) > 1 else ""
    why = f", {loss_words.cause_short(loss)}" if loss is not None else ""
    return f"• {at(incident.opened_at, now, tz)} {what}{more}{why}: {_state(incident, now)}"


def _state(incident: Incident, now: datetime) -> str:
    if incident.resolved_at is not None:
        return f"*over* after {span(incident.resolved_at - incident.opened_at)}"
    lasts = span(now - incident.opened_at)
    if incident.acknowledged_by:
        return f"*open* for {lasts}, {person(incident.acknowledged_by)} is on it"
    return f"*open* for {lasts}, nobody has acknowledged it"


def marked(pods: Sequence[Pod], by_name: Sequence[Pod], *, marks: bool, by: str, now: datetime) -> Content:
    named = listed([ref(pod) for pod in pods])
    is_ = "is" if len(pods) == 1 else "are"
    key = f"training.{int(now.timestamp())}"
    if marks:
        words = f"{named} {is_} marked as training: on-call is told when it is lost."
        return page([words, small(f"By {person(by)}. `/pod training ID off` takes it back.")], key=key)
    still = f" The policy marks {listed([ref(pod) for pod in by_name])} by name all the same." if by_name else ""
    words = f"{named} {is_} no longer marked as training: a loss is a plain notice.{still}"
    return page([words, small(f"By {person(by)}.")], key=key)


def not_yours(pod: Pod) -> Content:
    words = f"{ref(pod)} belongs to somebody else, who or an admin may mark it. Nothing was changed."
    return page([words], key=f"training.not.{pod.id}")
