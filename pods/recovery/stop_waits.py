"""`/pod stop abc123 after checkpoint`: the record of the waiting, and how it ends. Pure.

It never stops without a checkpoint, and never gives up in silence: when none comes by the time that was told, it asks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.messages import Message, card
from pods.model import BILLED, Pod, PodStatus, Record
from pods.recovery.checkpoints import Checkpoints
from pods.recovery.look import Came, Ordered
from pods.times import Instant

#: The deadline where none was given: so many checkpoints' time.
SPANS: Final = 3
#: "Wait on" waits this much longer.
WAIT_ON: Final = timedelta(hours=1)
LOOK_EVERY: Final = timedelta(seconds=20)


class WaitState(StrEnum):
    WAITING = "waiting"
    #: The time is up and no checkpoint came: it asks, and goes on looking.
    ASKING = "asking"
    #: A checkpoint came, or a person said now: the stop is ordered.
    STOPPING = "stopping"
    ENDED = "ended"


class WaitEnd(StrEnum):
    STOPPED = "stopped"
    #: The stop was ordered and could not be done, or not be confirmed.
    NOT_STOPPED = "not_stopped"
    CANCELLED = "cancelled"
    #: It went down otherwise.
    DOWN = "down"
    GONE = "gone"


class StopWait(Record):
    id: str
    pod_id: str
    pod_name: str
    by: str
    team: str
    channel: str
    asked_at: Instant
    until: Instant
    state: WaitState = WaitState.WAITING
    #: The checkpoint it stops after; None: a person said now.
    checkpoint_at: Instant | None = None
    #: Who said now, wait on, or cancel.
    answered_by: str = ""
    end: WaitEnd | None = None
    ended_at: Instant | None = None
    sentence: str = ""
    next_at: Instant | None = None

    @property
    def open(self) -> bool:
        return self.state is not WaitState.ENDED

    @property
    def looks(self) -> bool:
        return self.state in {WaitState.WAITING, WaitState.ASKING}


def advance(wait: StopWait, pod: Pod | None, known: Checkpoints | None, stop: Ordered, now: datetime) -> StopWait:
    """One look. `pod` as the snapshot has it, None: it is gone from it. `stop`: what became of the order, if any."""
    if not wait.open:
        return wait
    if wait.state is WaitState.STOPPING:
        return _stopping(wait, stop, now)
    if pod is None or pod.status not in {*BILLED, PodStatus.UNKNOWN}:
        return _ended(wait, WaitEnd.GONE if pod is None else WaitEnd.DOWN, now)
    return _looking(wait, known, now)


def _looking(wait: StopWait, known: Checkpoints | None, now: datetime) -> StopWait:
    last = known.last_at if known else None
    if last is not None and last > wait.asked_at:
        return _with(wait, state=WaitState.STOPPING, checkpoint_at=last, next_at=now)
    if wait.state is WaitState.WAITING and now >= wait.until:
        return _with(wait, state=WaitState.ASKING, next_at=now + LOOK_EVERY)
    return _with(wait, next_at=now + LOOK_EVERY)


def _stopping(wait: StopWait, stop: Ordered, now: datetime) -> StopWait:
    match stop.came:
        case Came.DONE:
            return _ended(wait, WaitEnd.STOPPED, now)
        case Came.UNORDERED | Came.OPEN | Came.DOUBTFUL:
            return _with(wait, next_at=now + LOOK_EVERY)
    return _with(_ended(wait, WaitEnd.NOT_STOPPED, now), sentence=stop.sentence)


def stop_now(wait: StopWait, by: str, now: datetime) -> StopWait:
    """A person waits no longer. What already stops, or has ended, stays as it is."""
    return _with(wait, state=WaitState.STOPPING, answered_by=by, next_at=now) if wait.looks else wait


def wait_on(wait: StopWait, by: str, now: datetime) -> StopWait:
    if not wait.looks:
        return wait
    return _with(wait, state=WaitState.WAITING, until=max(wait.until, now) + WAIT_ON, answered_by=by, next_at=now)


def cancel(wait: StopWait, by: str, now: datetime) -> StopWait:
    return _with(_ended(wait, WaitEnd.CANCELLED, now), answered_by=by) if wait.looks else wait


def _ended(wait: StopWait, end: WaitEnd, now: datetime) -> StopWait:
    return _with(wait, state=WaitState.ENDED, end=end, ended_at=now, next_at=None)


def _with(wait: StopWait, **changes: object) -> StopWait:
    return wait.model_copy(update=changes)


CARD: Final = "stop-wait"


def own_card(wait: StopWait, now: datetime) -> Message:
    """The one message of the waiting, in the channel where it was asked."""
    return card(CARD, wait.id, user=wait.by, now=now, channel=wait.channel)


def card_key(wait: StopWait) -> str:
    return own_card(wait, wait.asked_at).key


def asking(wait: StopWait, now: datetime) -> Message:
    """An edit calls nobody: the question goes into the thread, once for each time that was told."""
    part = f"ask{int(wait.until.timestamp())}"
    return card(CARD, wait.id, user=wait.by, now=now, channel=wait.channel, part=part, under=card_key(wait))
