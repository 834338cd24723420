"""Pods, lists and losses for the tables of the detector. Times are seconds from one noon."""

from __future__ import annotations

from pods.fleet import Entry, Fleet
from pods.list_views import View, view_of
from pods.loss_rules import LossRules
from pods.losses import Loss, LossKind
from pods.model import Gpu, Pod, PodStatus, Runtime
from pods.protection import Stake
from pods.sights import Sight, Stage, begun, looked
from tests.unit.pods.builders import at, pod

RULES = LossRules()
POLL_S = 30
NO_GPU = Gpu(id="NVIDIA H100 80GB HBM3", count=0)


def running(uptime_s: int = 3600, /, **changes: object) -> Pod:
    return pod(PodStatus.RUNNING, **{"runtime": Runtime(uptime_s=uptime_s), "started_at": None} | changes)


def down(status: PodStatus = PodStatus.EXITED, /, **changes: object) -> Pod:
    return pod(status, started_at=None, **changes)


def silent() -> Pod:
    return running().model_copy(update={"runtime": None})


def seen(
    one: Pod | None, seconds: float = 0, *, missing_since: float | None = None, before_uptime: int | None = 3600
) -> View:
    """The pod in a list at that second; None: the list lacks it."""
    since = at(seconds if missing_since is None else missing_since)
    return View(
        pod=one,
        at=at(seconds),
        missing_since=None if one else since,
        before_at=at(seconds - POLL_S),
        before_uptime_s=before_uptime,
    )


def watched(*views: View, rules: LossRules = RULES) -> Sight:
    """The sight of a pod that was well an hour into its run, after these lists."""
    sight = looked(None, seen(running()), rules)
    for view in views:
        sight = looked(sight, view, rules)
    assert sight is not None
    return sight


def suspect(kind: LossKind) -> Sight:
    """Suspected of this since the list at second 30."""
    views = {
        LossKind.EXITED: (seen(down(), 30),),
        LossKind.ERROR: (seen(down(PodStatus.ERROR), 30),),
        LossKind.GONE: (seen(None, 30),),
        LossKind.RESTARTED: (seen(running(5), 30),),
        LossKind.ZERO_GPU: (seen(running(3630, gpu=NO_GPU), 30),),
        LossKind.CONTAINER_EXIT: (seen(silent(), 30), seen(silent(), 90)),
    }
    sight = watched(*views[kind])
    assert sight.suspicion is not None
    assert sight.suspicion.kind is kind
    return sight


def lost(kind: LossKind) -> Sight:
    """Its loss of this kind was confirmed."""
    sight = suspect(kind)
    if kind is LossKind.RESTARTED:
        sight = begun(sight, running(5), at(30), RULES)
    return sight.model_copy(update={"stage": Stage.LOST, "suspicion": None, "loss_id": "l1", "lost_by": kind})


def loss(name: str = "l1", kind: LossKind = LossKind.EXITED, /, **changes: object) -> Loss:
    usual = Loss(
        id=name,
        pod_id=f"pod-{name}",
        pod=running(id=f"pod-{name}", name=f"train-{name}"),
        kind=kind,
        stake=Stake.PROTECTED,
        well_at=at(0),
        seen_at=at(30),
        confirmed_at=at(30),
    )
    return usual.model_copy(update=changes)


def listed(*pods: Pod, seconds: float = 0) -> Fleet:
    entries = tuple(Entry(pod=each, seen_at=at(seconds)) for each in pods)
    return Fleet(version=1, entries=entries, listed_at=at(seconds), tried_at=at(seconds))


__all__ = ["RULES", "down", "listed", "loss", "lost", "running", "seen", "silent", "suspect", "view_of", "watched"]
