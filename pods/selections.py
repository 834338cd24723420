"""Pods that were described instead of named: which of them a verb is for, and which are left out, by name. Pure.

What is left out is told with its reason before and after; the rest goes on. Nothing is asked of a pod that the person
was not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pods.fleet import Entry
from pods.model import BILLED, STARTABLE, Pod, PodStatus, Value, Verb
from pods.steps import LOCK_FORBIDS

#: More than these fit into no message that shows each with its price and what it would lose.
MOST: Final = 60


class Why(StrEnum):
    """Why a pod that was described is not touched."""

    LOCKED = "locked"
    CLUSTER = "cluster"
    #: Missing from RunPod's last list.
    MISSING = "missing"
    #: Somebody else's, who would have to be asked.
    OWNER = "owner"


class LeftOut(Value):
    pod_id: str
    pod_name: str
    why: Why
    #: Whose it is, where that is the reason.
    owner: str | None = None


class Selection(Value):
    """How the pods of a request were described, and what of that is not touched."""

    #: As repeated to people: "mine", "older than 14d".
    words: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


_STATES: Final[Mapping[Verb, frozenset[PodStatus]]] = {
    Verb.STOP: BILLED,
    Verb.START: STARTABLE,
    Verb.RESTART: frozenset({PodStatus.RUNNING}),
}
_STANDING: Final = frozenset(PodStatus) - {PodStatus.TERMINATED, PodStatus.UNKNOWN}


def meant_for(verb: Verb, pod: Pod) -> bool:
    """Whether the verb would change anything about the pod as it was last seen. A state nobody knows is not touched."""
    if verb in {Verb.LOCK, Verb.UNLOCK}:
        return pod.status in _STANDING and pod.locked is (verb is Verb.UNLOCK)
    return pod.status in _STATES.get(verb, _STANDING)


def untouchable(verb: Verb, entry: Entry) -> Why | None:
    pod = entry.pod
    if entry.missing_since is not None:
        return Why.MISSING
    if pod.cluster_id:
        return Why.CLUSTER
    return Why.LOCKED if pod.locked and verb in LOCK_FORBIDS else None


def left_out(pod: Pod, why: Why, owner: str | None = None) -> LeftOut:
    return LeftOut(pod_id=pod.id, pod_name=pod.name, why=why, owner=owner)
