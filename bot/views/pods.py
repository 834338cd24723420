"""The fleet as a list, and one pod as a card. What RunPod did not say is told as not known, never as nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.views.card import card, together
from bot.views.figures import at, burn, per_hour, per_month
from bot.views.hardware import hardware
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import code, counted, listed, person, prose, ref
from bot.views.verbs import STATES
from pods.fleet import Entry, Fleet, OwnerKind, PodFacts, owners
from pods.messages import Content
from pods.model import BILLED, Pod, PodStatus
from pods.money import stopped_storage_per_month

__all__ = ["card", "listing", "together"]

SHOWN = 40
NO_NOTES: Mapping[str, str] = MappingProxyType({})
_NO_BURN = "Nothing is billed by the hour."
_ROOM = 900


def listing(
    entries: Sequence[Entry],
    *,
    facts: Mapping[str, PodFacts],
    fleet: Fleet,
    filters: Sequence[str],
    viewer: str,
    now: datetime,
    tz: ZoneInfo,
    notes: Mapping[str, str] = NO_NOTES,
) -> Content:
    """Running pods first, then the dearest, up to 40 with the rest counted; and how old the figures are.

    `notes` by pod id: what else a row says, such as until when the pod is kept.
    """
    key = f"list.{fleet.version}"
    urgent, age = _urgent(fleet, now, tz), _age(fleet, now, tz)
    if not entries:
        return page([urgent, _nothing(fleet, filters), small(age)], key=key)
    ranked = sorted(entries, key=_rank)
    pods = [entry.pod for entry in ranked]
    head = f"{_head(pods, filters)} {_burn(pods)}"
    rows = [_row(entry, facts, viewer, now, tz, note=notes.get(entry.pod.id, "")) for entry in ranked]
    foot = f"{age} `/pod status ID` shows one with its buttons."
    told = (urgent, head, *_fitted(rows, [_line(entry) for entry in ranked]), foot)
    return page(
        [urgent, head, "\n".join(fitting(rows, BLOCKS_MAX - _ROOM, most=SHOWN)), small(foot)],
        key=key,
        text="\n".join(each for each in told if each),
    )


def _fitted(rows: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The whole rows if the text has room for all of them, else the short lines."""
    whole = fitting(rows, TEXT_MAX - _ROOM)
    return whole if len(whole) == len(rows) else fitting(lines, TEXT_MAX - _ROOM, most=SHOWN)


def _rank(entry: Entry) -> tuple[bool, Decimal, str, str]:
    pod = entry.pod
    return (pod.status not in BILLED, -pod.cost_per_hour, pod.name, pod.id)


def _nothing(fleet: Fleet, filters: Sequence[str]) -> str:
    if fleet.listed_at is None:
        return "I have not been able to list the pods yet, so I cannot say what there is."
    if filters and fleet.entries:
        return f"No pod of {len(fleet.entries):,} matches {_filtered(filters)}."
    return "There are no pods on the account. Nothing is billed by the hour."


def _filtered(filters: Sequence[str]) -> str:
    """Mentions as names, the other words as typed."""
    return " ".join(each if each.startswith("<@") else code(each) for each in filters)


def _head(pods: Sequence[Pod], filters: Sequence[str]) -> str:
    """7 pods: 5 running, 2 stopped."""
    counts: dict[str, int] = {}
    for pod in pods:
        word = STATES[pod.status]
        counts[word] = counts.get(word, 0) + 1
    matching = f" matching {_filtered(filters)}" if filters else ""
    return f"{counted(len(pods), 'pod')}{matching}: {listed([f'{number} {word}' for word, number in counts.items()])}."


def _burn(pods: Sequence[Pod]) -> str:
    """What they cost together now, with what that leaves out."""
    running = [pod for pod in pods if pod.status in BILLED or pod.status is PodStatus.UNKNOWN]
    known = [pod.cost_per_hour for pod in running if pod.cost_known]
    stopped = [stopped_storage_per_month(pod) for pod in pods if pod.status is PodStatus.EXITED]
    month = sum((each for each in stopped if each is not None), Decimal(0))
    left_out = len(running) - len(known)
    parts = [f"Together {per_hour(sum(known, Decimal(0)))} (estimate, from RunPod's prices)." if running else _NO_BURN]
    if left_out:
        parts.append(f"That leaves out {counted(left_out, 'pod')} whose cost is not known.")
    if month or None in stopped:
        unknown = f"; what {counted(stopped.count(None), 'pod')} has on disk is not known" if None in stopped else ""
        parts.append(f"Stopped disks {per_month(month)}{unknown}.")
    return " ".join(parts)


def _urgent(fleet: Fleet, now: datetime, tz: ZoneInfo) -> str:
    """What is shown may no longer be so."""
    if fleet.failing_since is None:
        return ""
    trouble = f" {prose(fleet.trouble)}" if fleet.trouble else ""
    last = f" What follows is from {at(fleet.listed_at, now, tz)}." if fleet.listed_at else ""
    return f"*RunPod has not answered since {at(fleet.failing_since, now, tz)}.*{trouble}{last}"


def _age(fleet: Fleet, now: datetime, tz: ZoneInfo) -> str:
    if fleet.listed_at is None:
        return "Never listed."
    return f"Listed at {at(fleet.listed_at, now, tz)}."


def _line(entry: Entry) -> str:
    """The same row for a screen reader or a push notification."""
    return f"{_state(entry)} {ref(entry.pod)}: {_cost(entry.pod)}"


def _row(entry: Entry, facts: Mapping[str, PodFacts], viewer: str, now: datetime, tz: ZoneInfo, *, note: str) -> str:
    pod = entry.pod
    rest = [hardware(pod), _since(pod, now, tz), _owner(facts, pod.id, viewer), "locked" if pod.locked else "", note]
    return f"*{_state(entry)}* {ref(pod)}: {_cost(pod)}\n        {', '.join(each for each in rest if each)}"


def _state(entry: Entry) -> str:
    word = STATES[entry.pod.status]
    return f"{word} (missing from the last list)" if entry.missing_since else word


def _cost(pod: Pod) -> str:
    rate = burn(pod)
    if pod.status in BILLED or pod.status is PodStatus.UNKNOWN:
        return "cost not known" if rate is None else per_hour(rate)
    month = stopped_storage_per_month(pod)
    if month is None:
        return "disk cost not known"
    return f"disk {per_month(month)}" if month else "no cost"


def _since(pod: Pod, now: datetime, tz: ZoneInfo) -> str:
    if pod.status not in BILLED:
        return ""
    return f"up since {at(pod.started_at, now, tz)}" if pod.started_at else "up since not known"


def _owner(facts: Mapping[str, PodFacts], pod_id: str, viewer: str) -> str:
    owner = owners(facts, pod_id)
    if owner is None:
        return "nobody's"
    if owner.kind is OwnerKind.TEAM or owner.user is None:
        return "the team's"
    return "yours" if owner.user == viewer else person(owner.user)
