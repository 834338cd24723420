"""A try under way: how it ends by what was read, and how what it brought is taken back where it must not run. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pods.model import BILLED, STARTABLE, Pod, PodStatus
from pods.recovery.attempts import UP_WITHIN, Attempt, Result, Why
from pods.recovery.look import Came, Look, Ordered, Seen, Sight, runs, without_gpu
from pods.recovery.record import Husk, Recovery, State, changed, end

#: How soon a step looks again while a try is under way.
SOON: Final = timedelta(seconds=10)
#: Two readings of "not there" must be this far apart.
ABSENT_FOR: Final = timedelta(seconds=20)


def follow(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    recovery = changed(recovery, next_at=look.now + SOON)
    if attempt.withdraw is not None:
        return _take_back(recovery, attempt, look)
    if attempt.offer.creates and (why := _call_off(recovery, look)) is not None:
        taken = look.taken_over if why is Why.TAKEN_OVER else recovery.taken_over
        return with_attempt(changed(recovery, taken_over=taken), attempt, withdraw=why)
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
        return with_attempt(recovery, _rated(attempt, pod), withdraw=Why.TOO_DEAR)
    late = look.now - attempt.at >= UP_WITHIN
    return with_attempt(recovery, attempt, withdraw=Why.NEVER_UP) if late else recovery


def _created(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    now, order = look.now, look.order or Ordered(came=Came.UNORDERED)
    if order.came in {Came.UNORDERED, Came.OPEN, Came.DOUBTFUL}:
        return recovery
    if order.came is Came.UNCLEAR:
        ended = _closed(recovery, attempt, Result.UNCLEAR, order.sentence, now)
        return end(ended, State.GAVE_UP, Why.UNCLEAR, now)
    if order.came is not Came.DONE or order.pod_id is None:
        return _failed(recovery, attempt, _result(order), order.sentence, now)
    if attempt.pod_id is None:
        return with_attempt(recovery, attempt, pod_id=order.pod_id)
    return _coming(recovery, attempt, look)


def _coming(recovery: Recovery, attempt: Attempt, look: Look) -> Recovery:
    """The pod exists: it runs, it comes up, or it fell."""
    now, new = look.now, look.new
    if isinstance(new, Pod) and new.status is PodStatus.RUNNING:
        return _runs(recovery, _rated(attempt, new), new, look)
    if _too_dear(recovery, new):
        return with_attempt(recovery, _rated(attempt, new), withdraw=Why.TOO_DEAR)
    if isinstance(new, Pod) and new.status in STARTABLE:
        return with_attempt(recovery, attempt, withdraw=Why.NEVER_UP)
    if new is Sight.ABSENT or (isinstance(new, Pod) and new.status is PodStatus.TERMINATED):
        return _vanished(recovery, attempt, now)
    recovery = with_attempt(recovery, attempt, absent_since=None)
    current = recovery.current or attempt
    return with_attempt(recovery, current, withdraw=Why.NEVER_UP) if now - attempt.at >= UP_WITHIN else recovery


def _vanished(recovery: Recovery, attempt: Attempt, now: datetime) -> Recovery:
    since = attempt.absent_since or now
    if now - since < ABSENT_FOR:
        return with_attempt(recovery, attempt, absent_since=since)
    return _failed(recovery, attempt, Result.DIED, "", now)


def _runs(recovery: Recovery, attempt: Attempt, pod: Pod, look: Look) -> Recovery:
    """It runs: for good, unless without its GPU or for more than it may cost."""
    if without_gpu(pod):
        return with_attempt(recovery, attempt, withdraw=Why.NO_GPU)
    if _too_dear(recovery, pod):
        return with_attempt(recovery, attempt, withdraw=Why.TOO_DEAR)
    order = look.order or Ordered(came=Came.UNORDERED)
    if not attempt.offer.creates and order.came in {Came.UNORDERED, Came.CALLED_OFF, Came.NO_ROOM, Came.REFUSED}:
        # RunPod refused us, or was not asked, and yet it runs: somebody else's doing.
        closed = _closed(recovery, attempt, Result.CALLED_OFF, "", look.now)
        return end(closed, State.STOOD_DOWN, Why.CAME_BACK, look.now)
    up = with_attempt(recovery, attempt, result=Result.UP, up_at=look.now, ended_at=look.now)
    back = end(up, State.BACK, None, look.now)
    if attempt.offer.creates:
        return changed(back, next_at=look.now)
    return changed(back, husk=Husk.KEPT, facts_moved=True)


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
        return end(closed, State.STOOD_DOWN, Why.CAME_BACK, now)
    closed = changed(_closed(recovery, attempt, Result.UNCLEAR, undone.sentence, now), stray=attempt.pod_id)
    return end(closed, State.GAVE_UP, Why.NOT_TAKEN_BACK, now)


def _nothing_to_take_back(recovery: Recovery, attempt: Attempt, first: Ordered, now: datetime) -> Recovery:
    """The create is not known to have made a pod: it is called off, or its pod becomes known."""
    if first.came is Came.DONE and first.pod_id is not None:
        return with_attempt(recovery, attempt, pod_id=first.pod_id)
    if first.came in {Came.OPEN, Came.DOUBTFUL}:
        return recovery
    if first.came is Came.UNCLEAR:
        closed = _closed(recovery, attempt, Result.UNCLEAR, first.sentence, now)
        return end(closed, State.GAVE_UP, Why.UNCLEAR, now)
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
    return changed(_closed(recovery, attempt, result, sentence, now), next_at=now)


def _closed(recovery: Recovery, attempt: Attempt, result: Result, sentence: str, now: datetime) -> Recovery:
    return with_attempt(recovery, attempt, result=result, sentence=sentence, ended_at=now)


def _result(order: Ordered) -> Result:
    return _RESULTS.get(order.came, Result.DIED)


_RESULTS: Final = {
    Came.NO_ROOM: Result.NO_ROOM,
    Came.REFUSED: Result.REFUSED,
    Came.CALLED_OFF: Result.CALLED_OFF,
}


def with_attempt(recovery: Recovery, attempt: Attempt, **changes: object) -> Recovery:
    after = attempt.model_copy(update=changes)
    return changed(recovery, attempts=(*recovery.attempts[:-1], after))
