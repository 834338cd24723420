"""When a pod's container began, and whether it is another one than before. Pure.

RunPod says it by the start time and by the uptime, and either may be missing, stand still or come in whole minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pods.list_views import View
from pods.model import Pod

#: Uptimes are whole seconds, and a list takes some seconds to read.
UPTIME_SLACK: Final = timedelta(seconds=10)
#: Uptimes in whole minutes are this far off.
UNSEEN_SLACK: Final = timedelta(seconds=90)


def lost_gpus(known: Pod, pod: Pod) -> bool:
    return pod.gpu is not None and pod.gpu.count == 0 and known.gpu is not None and known.gpu.count > 0


def began_anew(known: Pod, began: datetime | None, view: View) -> bool:
    """Whether the container is younger than the one of the list before. Figures that stand still prove nothing."""
    pod = view.pod
    if pod is None:
        return False
    if _later_start(known, pod):
        return True
    uptime, before = pod.uptime_s, view.before_uptime_s
    if not uptime or not before or uptime == before:
        return False
    between = view.at - view.before_at if view.before_at is not None else timedelta(0)
    grown = timedelta(seconds=uptime - before)
    if uptime < max(before, between.total_seconds()) - UPTIME_SLACK.total_seconds():
        return True
    # Nobody looked when it happened; an uptime that runs as it should says when.
    by_uptime = view.at - timedelta(seconds=uptime)
    runs = abs(grown - between) <= UPTIME_SLACK
    return runs and began is not None and by_uptime > began + UNSEEN_SLACK


def _later_start(known: Pod, pod: Pod) -> bool:
    before = known.started_at
    return before is not None and pod.started_at is not None and pod.started_at > before + UPTIME_SLACK


def young(known: Pod, pod: Pod, well_at: datetime, at: datetime) -> bool:
    """Whether a direct reading shows a container that began after the pod was last well."""
    if _later_start(known, pod):
        return True
    return bool(pod.uptime_s) and at - timedelta(seconds=pod.uptime_s or 0) > well_at - UPTIME_SLACK


def began_at(pod: Pod, at: datetime) -> datetime | None:
    """The later of what the start time and the uptime say; an uptime of 0 has been seen of pods that ran for hours."""
    by_uptime = at - timedelta(seconds=pod.uptime_s) if pod.uptime_s else None
    known = [each for each in (by_uptime, pod.started_at) if each is not None]
    return max(known, default=None)
