"""What the detector remembers of one pod, and what the newest list makes of it. Pure.

A sight is written only when something changed, so a steady fleet costs no write. Whatever looks like a loss is a
suspicion first: `pods.suspicions` decides upon a second reading what it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.containers import began_anew, began_at, lost_gpus
from pods.list_views import View
from pods.loss_rules import LossRules
from pods.losses import LossKind, bare
from pods.model import Pod, PodStatus, Record, Value
from pods.times import Instant

#: Silence that is looked at.
SILENT_FOR: Final = timedelta(seconds=60)
#: A container that began anew and ran for this long runs.
STEADY_FOR: Final = timedelta(minutes=10)
RESTARTS_KEPT: Final = 20
#: States that say by themselves that a pod's work has ended.
DOWN: Final = {
    PodStatus.EXITED: LossKind.EXITED,
    PodStatus.ERROR: LossKind.ERROR,
    PodStatus.TERMINATED: LossKind.GONE,
}
_RESTARTS: Final = frozenset({LossKind.RESTARTED, LossKind.CRASH_LOOP})
#: How far down each is; while a pod is lost only what is worse is news.
_DEPTH: Final = {
    LossKind.RESTARTED: 0,
    LossKind.CRASH_LOOP: 0,
    LossKind.ZERO_GPU: 1,
    LossKind.CONTAINER_EXIT: 2,
    LossKind.EXITED: 3,
    LossKind.ERROR: 3,
    LossKind.GONE: 4,
}


class Stage(StrEnum):
    WELL = "well"
    SUSPECT = "suspect"
    #: A loss was confirmed and it is not well again.
    LOST = "lost"
    #: It was stopped because somebody asked for it, or its loss ended otherwise. Looked at again when it runs.
    RESTING = "resting"


class Suspicion(Value):
    kind: LossKind
    #: The newest look at which it was well.
    well_at: Instant
    #: The first list that showed it.
    since: Instant
    #: Direct readings that settled nothing, and when the next is due.
    reads: int = 0
    next_at: Instant


class Sight(Record):
    pod_id: str
    stage: Stage = Stage.WELL
    #: The list or reading of its last change: an older one says nothing any more.
    looked_at: Instant
    #: As last seen well, without live figures.
    pod: Pod
    #: When the container that runs began; None: neither a start time nor an uptime was ever said.
    began_at: Instant | None = None
    #: Its runtime was seen, so that its absence says something.
    spoke: bool = False
    #: Since when it runs without saying anything of its container.
    silent_since: Instant | None = None
    #: When it began anew, as far back as a crash loop is counted.
    restarts: tuple[Instant, ...] = ()
    suspicion: Suspicion | None = None
    #: While its loss lasts.
    loss_id: str = ""
    lost_by: LossKind | None = None


def looked(sight: Sight | None, view: View, rules: LossRules) -> Sight | None:
    """The sight after a list; the same one where the list brings nothing new, None for what was never seen running."""
    if sight is None:
        return _first(view)
    if view.at < sight.looked_at:
        return sight
    after = _resting(sight, view) if sight.stage is Stage.RESTING else _watched(sight, view, rules)
    return changed(after, looked_at=view.at) if after is not sight else sight


def _first(view: View) -> Sight | None:
    pod = view.pod
    if pod is None or pod.status is not PodStatus.RUNNING:
        return None
    return Sight(
        pod_id=pod.id,
        looked_at=view.at,
        pod=bare(pod),
        began_at=began_at(pod, view.at),
        spoke=pod.runtime is not None,
    )


def _resting(sight: Sight, view: View) -> Sight:
    if view.pod is None or view.pod.status is not PodStatus.RUNNING:
        return sight
    return changed(
        sight,
        stage=Stage.WELL,
        pod=bare(view.pod),
        began_at=began_at(view.pod, view.at),
        spoke=view.pod.runtime is not None,
        silent_since=None,
        suspicion=None,
        loss_id="",
        lost_by=None,
    )


def _watched(sight: Sight, view: View, rules: LossRules) -> Sight:
    sight = _heard(sight, view)
    kind = _wrong(sight, view)
    if kind is None and sight.suspicion is not None and sight.suspicion.kind is LossKind.RESTARTED:
        # Its young container grows older and is no proof against that: the second look decides.
        return sight
    if kind is None or not is_news(sight, kind):
        return _cleared(sight, view, rules)
    if sight.suspicion is not None:
        if sight.suspicion.kind is kind:
            return sight
        return changed(sight, suspicion=sight.suspicion.model_copy(update={"kind": kind, "next_at": view.at}))
    since = view.missing_since or sight.silent_since or view.at
    well_at = min(view.before_at or since, since, _young_since(kind, view) or since)
    suspicion = Suspicion(kind=kind, well_at=well_at, since=since, next_at=view.at)
    return changed(sight, stage=Stage.SUSPECT, suspicion=suspicion)


def _young_since(kind: LossKind, view: View) -> datetime | None:
    """When the young container began; it may be before the last list, if nobody looked."""
    if kind is not LossKind.RESTARTED or view.pod is None or not view.pod.uptime_s:
        return None
    return view.at - timedelta(seconds=view.pod.uptime_s)


def _heard(sight: Sight, view: View) -> Sight:
    """Keep since when a running pod has said nothing of its container."""
    pod = view.pod
    if pod is None or pod.status is not PodStatus.RUNNING:
        return sight
    if pod.runtime is not None:
        return changed(sight, spoke=True, silent_since=None)
    return changed(sight, silent_since=sight.silent_since or view.at) if sight.spoke else sight


def _wrong(sight: Sight, view: View) -> LossKind | None:
    """What is wrong by this list; None also for what cannot be known from it."""
    pod = view.pod
    if pod is None:
        return LossKind.GONE
    if pod.status is not PodStatus.RUNNING:
        return DOWN.get(pod.status)
    if lost_gpus(sight.pod, pod):
        return LossKind.ZERO_GPU
    if began_anew(sight.pod, sight.began_at, view):
        return LossKind.RESTARTED
    silent = sight.silent_since is not None and view.at - sight.silent_since >= SILENT_FOR
    return LossKind.CONTAINER_EXIT if silent else None


def is_news(sight: Sight, kind: LossKind) -> bool:
    """Whether a pod that is lost already is worse off by this. One that runs anew after it went down is back."""
    if sight.lost_by is None:
        return True
    if kind in _RESTARTS:
        return sight.lost_by in _RESTARTS
    return _DEPTH[kind] > _DEPTH[sight.lost_by]


def _cleared(sight: Sight, view: View, rules: LossRules) -> Sight:
    """Nothing is wrong by this list; a pod that is lost is well again when it runs, speaks and has its GPUs."""
    pod = view.pod
    if pod is None or pod.status is not PodStatus.RUNNING or (sight.spoke and pod.runtime is None):
        # Starting, unknown or silent: neither wrong nor well.
        return sight
    if sight.loss_id:
        # Whether it is well again is decided by `recovered`.
        return changed(sight, stage=Stage.LOST, suspicion=None)
    recent = tuple(each for each in sight.restarts if view.at - each < rules.crash_window)
    began = sight.began_at or began_at(pod, view.at)
    return changed(sight, stage=Stage.WELL, suspicion=None, pod=bare(pod), began_at=began, restarts=recent)


def recovered(sight: Sight, view: View) -> bool:
    """Whether a lost pod is well by this list: running, speaking, with GPUs, and steady where it had begun anew."""
    pod = view.pod
    if view.at < sight.looked_at:
        return False
    if sight.stage is not Stage.LOST or pod is None or pod.status is not PodStatus.RUNNING:
        return False
    if (sight.spoke and pod.runtime is None) or lost_gpus(sight.pod, pod):
        return False
    if sight.lost_by not in _RESTARTS:
        return True
    began = began_at(pod, view.at) or sight.began_at
    return began is not None and view.at - began >= STEADY_FOR


def well_again(sight: Sight, view: View) -> Sight:
    """The sight of a pod whose loss ended because it runs."""
    if view.pod is None:
        raise ValueError("a pod that is well was seen")
    return changed(
        sight,
        stage=Stage.WELL,
        looked_at=view.at,
        pod=bare(view.pod),
        began_at=began_at(view.pod, view.at),
        suspicion=None,
        silent_since=None,
        loss_id="",
        lost_by=None,
    )


def at_rest(sight: Sight, now: datetime) -> Sight:
    """What became of it is settled: nobody asks again until it runs."""
    resting = changed(sight, stage=Stage.RESTING, suspicion=None, silent_since=None, loss_id="", lost_by=None)
    return changed(resting, looked_at=now)


def cleared(sight: Sight, now: datetime) -> Sight:
    """The suspicion was wrong, or told nothing new of a pod that is lost already."""
    stage = Stage.LOST if sight.loss_id else Stage.WELL
    return changed(sight, stage=stage, suspicion=None, silent_since=None, looked_at=now)


def given_up(sight: Sight, loss_id: str, kind: LossKind, now: datetime) -> Sight:
    """The loss of it was confirmed."""
    return changed(sight, stage=Stage.LOST, suspicion=None, loss_id=loss_id, lost_by=kind, looked_at=now)


def begun(sight: Sight, pod: Pod, at: datetime, rules: LossRules) -> Sight:
    """The sight once a restart was confirmed: counted, and the new container is the known one."""
    began = began_at(pod, at) or at
    kept = tuple(each for each in (*sight.restarts, began) if at - each < rules.crash_window)
    return changed(sight, pod=bare(pod), began_at=began, restarts=kept[-RESTARTS_KEPT:], silent_since=None)


def changed(sight: Sight, **changes: object) -> Sight:
    """The sight so changed, or the same one where nothing differs."""
    if all(getattr(sight, name) == value for name, value in changes.items()):
        return sight
    return sight.model_copy(update=changes)
