"""What people last did with a pod by hand, from what was asked here and from when RunPod says it started. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pods.model import Pod, Verb
from pods.operations import Operation, OperationState
from pods.requests import RULE
from pods.schedules import ByHand

#: A start that was asked for here shows at RunPod within this.
_SHOWS_WITHIN: Final = timedelta(minutes=15)
_BEGINS: Final = frozenset({Verb.START, Verb.RESTART})
_NOTHING_CAME: Final = frozenset({OperationState.FAILED, OperationState.CANCELLED})


def started_by_hand(pod: Pod, operations: Sequence[Operation]) -> ByHand | None:
    """The last start by a person; one that nobody asked for here was made elsewhere, and counts as a person's."""
    asked = _last(operations, Verb.START)
    elsewhere = pod.started_at if pod.started_at is not None and not _explained(pod, operations) else None
    if elsewhere is not None and (asked is None or asked.at < elsewhere):
        return ByHand(elsewhere)
    return asked


def stopped_by_hand(operations: Sequence[Operation]) -> ByHand | None:
    return _last(operations, Verb.STOP)


def _last(operations: Sequence[Operation], verb: Verb) -> ByHand | None:
    """The newest operation of this kind by a person that may have had its effect."""
    people = [
        each
        for each in operations
        if each.verb is verb and not each.by.startswith(RULE) and each.state not in _NOTHING_CAME
    ]
    newest = max(people, key=lambda each: each.accepted_at, default=None)
    return ByHand(newest.accepted_at, newest.by) if newest else None


def _explained(pod: Pod, operations: Sequence[Operation]) -> bool:
    """Whether something asked for here made it start when it did."""
    began = pod.started_at
    return began is not None and any(
        each.verb in _BEGINS and each.accepted_at - timedelta(seconds=5) <= began <= each.accepted_at + _SHOWS_WITHIN
        for each in operations
    )
