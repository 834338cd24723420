"""What speaks against an order of a recovery in the moment of its call. Pure; the last look before RunPod is asked.

Between the order and the call the pod may have come back, a person may have said stop, another worker may have gone
on. So the call is held against the newest record and against readings made in the same step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pods.model import STARTABLE, Pod, PodStatus
from pods.recovery.attempts import Attempt
from pods.recovery.look import Seen, Sight, runs, without_gpu
from pods.recovery.orders import Deed, Order, subject
from pods.recovery.record import Husk, Recovery, State
from pods.recovery.steps import may_clear

MOVED_ON: Final = "The recovery has moved on."
RUNS_AGAIN: Final = "The lost pod runs again, so no second copy is made."
NOT_CERTAIN: Final = "Whether the lost pod still runs is not certain, so no second copy is made."
OUTBID: Final = "RunPod asks for a higher bid than the rule allows for this try."
NOT_OURS: Final = "That is not the pod this recovery made."
STILL_NEEDED: Final = "The replacement is not read as running, so the old pod stays."


def objection(recovery: Recovery | None, order: Order, lost: Seen, new: Seen) -> str | None:
    """The sentence that calls the order off; None: nothing speaks against it."""
    return MOVED_ON if recovery is None else _RULES[order.deed](recovery, order, lost, new)


def _current(recovery: Recovery, order: Order) -> Attempt | None:
    attempt = recovery.current
    return attempt if attempt is not None and subject(recovery, attempt) == order.subject else None


def _start(recovery: Recovery, order: Order, lost: Seen, new: Seen) -> str | None:
    del new
    attempt = _current(recovery, order)
    if attempt is None or attempt.withdraw is not None or attempt.offer.creates or order.pod_id != recovery.lost.id:
        return MOVED_ON
    if not isinstance(lost, Pod) or runs(lost):
        return NOT_CERTAIN
    return OUTBID if _asks_more(attempt, lost) else None


def _asks_more(attempt: Attempt, pod: Pod) -> bool:
    """Whether RunPod starts a spot pod only for a higher bid than this try may make."""
    return pod.bid_to_resume is not None and attempt.offer.bid is not None and pod.bid_to_resume > attempt.offer.bid


def _create(recovery: Recovery, order: Order, lost: Seen, new: Seen) -> str | None:
    del new
    attempt = _current(recovery, order)
    if attempt is None or attempt.withdraw is not None or not attempt.offer.creates or attempt.pod_id is not None:
        return MOVED_ON
    if recovery.stop_by is not None:
        return MOVED_ON
    if runs(lost):
        return RUNS_AGAIN
    away = lost is Sight.ABSENT and recovery.gone
    down = isinstance(lost, Pod) and lost.status in STARTABLE
    return None if away or down else NOT_CERTAIN


def _stop(recovery: Recovery, order: Order, lost: Seen, new: Seen) -> str | None:
    """Only what this try itself started, and only while that is still what is wrong with it."""
    del new
    attempt = _current(recovery, order)
    if attempt is None or attempt.withdraw is None or attempt.offer.creates or order.pod_id != recovery.lost.id:
        return MOVED_ON
    if not isinstance(lost, Pod):
        return NOT_CERTAIN
    if lost.status is not PodStatus.RUNNING or without_gpu(lost):
        return None
    dear = lost.cost_known and recovery.cap is not None and lost.cost_per_hour > recovery.cap
    return None if dear else RUNS_AGAIN


def _terminate(recovery: Recovery, order: Order, lost: Seen, new: Seen) -> str | None:
    del lost, new
    attempt = _current(recovery, order)
    if attempt is None or attempt.withdraw is None or not attempt.offer.creates:
        return MOVED_ON
    return None if order.pod_id == attempt.pod_id and order.pod_id != recovery.lost.id else NOT_OURS


def _clear(recovery: Recovery, order: Order, lost: Seen, new: Seen) -> str | None:
    if recovery.state is not State.BACK or recovery.husk is not Husk.GOING or order.subject != recovery.id:
        return MOVED_ON
    if order.pod_id != recovery.lost.id or not recovery.rule.terminate_husk:
        return MOVED_ON
    return None if may_clear(recovery, lost, new) else STILL_NEEDED


_RULES: Final[dict[Deed, Callable[[Recovery, Order, Seen, Seen], str | None]]] = {
    Deed.START: _start,
    Deed.CREATE: _create,
    Deed.STOP: _stop,
    Deed.TERMINATE: _terminate,
    Deed.CLEAR: _clear,
}
