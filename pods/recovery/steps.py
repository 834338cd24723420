"""How a recovery moves: (record, what this step saw) -> record. Pure.

A step reads the lost pod and the one made for the try under way, and what became of the order. It never assumes: a try
ends by what was read, a new pod is only ordered while the lost one is read as not running, and what a try brought that
must not run is taken back before anything else is tried. What must stand ordered follows from the record alone
(`orders.pending`), so that a worker that takes over a dead one orders the same thing again, which is the same order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from pods.model import STARTABLE, Pod, PodStatus
from pods.recovery.attempts import BILLED_AT_MOST, HOUR_S, Attempt, Offer, Why
from pods.recovery.chain import breaker_open
from pods.recovery.look import Came, Look, Ordered, Seen, Sight, runs, without_gpu
from pods.recovery.offers import PASSING, Bar, Barred, choices
from pods.recovery.record import Husk, Recovery, State, changed, end, gap, next_try_at
from pods.recovery.tries import ABSENT_FOR, SOON, follow

#: While RunPod cannot be asked.
BLIND: Final = timedelta(seconds=30)


def advance(recovery: Recovery, look: Look) -> Recovery:
    """The record after one step; the same object where there is nothing to do."""
    if recovery.over:
        return recovery
    if not look.healthy or look.lost is Sight.UNREAD or look.new is Sight.UNREAD:
        return changed(recovery, blind_since=recovery.blind_since or look.now, next_at=look.now + BLIND)
    recovery = _presence(changed(recovery, blind_since=None), look)
    attempt = recovery.current
    if attempt is not None:
        return follow(recovery, attempt, look)
    return _choose(recovery, look) if recovery.state is State.TRYING else _tidy(recovery, look)


def _presence(recovery: Recovery, look: Look) -> Recovery:
    """Whether the lost pod is still there: gone only by two readings."""
    if look.lost is not Sight.ABSENT:
        return changed(recovery, absent_since=None, gone=False)
    since = recovery.absent_since or look.now
    return changed(recovery, absent_since=since, gone=recovery.gone or look.now - since >= ABSENT_FOR)


# -- between tries


def _choose(recovery: Recovery, look: Look) -> Recovery:
    """Nothing is under way: end, wait, or begin a try."""
    if (ended := _ends(recovery, look)) is not None:
        return ended
    if (waits := _settling(recovery, look)) is not None:
        return changed(recovery, next_at=look.now + waits)
    if recovery.next_at is not None and look.now < recovery.next_at:
        return recovery
    every = choices(recovery, look.market)
    if not _any_hope(every):
        return end(recovery, State.REFUSED, _hopeless(recovery, every), look.now)
    tried = {each.offer.key for each in recovery.attempts if each.round == recovery.round}
    offer = next((each for each in every if isinstance(each, Offer) and each.key not in tried), None)
    if offer is None:
        later = recovery.round + 1
        return _waits(changed(recovery, round=later), look.now + gap(later), look.now)
    return _begin(recovery, offer, look.now)


def _waits(recovery: Recovery, until: datetime, now: datetime) -> Recovery:
    """Until then, or until the deadline, so that its end is told in time."""
    return changed(recovery, next_at=min(until, recovery.deadline) if recovery.deadline > now else until)


def _settling(recovery: Recovery, look: Look) -> timedelta | None:
    """How long until readings say more of the lost pod; None: what it is, is certain."""
    if look.lost is Sight.ABSENT and not recovery.gone:
        return ABSENT_FOR
    # Coming up, TERMINATED, or a word this version does not know: the next readings decide.
    return SOON if isinstance(look.lost, Pod) and look.lost.status not in STARTABLE else None


def _begin(recovery: Recovery, offer: Offer, now: datetime) -> Recovery:
    if (allowed := next_try_at(recovery, now)) > now:
        return _waits(recovery, allowed, now)
    if recovery.spent(now) + _may_cost(offer) > recovery.rule.budget:
        return end(recovery, State.GAVE_UP, Why.BUDGET, now)
    return _try(recovery, offer, now)


def _ends(recovery: Recovery, look: Look) -> Recovery | None:
    now = look.now
    if runs(look.lost) and isinstance(look.lost, Pod) and look.lost.status is PodStatus.RUNNING:
        return end(recovery, State.STOOD_DOWN, Why.CAME_BACK, now)
    if look.taken_over is not None:
        taken = changed(recovery, taken_over=look.taken_over)
        return end(taken, State.STOOD_DOWN, Why.TAKEN_OVER, now)
    if recovery.stop_by is not None:
        return end(recovery, State.STOPPED, Why.ASKED, now)
    if isinstance(look.lost, Pod) and (no := _untouchable(look.lost)) is not None:
        return end(recovery, State.REFUSED, no, now)
    if breaker_open(recovery.chain, recovery.rule):
        return end(recovery, State.GAVE_UP, Why.BREAKER, now)
    return end(recovery, State.GAVE_UP, Why.DEADLINE, now) if now >= recovery.deadline else None


def _untouchable(pod: Pod) -> Why | None:
    rules = ((pod.cluster_id is not None, Why.CLUSTER), (pod.locked, Why.LOCKED), (without_gpu(pod), Why.ZERO_GPU))
    return next((why for so, why in rules if so), None)


def _any_hope(every: tuple[Offer | Barred, ...]) -> bool:
    return any(isinstance(each, Offer) or each.bar in PASSING for each in every)


def _hopeless(recovery: Recovery, every: tuple[Offer | Barred, ...]) -> Why:
    bars = {each.bar for each in every if isinstance(each, Barred)}
    if bars & {Bar.HOST_LOCAL, Bar.MOUNTS_UNKNOWN}:
        return Why.DATA_GONE if recovery.gone else Why.HOST_LOCAL
    if Bar.ENV_LOST in bars:
        return Why.ENV_LOST
    return Why.NO_SPEC if Bar.NO_SPEC in bars else Why.NOTHING_LEFT


def _may_cost(offer: Offer) -> Decimal:
    return offer.price * int(BILLED_AT_MOST.total_seconds()) / HOUR_S


def _try(recovery: Recovery, offer: Offer, now: datetime) -> Recovery:
    attempt = Attempt(
        number=len(recovery.attempts) + 1,
        round=recovery.round,
        offer=offer,
        at=now,
        pod_id=None if offer.creates else recovery.lost.id,
    )
    return changed(recovery, attempts=(*recovery.attempts, attempt), next_at=now + SOON)


# -- once another pod runs


def _tidy(recovery: Recovery, look: Look) -> Recovery:
    """What is known of the pod moves to the new one, then its remains go, if the rule says so."""
    now = look.now
    if not recovery.facts_moved:
        return changed(recovery, next_at=now + SOON)
    if recovery.husk is Husk.OPEN:
        return _husk(recovery, look)
    if recovery.husk is Husk.GOING:
        return _cleared(recovery, look)
    return changed(recovery, next_at=None)


def _husk(recovery: Recovery, look: Look) -> Recovery:
    if recovery.gone:
        return changed(recovery, husk=Husk.GONE, next_at=None)
    if look.lost is Sight.ABSENT:
        return changed(recovery, next_at=look.now + ABSENT_FOR)
    if not recovery.rule.terminate_husk:
        return changed(recovery, husk=Husk.KEPT, next_at=None)
    if not may_clear(recovery, look.lost, look.new):
        return changed(recovery, husk=Husk.LEFT, next_at=None)
    return changed(recovery, husk=Husk.GOING, next_at=look.now + SOON)


def may_clear(recovery: Recovery, lost: Seen, new: Seen) -> bool:
    """Whether the remains may go: stopped, nothing on a disk of their own, and the work read as running elsewhere."""
    if not isinstance(lost, Pod) or lost.status not in STARTABLE or lost.locked or lost.cluster_id is not None:
        return False
    if lost.persistent is not None or not lost.mounts_known or recovery.empty_copy:
        return False
    return isinstance(new, Pod) and new.status is PodStatus.RUNNING and not without_gpu(new) and new.id != lost.id


def _cleared(recovery: Recovery, look: Look) -> Recovery:
    order = look.order or Ordered(came=Came.UNORDERED)
    if order.came in {Came.UNORDERED, Came.OPEN, Came.DOUBTFUL}:
        return changed(recovery, next_at=look.now + SOON)
    husk = Husk.TERMINATED if order.came is Came.DONE else Husk.GONE if recovery.gone else Husk.LEFT
    return changed(recovery, husk=husk, next_at=None)
