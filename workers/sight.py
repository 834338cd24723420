"""One pod as it is now: read, certainly not there, or not known."""

from __future__ import annotations

import structlog

from pods.errors import PodNotFound, ProviderError
from pods.recovery.look import Seen, Sight
from workers.context import Context

log = structlog.get_logger()


def sight(context: Context, pod_id: str | None) -> Seen:
    """ABSENT only where RunPod says that there is none, and a list made now lacks it too."""
    if not pod_id:
        return Sight.NONE
    try:
        return context.provider.get(pod_id)
    except PodNotFound:
        return _unless_listed(context, pod_id)
    except ProviderError as error:
        log.warning("pod.unread", pod=pod_id, error=type(error).__name__, detail=error.detail)
        return Sight.UNREAD


def _unless_listed(context: Context, pod_id: str) -> Seen:
    try:
        listed = context.provider.list().pods
    except ProviderError as error:
        log.warning("list.unread", error=type(error).__name__, detail=error.detail)
        return Sight.UNREAD
    # A pod that one reading has and the other lacks is not known to be anything.
    return Sight.UNREAD if any(pod.id == pod_id for pod in listed) else Sight.ABSENT
