"""Where what concerns everybody is told: the policy's routes, and people where it has none."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pods.oncall import on_call
from pods.policy import Kind, Policy
from pods.routing import targets
from pods.store import Store

#: As many people as one tells directly.
MOST_DIRECT: Final = 5


def people(store: Store, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Who is on call by name, else the admins."""
    return on_call(policy.oncall, policy.tz, now).users or store.people.holders().admins


def places(store: Store, policy: Policy, now: datetime, *kinds: Kind) -> tuple[str, ...]:
    """The channels of the first kind that has any; else people."""
    for kind in kinds:
        channels = targets(kind, "", policy)
        if channels:
            return channels
    return people(store, policy, now)[:MOST_DIRECT]
