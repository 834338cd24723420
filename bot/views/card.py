"""One pod on a card: what it is, what it costs, what a stop or terminate would take, and its buttons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.views import buttons, disks, holds, schedules
from bot.views.figures import at, burn, per_hour, per_month, span
from bot.views.hardware import hardware, telemetry
from bot.views.layout import TEXT_MAX, Said, page, small
from bot.views.text import code, counted, person, prose, ref
from bot.views.verbs import FORMS, STATES
from pods.fleet import Entry, Fleet, Owner, OwnerKind, PodFacts
from pods.holds import Holds
from pods.messages import Content
from pods.model import BILLED, Pod, PodStatus, Verb
from pods.money import dollars, stopped_storage_per_month
from pods.operations import Operation, OperationState

_HOUR_S = 3600
_NOT_KNOWN = "not known"
_PORTS = 10
#: Of the 50 blocks a message takes, what several cards may fill, and room for saying how many are left out.
_BLOCKS = 45
_NOTE = 80


def card(
    pod: Pod,
    *,
    facts: PodFacts | None,
    holder: Operation | None,
    fleet: Fleet,
    may: Collection[Verb],
    now: datetime,
    tz: ZoneInfo,
    held: Holds | None = None,
) -> Content:
    """`may` are the verbs whose buttons the reader gets, if RunPod offers them and nothing has the pod."""
    entry = next((each for each in fleet.entries if each.pod.id == pod.id), None)
    nonce = str(fleet.version)
    key = f"card.{pod.id}.{nonce}"
    if entry is None:
        unlisted = f"{ref(pod)} is not in my list of pods. It may be newer than the list, or gone, or mistyped."
        return page([unlisted, _held(holder, now, tz), small(_read(entry, fleet, now, tz))], key=key)
    offers = [] if holder is not None else buttons.verbs(pod, nonce, may=may)
    paragraphs: list[str | Said] = [
        _headline(pod, entry),
        _held(holder, now, tz),
        "\n".join([*holds.lines(held, now, tz), *schedules.lines(held, now, tz)]),
        "\n".join(each for each in _facts(pod, facts, now, tz) if each),
        _data(pod),
        small(_read(entry, fleet, now, tz)),
    ]
    return page(paragraphs, key=key, buttons=[*offers, buttons.console()])


def together(cards: Sequence[Content]) -> Content:
    """Several cards as one message, as many as Slack takes; the rest are counted."""
    if len(cards) == 1:
        return cards[0]
    kept = _as_many_as_fit(cards)
    left = len(cards) - len(kept)
    more = f"\n{counted(left, 'more pod')} did not fit; ask for fewer at a time." if left else ""
    blocks = [block for each in kept for block in each.blocks]
    if more:
        blocks.extend(page([small(more.strip())], key="more").blocks)
    return Content(text="\n\n".join(each.text for each in kept) + more, blocks=tuple(blocks))


def _as_many_as_fit(cards: Sequence[Content]) -> list[Content]:
    kept: list[Content] = []
    for each in cards:
        tried = [*kept, each]
        words = sum(len(one.text) + 2 for one in tried)
        if kept and (words > TEXT_MAX - _NOTE or sum(len(one.blocks) for one in tried) > _BLOCKS):
            break
        kept = tried
    return kept


def _headline(pod: Pod, entry: Entry) -> str:
    state = STATES[pod.status]
    if entry.missing_since:
        state = f"{state} when last seen, and missing from the last list since"
    return f"{ref(pod)} is *{state}*. {_costs(pod)}"


def _costs(pod: Pod) -> str:
    rate = burn(pod)
    month = stopped_storage_per_month(pod)
    stopped = disks.stopped_cost_short(pod)
    if pod.status in BILLED:
        cost = "What it costs an hour is not known" if rate is None else f"It costs {per_hour(rate)}"
        return f"{cost}; once stopped, {stopped}."
    if pod.status is PodStatus.UNKNOWN:
        return "RunPod gives a state I do not know, so it may be billing."
    if month is None:
        return "What its disks cost is not known."
    if pod.persistent is None:
        return "It costs nothing."
    return f"Its {pod.persistent.size_gb} GB volume disk costs {per_month(month)}."


def _held(holder: Operation | None, now: datetime, tz: ZoneInfo) -> str:
    if holder is None:
        return ""
    forms = FORMS[holder.verb]
    if holder.state is OperationState.WAITING:
        since = at(holder.created_at, now, tz)
        return f"{person(holder.by)}'s {forms.noun} of it waits for an answer since {since}."
    return f"{person(holder.by)} is {forms.ing} it, since {at(holder.accepted_at, now, tz)}."


def _facts(pod: Pod, facts: PodFacts | None, now: datetime, tz: ZoneInfo) -> list[str]:
    where = ", ".join(each for each in (_cloud(pod), code(pod.data_center) if pod.data_center else "") if each)
    said = code(pod.last_status_change, 120) if pod.last_status_change else _NOT_KNOWN
    return [
        f"Owner: {_owner(pod, facts.owner if facts else None)}",
        f"Hardware: {hardware(pod)}, {where or 'place not known'}",
        _up(pod, now, tz),
        f"Use: {telemetry(pod)}" if pod.status in BILLED else "",
        f"Image: {code(pod.image, 120) if pod.image else _NOT_KNOWN}",
        f"Ports: {', '.join(code(each) for each in pod.ports[:_PORTS]) or 'none'}{_more_ports(pod)}",
        f"Connect: {code(pod.ssh_direct.command, 200)}" if pod.ssh_direct else "",
        f"Connect: {code(pod.ssh_proxy.command, 200)}" if pod.ssh_proxy and not pod.ssh_direct else "",
        f"Last change, in RunPod's words: {said}",
        "Locked at RunPod: it cannot be stopped or restarted until it is unlocked there." if pod.locked else "",
        "Part of a RunPod cluster: I do not change it alone." if pod.cluster_id else "",
    ]


def _cloud(pod: Pod) -> str:
    return f"{pod.cloud.value.lower()} cloud" if pod.cloud else ""


def _more_ports(pod: Pod) -> str:
    return f" and {len(pod.ports) - _PORTS} more" if len(pod.ports) > _PORTS else ""


def _up(pod: Pod, now: datetime, tz: ZoneInfo) -> str:
    """Since when, and what that comes to; the price may have changed on the way, so it is an estimate."""
    if pod.status not in BILLED:
        return ""
    if pod.started_at is None:
        return "Up since: not known"
    up = now - pod.started_at
    rate = burn(pod)
    if rate is None:
        return f"Up since: {at(pod.started_at, now, tz)} ({span(up)}), cost so far not known"
    so_far = rate * Decimal(max(0, int(up.total_seconds()))) / _HOUR_S
    return f"Up since: {at(pod.started_at, now, tz)} ({span(up)}), {dollars(so_far)} so far (estimate, not billed)"


def _owner(pod: Pod, owner: Owner | None) -> str:
    if owner is None:
        return f"nobody; {code(f'/pod claim {pod.id}')} makes it yours"
    if owner.kind is OwnerKind.TEAM or owner.user is None:
        return "the team"
    return person(owner.user)


def _data(pod: Pod) -> str:
    """What the two verbs that take something would take, before anybody presses a button."""
    stop = "" if pod.status not in BILLED else f"*If stopped*: {disks.stop_takes(pod)}\n"
    return f"{stop}*If terminated*: {disks.terminate_takes(pod)}"


def _read(entry: Entry | None, fleet: Fleet, now: datetime, tz: ZoneInfo) -> str:
    """How old all this is."""
    seen = f"As listed at {at(entry.seen_at, now, tz)}." if entry else _never(fleet, now, tz)
    if fleet.failing_since is None:
        return seen
    trouble = f" {prose(fleet.trouble)}" if fleet.trouble else ""
    return f"{seen} RunPod has not answered since {at(fleet.failing_since, now, tz)}, so it may differ now.{trouble}"


def _never(fleet: Fleet, now: datetime, tz: ZoneInfo) -> str:
    if fleet.listed_at is None:
        return "I have not been able to list the pods yet."
    return f"The last list is from {at(fleet.listed_at, now, tz)}."
