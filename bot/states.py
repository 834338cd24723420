"""The words people use for what a pod is doing."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pods.model import PodStatus


class State(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    STARTING = "starting"
    ERROR = "error"

    @property
    def statuses(self) -> frozenset[PodStatus]:
        return _STATUSES[self]


_STATUSES: Final = {
    State.RUNNING: frozenset({PodStatus.RUNNING}),
    State.STOPPED: frozenset({PodStatus.EXITED}),
    State.STARTING: frozenset({PodStatus.PROVISIONING, PodStatus.STARTING}),
    State.ERROR: frozenset({PodStatus.ERROR}),
}
#: RunPod's own word for stopped is as good.
WORDS: Final = {**{state.value: state for state in State}, "exited": State.STOPPED}


def read(text: str) -> State | None:
    return WORDS.get(text.strip().casefold())
