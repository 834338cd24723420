"""Deleting a network volume: asked, confirmed by who asked, and told as gone only once it was read as gone. Pure.

A volume outlives every pod, so nothing gives it back. It is deleted only while it hangs on no pod, as read in the very
step that calls, and only while it still is what was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.errors import ProviderError, RateLimited, Refused, VolumeNotFound
from pods.gates import CONFIRM_FOR
from pods.model import Pod, Record
from pods.offers import NetworkVolume
from pods.times import Instant

#: From the confirmation until a person is told that it is not confirmed.
DEADLINE: Final = timedelta(minutes=4)
#: It counts as gone after two readings this far apart, and a list without it.
ABSENT_FOR: Final = timedelta(seconds=20)
CALL_TAKES: Final = timedelta(seconds=15)
LOOK_EVERY: Final = timedelta(seconds=5)
MAX_CALLS: Final = 4


class DeletionState(StrEnum):
    #: Shown to who asked, who has not answered.
    ASKED = "asked"
    ACCEPTED = "accepted"
    #: A worker is about to call RunPod, or was when it died: whether the call was made is not known.
    CALLING = "calling"
    #: RunPod was called; the effect is being read back.
    CONFIRMING = "confirming"
    GONE = "gone"
    #: It certainly still is there, or nothing was called.
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_OPEN: Final = frozenset({DeletionState.ACCEPTED, DeletionState.CALLING, DeletionState.CONFIRMING})


class VolumeDeletion(Record):
    v: int = 1
    id: str
    #: As it was shown; if it no longer is that, nothing is called.
    volume: NetworkVolume
    by: str
    team: str
    channel: str
    thread_ts: str | None = None
    state: DeletionState = DeletionState.ASKED
    asked_at: Instant
    accepted_at: Instant | None = None
    next_at: Instant | None = None
    calls: int = 0
    called_at: Instant | None = None
    absent_since: Instant | None = None
    ended_at: Instant | None = None
    #: It was gone before anything was called.
    before_us: bool = False
    #: Why it was not done, or the last trouble on the way: a sentence.
    why: str = ""
    runpod_request: str | None = None

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + CONFIRM_FOR

    @property
    def deadline(self) -> datetime:
        return (self.accepted_at or self.asked_at) + DEADLINE

    @property
    def open(self) -> bool:
        """A worker has something to do."""
        return self.state in _OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One step's reading. `volume` of None: RunPod says there is no such volume."""

    volume: NetworkVolume | None
    #: What a list read in the same step said; None: it could not be read.
    listed: bool | None
    #: Every pod, read in the same step; None: they could not be read.
    pods: tuple[Pod, ...] | None


@dataclass(frozen=True, slots=True)
class Step:
    deletion: VolumeDeletion
    call: bool = False


def confirmed(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    """Let go by who asked; past its time it has expired instead. What was decided before stays decided."""
    if deletion.state is not DeletionState.ASKED:
        return deletion
    if now >= deletion.expires_at:
        return expired(deletion, now)
    return _moved(deletion, state=DeletionState.ACCEPTED, accepted_at=now, next_at=now)


def cancelled(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    if deletion.state is not DeletionState.ASKED:
        return deletion
    return _moved(deletion, state=DeletionState.CANCELLED, ended_at=now)


def expired(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    if deletion.state is not DeletionState.ASKED or now < deletion.expires_at:
        return deletion
    return _moved(deletion, state=DeletionState.EXPIRED, ended_at=now)


def not_allowed(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    """Who asked lost the right between the asking and the call."""
    return _not_done(deletion, "Who asked for it may no longer delete network volumes here.", now)


def after_sight(deletion: VolumeDeletion, sight: Sight | ProviderError, now: datetime) -> Step:
    if not deletion.open:
        return Step(deletion)
    if isinstance(sight, ProviderError):
        return Step(_unread(deletion, sight, now))
    if sight.volume is None:
        return Step(_absent(deletion, sight, now))
    return _there(_moved(deletion, absent_since=None), sight.volume, sight.pods, now)


def _there(deletion: VolumeDeletion, volume: NetworkVolume, pods: tuple[Pod, ...] | None, now: datetime) -> Step:
    if now >= deletion.deadline:
        return Step(_too_late(deletion, now))
    if not _may_call(deletion, now):
        return Step(_later(deletion, now))
    if pods is None:
        return Step(_later(_moved(deletion, why="RunPod's list of pods could not be read."), now))
    if (why := _against(deletion, volume, pods)) is not None:
        return Step(_not_done(deletion, why, now))
    calling = _moved(
        deletion, state=DeletionState.CALLING, calls=deletion.calls + 1, called_at=now, next_at=now + CALL_TAKES
    )
    return Step(calling, call=True)


def _against(deletion: VolumeDeletion, volume: NetworkVolume, pods: tuple[Pod, ...]) -> str | None:
    """Why it must not be called, if so."""
    if (volume.name, volume.size_gb) != (deletion.volume.name, deletion.volume.size_gb):
        return "It is no longer what was shown: its name or its size changed."
    for pod in pods:
        if pod.network is not None and pod.network.volume_id == deletion.volume.id:
            return f"The pod {pod.name} ({pod.id}) uses it. Terminate that pod first, if its data may go."
        if not pod.mounts_known:
            return f"RunPod does not say what the pod {pod.name} ({pod.id}) has mounted, so it may be this volume."
    return None


def _may_call(deletion: VolumeDeletion, now: datetime) -> bool:
    """Once; and again where nothing shows of a call that may never have been made."""
    if not deletion.calls or deletion.called_at is None:
        return True
    return deletion.calls < MAX_CALLS and now >= deletion.called_at + CALL_TAKES


def _absent(deletion: VolumeDeletion, sight: Sight, now: datetime) -> VolumeDeletion:
    since = deletion.absent_since or now
    deletion = _moved(deletion, absent_since=since)
    if now - since >= ABSENT_FOR and sight.listed is False:
        gone = {"state": DeletionState.GONE, "ended_at": now, "next_at": None, "before_us": not deletion.calls}
        return _moved(deletion, **gone)
    if now >= deletion.deadline:
        return _too_late(deletion, now)
    return _moved(deletion, next_at=min(now + ABSENT_FOR, deletion.deadline))


def _unread(deletion: VolumeDeletion, error: ProviderError, now: datetime) -> VolumeDeletion:
    deletion = _moved(deletion, why=error.sentence)
    if isinstance(error, Refused) and error.final and not deletion.calls:
        return _not_done(deletion, error.sentence, now)
    if now >= deletion.deadline:
        return _too_late(deletion, now)
    wait = timedelta(seconds=error.retry_after_s) if isinstance(error, RateLimited) else LOOK_EVERY
    return _moved(deletion, next_at=min(now + wait, deletion.deadline))


def after_call(deletion: VolumeDeletion, result: str | ProviderError | None, now: datetime) -> VolumeDeletion:
    """`result`: RunPod's request id or None where it took the order, else its error."""
    if not isinstance(result, ProviderError):
        return _moved(deletion, state=DeletionState.CONFIRMING, runpod_request=result, next_at=now)
    deletion = _moved(deletion, state=DeletionState.CONFIRMING, why=result.sentence, next_at=now + LOOK_EVERY)
    if isinstance(result, VolumeNotFound):
        return _moved(deletion, absent_since=now, next_at=now + ABSENT_FOR)
    if not isinstance(result, Refused):
        return deletion
    if result.final and deletion.calls <= 1:
        return _not_done(_moved(deletion, calls=0), result.sentence, now)
    wait = timedelta(seconds=result.retry_after_s) if isinstance(result, RateLimited) else LOOK_EVERY
    return _moved(deletion, calls=deletion.calls - 1, next_at=min(now + wait, deletion.deadline))


def _too_late(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    if not deletion.calls:
        return _not_done(deletion, deletion.why or "RunPod could not be asked in time.", now)
    return _moved(deletion, state=DeletionState.UNKNOWN, ended_at=now, next_at=None)


def _not_done(deletion: VolumeDeletion, why: str, now: datetime) -> VolumeDeletion:
    return _moved(deletion, state=DeletionState.NOT_DONE, why=why, ended_at=now, next_at=None)


def _later(deletion: VolumeDeletion, now: datetime) -> VolumeDeletion:
    return _moved(deletion, next_at=min(now + LOOK_EVERY, deletion.deadline))


def _moved(deletion: VolumeDeletion, **changes: object) -> VolumeDeletion:
    return deletion.model_copy(update=changes)
