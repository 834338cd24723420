"""How many RunPod calls automation may spend now: half of every window is left to people. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pods.model import Quota


def spare(quotas: Iterable[Quota]) -> int | None:
    """Calls to spend without cutting into people's half of any window; None where RunPod told no limit."""
    left = [quota.remaining - (quota.limit + 1) // 2 for quota in quotas if quota.limit]
    return max(0, min(left)) if left else None
