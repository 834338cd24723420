"""How a recovery moves: (record, what this step saw) -> record. Pure.

A step reads the lost pod and the one made for the try under way, and what became of the order. It never assumes: a try
ends by what was read, a new pod is only ordered while the lost one is read as not running, and what a try brought that
must not run is taken back before anything else is tried. What must stand ordered follows from the record alone
(`recovery.pending`), so that a worker that takes over a dead one orders the same thing again, which is the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from pods.model import BILLED, STARTABLE, Pod, PodStatus
from pods.recovery import (
    BILLED_AT_MOST,
    UP_WITHIN,
    Attempt,
    Husk,
    Offer,
    Recovery,
    Result,
    State,
    TakenOver,
    Why,
    breaker_open,
    gap,
    next_try_at,
    pending,
)
from pods.recovery_offers import PASSING, Bar, Barred, Market, choices

#: How soon a step looks again: while a try is under way, and while RunPod cannot be asked.
SOON: Final = timedelta(seconds=10)
BLIND: Final = timedelta(seconds=30)
#: Two readings of "not there" must be this far apart.
ABSENT_FOR: Final = timedelta(seconds=20)


class Sight(Enum):
    """What was read of a pod in this step, where it is no pod."""

    #: RunPod says there is none, and a list made in the same step lacks it.
    ABSENT = auto()
    #: It could not be read.
    UNREAD = auto()
    #: There was nothing to read.
    NONE = auto()


Seen = Pod | Sight


class Came(Enum):
    """What became of an order."""

    #: Not on record: it must be ordered (again).
    UNORDERED = auto()
    OPEN = auto()
    DONE = auto()
    NO_ROOM = auto()
    REFUSED = auto()
    #: Ended without a call.
    CALLED_OFF = auto()
    #: Called, and nobody knows yet whether it had its effect; somebody still looks.
    DOUBTFUL = auto()
    #: The same, and nobody looks any more.
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    came: Came
    #: Of a create that is done.
    pod_id: str | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything but the record that a step decides upon."""

    now: datetime
    lost: Seen
    #: The pod of the try under way, or the one that runs in the lost one's place.
    new: Seen
    #: The order that `recovery.pending` names.
    order: Ordered | None
    #: The create or start of the try under way, where `order` is what takes it back.
    first: Ordered | None
    market: Market
    #: RunPod answers, and what it said is of now.
    healthy: bool
    taken_over: TakenOver | None = None


def advance(recovery: Recovery, look: Look) -> Recovery:
    """The record after one step; the same object where there is nothing to do."""
    if recovery.over:
        return recovery
    if not look.healthy or look.lost is Sight.UNREAD or look.new is Sight.UNREAD:
        return _with(recovery, blind_since=recovery.blind_since or look.now, next_at=look.now + BLIND)
    recovery = _presence(_with(recovery, blind_since=None), look)
    attempt = recovery.current
    if attempt is not None:
        return _follow(recovery, attempt, look)
    return _choose(recovery, look) if recovery.state is State.TRYING else _tidy(recovery, look)


def runs(seen: Seen) -> bool:
    """Whether a pod is read as doing, or about to do, its work."""
    return isinstance(seen, Pod) and seen.status in BILLED and not without_gpu(seen)


def without_gpu(pod: Pod) -> bool:
    return pod.status is PodStatus.RUNNING and pod.gpu is not None and pod.gpu.count == 0


def _presence(recovery: Recovery, look: Look) -> Recovery:
    """Whether the lost pod is still there: gone only by two readings."""
    if look.lost is not Sight.ABSENT:
        return _with(recovery, absent_since=None, gone=False)
    since = recovery.absent_since or look.now
    return _with(recovery, absent_since=since, gone=recovery.gone or look.now - since >= ABSENT_FOR)


# -- between tries


def _choose(recovery: Recovery, look: Look) -> Recovery:
    """Nothing is under way: end, wait, or begin a try."""
    if (ended := _ends(recovery, look)) is not None:
        return ended
    if (waits := _settling(recovery, look)) is not None:
        return _with(recovery, next_at=look.now + waits)
    if recovery.next_at is not None and look.now < recovery.next_at:
        return recovery
    every = choices(recovery, look.market)
    if not _any_hope(every):
        return _end(recovery, State.REFUSED, _hopeless(recovery, every), look.now)
    tried = {each.offer.key for each in recovery.attempts if each.round == recovery.round}
    offer = next((each for each in every if isinstance(each, Offer) and each.key not in tried), None)
    if offer is None:
        later = recovery.round + 1
        return _with(recovery, round=later, next_at=look.now + gap(later))
    return _begin(recovery, offer, look.now)


def _settling(recovery: Recovery, look: Look) -> timedelta | None:
    """How long until readings say more of the lost pod; None: what it is, is certain."""
    if look.lost is Sight.ABSENT and not recovery.gone:
        return ABSENT_FOR
    # Coming up, TERMINATED, or a word this version does not know: the next readings decide.
    return SOON if isinstance(look.lost, Pod) and look.lost.status not in STARTABLE else None


def _begin(recovery: Recovery, offer: Offer, now: datetime) -> Recovery:
    if (allowed := next_try_at(recovery, now)) > now:
        return _with(recovery, next_at=allowed)
    if recovery.spent(now) + _may_cost(offer) > recovery.rule.budget:
        return _end(recovery, State.GAVE_UP, Why.BUDGET, now)
    return _try(recovery, offer, now)


def _ends(recovery: Recovery, look: Look) -> Recovery | None:
    now = look.now
    if runs(look.lost) and isinstance(look.lost, Pod) and look.lost.status is PodStatus.RUNNING:
        return _end(recovery, State.STOOD_DOWN, Why.CAME_BACK, now)
    if look.taken_over is not None:
        taken = _with(recovery, taken_over=look.taken_over)
        return _end(taken, State.STOOD_DOWN, Why.TAKEN_OVER, now)
    if recovery.stop_by is not None:
        return _end(recovery, State.STOPPED, Why.ASKED, now)
    if isinstance(look.lost, Pod) and (no := _untouchable(look.lost)) is not None:
        return _end(recovery, State.REFUSED, no, now)
    if breaker_open(recovery):
        return _end(recovery, State.GAVE_UP, Why.BREAKER, now)
    return _end(recovery, State.GAVE_UP, Why.DEADLINE, now) if now >= recovery.deadline else None


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
    return offer.price * int(BILLED_AT_MOST.total_seconds()) / 3600


def _try(recovery: Recovery, offer: Offer, now: datetime) -> Recovery:
    attempt = Attempt(
        number=len(recovery.attempts) + 1,
        round=recovery.round,
        offer=offer,
        at=now,
        pod_id=None if offer.creates else recovery.lost.id,
    )
    return _with(recovery, attempts=(*recovery.attempts, attempt), next_at=now + SOON)


# -- a try under way


def _follow(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    recovery = _with(recovery, next_at=look.now + SOON)
    if attempt.withdraw is not None:
        return _take_back(recovery, attempt, look)
    if attempt.offer.creates and (why := _call_off(recovery, look)) is not None:
        taken = look.taken_over if why is Why.TAKEN_OVER else recovery.taken_over
        return _attempt(_with(recovery, taken_over=taken), attempt, withdraw=why)
    return _created(recovery, attempt, look) if attempt.offer.creates else _resumed(recovery, attempt, look)


def _call_off(recovery: Recovery, look: Look) -> Why | None:
    """Why the pod being made must not come to run beside, or against, what happened meanwhile."""
    if runs(look.lost):
        return Why.CAME_BACK
    if look.taken_over is not None:
        return Why.TAKEN_OVER
    return Why.ASKED if recovery.stop_by is not None else None


def _resumed(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    now, lost, order = look.now, look.lost, look.order or Ordered(came=Came.UNORDERED)
    if isinstance(lost, Pod) and lost.status is PodStatus.RUNNING:
        return _runs(recovery, _rated(attempt, lost), lost, look)
    if order.came in {Came.UNORDERED, Came.OPEN}:
        return recovery
    if isinstance(lost, Pod) and lost.status in BILLED:
        # It comes up, whatever became of the order.
        return _rising(recovery, attempt, lost, look)
    # A start that is not confirmed calls no more, so what is read as stopped stays so.
    down = isinstance(lost, Pod) and lost.status in {*STARTABLE, PodStatus.TERMINATED}
    return _failed(recovery, attempt, _result(order), order.sentence, now) if down or recovery.gone else recovery


def _rising(recovery: Recovery, attempt: Attempt, pod: Pod, look: Look) -> Recovery:
    if _too_dear(recovery, pod) and look.order is not None and look.order.came is Came.DONE:
        return _attempt(recovery, _rated(attempt, pod), withdraw=Why.TOO_DEAR)
    late = look.now - attempt.at >= UP_WITHIN
    return _attempt(recovery, attempt, withdraw=Why.NEVER_UP) if late else recovery


def _created(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    now, order = look.now, look.order or Ordered(came=Came.UNORDERED)
    if order.came in {Came.UNORDERED, Came.OPEN, Came.DOUBTFUL}:
        return recovery
    if order.came is Came.UNCLEAR:
        ended = _closed(recovery, attempt, Result.UNCLEAR, order.sentence, now)
        return _end(ended, State.GAVE_UP, Why.UNCLEAR, now)
    if order.came is not Came.DONE or order.pod_id is None:
        return _failed(recovery, attempt, _result(order), order.sentence, now)
    if attempt.pod_id is None:
        return _attempt(recovery, attempt, pod_id=order.pod_id)
    return _coming(recovery, attempt, look)


def _coming(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    """The pod exists: it runs, it comes up, or it fell."""
    now, new = look.now, look.new
    if isinstance(new, Pod) and new.status is PodStatus.RUNNING:
        return _runs(recovery, _rated(attempt, new), new, look)
    if _too_dear(recovery, new):
        return _attempt(recovery, _rated(attempt, new), withdraw=Why.TOO_DEAR)
    if isinstance(new, Pod) and new.status in STARTABLE:
        return _attempt(recovery, attempt, withdraw=Why.NEVER_UP)
    if new is Sight.ABSENT or (isinstance(new, Pod) and new.status is PodStatus.TERMINATED):
        return _vanished(recovery, attempt, now)
    recovery = _attempt(recovery, attempt, absent_since=None)
    current = recovery.current or attempt
    return _attempt(recovery, current, withdraw=Why.NEVER_UP) if now - attempt.at >= UP_WITHIN else recovery


def _vanished(recovery: Recovery, attempt: Attempt, now: datetime) -> Recovery:
    since = attempt.absent_since or now
    if now - since < ABSENT_FOR:
        return _attempt(recovery, attempt, absent_since=since)
    return _failed(recovery, attempt, Result.DIED, "", now)


def _runs(recovery: Recovery, attempt: Attempt, pod: Pod, look: Look) -> Recovery:
    """It runs: for good, unless without its GPU or for more than it may cost."""
    if without_gpu(pod):
        return _attempt(recovery, attempt, withdraw=Why.NO_GPU)
    if _too_dear(recovery, pod):
        return _attempt(recovery, attempt, withdraw=Why.TOO_DEAR)
    order = look.order or Ordered(came=Came.UNORDERED)
    if not attempt.offer.creates and order.came in {Came.UNORDERED, Came.CALLED_OFF, Came.NO_ROOM, Came.REFUSED}:
        # RunPod refused us, or was not asked, and yet it runs: somebody else's doing.
        closed = _closed(recovery, attempt, Result.CALLED_OFF, "", look.now)
        return _end(closed, State.STOOD_DOWN, Why.CAME_BACK, look.now)
    up = _attempt(recovery, attempt, result=Result.UP, up_at=look.now, ended_at=look.now)
    back = _end(up, State.BACK, None, look.now)
    if attempt.offer.creates:
        return _with(back, next_at=look.now)
    return _with(back, husk=Husk.KEPT, facts_moved=True)


def _too_dear(recovery: Recovery, seen: Seen) -> bool:
    """Whether it is read as costing more than the cap, whatever the catalog had said."""
    if not isinstance(seen, Pod) or not seen.cost_known:
        return False
    return recovery.cap is None or seen.cost_per_hour > recovery.cap


def _rated(attempt: Attempt, seen: Seen) -> Attempt:
    """The try with what its pod really costs an hour."""
    if not isinstance(seen, Pod) or not seen.cost_known or seen.cost_per_hour <= attempt.offer.price:
        return attempt
    return attempt.model_copy(update={"rate": seen.cost_per_hour})


# -- taking a try back


def _take_back(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    now, first = look.now, look.first or Ordered(came=Came.UNORDERED)
    if attempt.pod_id is None:
        return _nothing_to_take_back(recovery, attempt, first, now)
    undone = look.order or Ordered(came=Came.UNORDERED)
    if _is_down(attempt, look):
        return _taken_back(recovery, attempt, now)
    if undone.came in {Came.UNORDERED, Came.OPEN, Came.DOUBTFUL}:
        return recovery
    if undone.came is Came.DONE:
        # RunPod confirmed it; a reading that lags behind does not change that.
        return _taken_back(recovery, attempt, now)
    if not attempt.offer.creates and runs(look.lost):
        # It has its GPU after all, or somebody made it so.
        closed = _closed(recovery, attempt, Result.CALLED_OFF, undone.sentence, now)
        return _end(closed, State.STOOD_DOWN, Why.CAME_BACK, now)
    closed = _with(_closed(recovery, attempt, Result.UNCLEAR, undone.sentence, now), stray=attempt.pod_id)
    return _end(closed, State.GAVE_UP, Why.NOT_TAKEN_BACK, now)


def _nothing_to_take_back(recovery: Recovery, attempt: Attempt, first: Ordered, now: datetime) -> Recovery:
    """The create is not known to have made a pod: it is called off, or its pod becomes known."""
    if first.came is Came.DONE and first.pod_id is not None:
        return _attempt(recovery, attempt, pod_id=first.pod_id)
    if first.came in {Came.OPEN, Came.DOUBTFUL}:
        return recovery
    if first.came is Came.UNCLEAR:
        closed = _closed(recovery, attempt, Result.UNCLEAR, first.sentence, now)
        return _end(closed, State.GAVE_UP, Why.UNCLEAR, now)
    result = Result.CALLED_OFF if first.came in {Came.UNORDERED, Came.CALLED_OFF} else _result(first)
    return _failed(recovery, attempt, result, first.sentence, now)


def _is_down(attempt: Attempt, look: Look) -> bool:
    seen = look.new if attempt.offer.creates else look.lost
    if not isinstance(seen, Pod):
        return False
    return seen.status is PodStatus.TERMINATED if attempt.offer.creates else seen.status in STARTABLE


def _taken_back(recovery: Recovery, attempt: Attempt, now: datetime) -> Recovery:
    return _failed(recovery, attempt, Result.TAKEN_BACK, attempt.sentence, now)


def _failed(recovery: Recovery, attempt: Attempt, result: Result, sentence: str, now: datetime) -> Recovery:
    """The try is over; the next choice is made at once."""
    return _with(_closed(recovery, attempt, result, sentence, now), next_at=now)


def _closed(recovery: Recovery, attempt: Attempt, result: Result, sentence: str, now: datetime) -> Recovery:
    return _attempt(recovery, attempt, result=result, sentence=sentence, ended_at=now)


def _result(order: Ordered) -> Result:
    return _RESULTS.get(order.came, Result.DIED)


_RESULTS: Final = {
    Came.NO_ROOM: Result.NO_ROOM,
    Came.REFUSED: Result.REFUSED,
    Came.CALLED_OFF: Result.CALLED_OFF,
}


# -- once another pod runs


def _tidy(recovery: Recovery, look: Look) -> Recovery:
    """What is known of the pod moves to the new one, then its remains go, if the rule says so."""
    now = look.now
    if not recovery.facts_moved:
        return _with(recovery, next_at=now + SOON)
    if recovery.husk is Husk.OPEN:
        return _husk(recovery, look)
    if recovery.husk is Husk.GOING:
        return _cleared(recovery, look)
    return _with(recovery, next_at=None)


def _husk(recovery: Recovery, look: Look) -> Recovery:
    if recovery.gone:
        return _with(recovery, husk=Husk.GONE, next_at=None)
    if look.lost is Sight.ABSENT:
        return _with(recovery, next_at=look.now + ABSENT_FOR)
    if not recovery.rule.terminate_husk:
        return _with(recovery, husk=Husk.KEPT, next_at=None)
    if not may_clear(recovery, look.lost, look.new):
        return _with(recovery, husk=Husk.LEFT, next_at=None)
    return _with(recovery, husk=Husk.GOING, next_at=look.now + SOON)


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
        return _with(recovery, next_at=look.now + SOON)
    husk = Husk.TERMINATED if order.came is Came.DONE else Husk.GONE if recovery.gone else Husk.LEFT
    return _with(recovery, husk=husk, next_at=None)


def _end(recovery: Recovery, state: State, why: Why | None, now: datetime) -> Recovery:
    return _with(recovery, state=state, why=why, ended_at=now, next_at=None)


def _attempt(recovery: Recovery, attempt: Attempt, **changes: object) -> Recovery:
    after = attempt.model_copy(update=changes)
    return _with(recovery, attempts=(*recovery.attempts[:-1], after))


def _with(recovery: Recovery, **changes: object) -> Recovery:
    return recovery.model_copy(update=changes)


__all__ = ["Came", "Look", "Ordered", "Seen", "Sight", "advance", "may_clear", "pending", "runs", "without_gpu"]
