"""Where an event is told: the policy's routes, in one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from pods.policy import Kind, Policy


def targets(kind: Kind, pod_name: str, policy: Policy, *, overrides: Sequence[str] = ()) -> tuple[str, ...]:
    """Channel ids, each once, in the policy's order. Overrides (a preset's channel, say) go instead of the routes."""
    if overrides:
        return tuple(dict.fromkeys(overrides))
    routes = (route for route in policy.route if kind in route.kinds)
    wanted = (route.channel for route in routes if not route.filter or _matches(pod_name, route.filter))
    return tuple(dict.fromkeys(wanted))


def _matches(pod_name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(pod_name.casefold(), pattern.casefold()) for pattern in patterns)
