"""How far apart list passes must be, so that RunPod never refuses one and people keep calls of their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from pods.model import Quota

#: A quarter of every window is never spent on looking by itself.
KEPT_FOR_PEOPLE: Final = 4
#: However few calls are left, somebody looks this often.
SLOWEST: Final = timedelta(minutes=10)


def apart(every: timedelta, quotas: Iterable[Quota], *, calls: int = 1) -> timedelta:
    """At least `every`; longer where passes of so many calls would run through what is left before it is given anew."""
    needed = [every]
    for quota in quotas:
        if not quota.limit or not quota.reset_s:
            continue
        spare = quota.remaining - quota.limit // KEPT_FOR_PEOPLE
        passes = max(spare, 0) // max(calls, 1)
        needed.append(timedelta(seconds=quota.reset_s / passes if passes else quota.reset_s))
    return min(max(needed), max(SLOWEST, every))


def may_poll(tried_at: datetime | None, now: datetime, every: timedelta, quotas: Iterable[Quota]) -> bool:
    """Whether a pass is due. A clock that ticks a little early is let through."""
    if tried_at is None or now < tried_at:
        return True
    wanted = apart(every, quotas)
    return wanted <= every or now - tried_at >= wanted - every / 2
