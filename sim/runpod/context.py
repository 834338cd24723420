"""One call on its way through a route."""

from __future__ import annotations

from dataclasses import dataclass

from sim.runpod.calls import Operation
from sim.runpod.wire import SimRequest
from sim.runpod.world import World


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler is given; `key` is the id in the path."""

    world: World
    request: SimRequest
    operation: Operation
    key: str = ""
