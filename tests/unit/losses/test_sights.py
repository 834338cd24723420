"""What a list makes of what was known of a pod."""

from __future__ import annotations

import pytest

from pods.list_views import View
from pods.losses import LossKind
from pods.model import Gpu, Pod, PodStatus
from pods.sights import Sight, Stage, at_rest, looked, recovered, well_again
from tests.unit.losses.scenes import RULES, down, lost, running, seen, silent, suspect, watched
from tests.unit.pods.builders import at

NO_GPU = Gpu(id="NVIDIA H100 80GB HBM3", count=0)


@pytest.mark.parametrize("status", [each for each in PodStatus if each is not PodStatus.RUNNING])
def test_a_pod_never_seen_running_is_not_watched(status: PodStatus) -> None:
    assert looked(None, seen(down(status)), RULES) is None


def test_a_steady_pod_is_the_same_sight_at_every_list() -> None:
    sight = watched()
    for poll in range(1, 200):
        assert looked(sight, seen(running(3600 + 30 * poll), 30.0 * poll), RULES) is sight


@pytest.mark.parametrize(
    ("views", "kind"),
    [
        ((seen(down(), 30),), LossKind.EXITED),
        ((seen(down(PodStatus.ERROR), 30),), LossKind.ERROR),
        ((seen(down(PodStatus.TERMINATED), 30),), LossKind.GONE),
        ((seen(None, 30),), LossKind.GONE),
        ((seen(running(5), 30),), LossKind.RESTARTED),
        (
            (seen(running(3630, started_at=at(-9000)), 30), seen(running(3630, started_at=at(40)), 60)),
            LossKind.RESTARTED,
        ),
        ((seen(running(3630, gpu=NO_GPU), 30),), LossKind.ZERO_GPU),
        ((seen(silent(), 30), seen(silent(), 90)), LossKind.CONTAINER_EXIT),
        # What is not said, or known, or over before it was sure, proves nothing.
        ((seen(down(PodStatus.UNKNOWN), 30),), None),
        ((seen(down(PodStatus.STARTING), 30),), None),
        ((seen(silent(), 30),), None),
        ((seen(silent(), 30), seen(running(3660), 60), seen(silent(), 95)), None),
        ((seen(running(0), 30),), None),
        # Figures that stand still, or come in whole minutes, or had none before.
        ((seen(running(3600), 30),), None),
        ((seen(running(3600), 3000),), None),
        ((seen(running(3595), 30, before_uptime=3601),), None),
        ((seen(running(40), 30, before_uptime=None),), None),
        ((seen(running(25), 60, before_uptime=20),), None),
        ((seen(running(15), 60, before_uptime=20),), LossKind.RESTARTED),
        ((seen(running(3595), 0),), None),
        ((seen(down(), 30), seen(running(3660), 60)), None),
        ((seen(None, 30), seen(running(3660), 60)), None),
    ],
)
def test_what_looks_like_a_loss_is_suspected_and_nothing_else(views: tuple[View, ...], kind: LossKind | None) -> None:
    sight = watched(*views)
    assert (sight.suspicion.kind if sight.suspicion else None) is kind
    assert sight.stage is (Stage.SUSPECT if kind else Stage.WELL)


def test_a_suspicion_knows_since_when_and_when_it_was_well() -> None:
    sight = suspect(LossKind.EXITED)
    assert sight.suspicion is not None
    assert (sight.suspicion.well_at, sight.suspicion.since) == (at(0), at(30))


def test_absence_counts_from_the_first_list_that_lacked_it() -> None:
    sight = watched(seen(None, 60, missing_since=30))
    assert sight.suspicion is not None
    assert sight.suspicion.since == at(30)


def test_a_pod_without_telemetry_is_not_suspected_for_its_silence() -> None:
    mute = looked(None, seen(silent()), RULES)
    for poll in range(1, 30):
        mute = looked(mute, seen(silent(), 30.0 * poll), RULES)
    assert mute is not None
    assert mute.suspicion is None


@pytest.mark.parametrize(
    ("kind", "pod", "seconds", "well"),
    [
        (LossKind.EXITED, running(10), 300, True),
        (LossKind.ERROR, running(10), 300, True),
        (LossKind.GONE, running(4000), 400, True),
        (LossKind.ZERO_GPU, running(10), 300, True),
        (LossKind.CONTAINER_EXIT, running(10), 300, True),
        (LossKind.RESTARTED, running(275), 300, False),
        (LossKind.RESTARTED, running(605), 630, True),
        (LossKind.EXITED, down(), 300, False),
        (LossKind.EXITED, down(PodStatus.STARTING), 300, False),
        (LossKind.EXITED, running(10, gpu=NO_GPU), 300, False),
        (LossKind.EXITED, silent(), 300, False),
    ],
)
def test_a_lost_pod_is_well_again_when_it_runs_speaks_and_has_its_gpus(
    kind: LossKind, pod: Pod, seconds: float, well: bool
) -> None:
    view = seen(pod, seconds, before_uptime=None)
    sight = looked(lost(kind), view, RULES)
    assert sight is not None
    assert recovered(sight, view) is well


@pytest.mark.parametrize(
    ("was", "view", "worse"),
    [
        (LossKind.EXITED, seen(down(), 60), None),
        (LossKind.EXITED, seen(down(PodStatus.ERROR), 60), None),
        (LossKind.EXITED, seen(None, 60), LossKind.GONE),
        (LossKind.CONTAINER_EXIT, seen(down(), 120), LossKind.EXITED),
        (LossKind.RESTARTED, seen(down(), 60), LossKind.EXITED),
        (LossKind.GONE, seen(None, 60), None),
        # It is back, so its new container is no further restart.
        (LossKind.EXITED, seen(running(5), 60), None),
    ],
)
def test_while_it_is_lost_only_what_is_worse_is_news(was: LossKind, view: View, worse: LossKind | None) -> None:
    sight = looked(lost(was), view, RULES)
    assert sight is not None
    assert (sight.suspicion.kind if sight.suspicion else None) is worse


def test_a_pod_at_rest_is_watched_anew_once_it_runs() -> None:
    resting = at_rest(suspect(LossKind.EXITED), at(30))
    assert looked(resting, seen(down(), 60), RULES) is resting
    assert looked(resting, seen(None, 60), RULES) is resting
    again = looked(resting, seen(running(5), 90), RULES)
    assert again is not None
    assert again.stage is Stage.WELL
    assert looked(again, seen(down(), 120), RULES) != again


def test_well_again_forgets_the_loss() -> None:
    view = seen(running(5), 300)
    sight: Sight = well_again(lost(LossKind.EXITED), view)
    assert (sight.stage, sight.loss_id, sight.lost_by) == (Stage.WELL, "", None)
    assert looked(sight, seen(running(35), 330, before_uptime=5), RULES) is sight


def test_a_list_that_is_older_than_the_last_change_says_nothing() -> None:
    """Two watchers: the slower one's list still shows the pod running."""
    sight = lost(LossKind.EXITED)
    stale = seen(running(3620), 20)
    assert not recovered(sight, stale)
    assert looked(sight, stale, RULES) is sight
    doubtful = suspect(LossKind.EXITED)
    assert looked(doubtful, stale, RULES) is doubtful
