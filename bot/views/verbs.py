"""The verbs as words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pods.model import PodStatus, Verb


@dataclass(frozen=True, slots=True)
class Forms:
    #: "On it: stop"
    plain: str
    #: "is stopped"
    past: str
    #: "is stopping"
    ing: str
    #: "your stop", "Stop of"
    noun: str


FORMS: Final = {
    Verb.START: Forms("start", "started", "starting", "start"),
    Verb.STOP: Forms("stop", "stopped", "stopping", "stop"),
    Verb.RESTART: Forms("restart", "restarted", "restarting", "restart"),
    Verb.TERMINATE: Forms("terminate", "terminated", "terminating", "termination"),
    Verb.RENAME: Forms("rename", "renamed", "renaming", "rename"),
    Verb.LOCK: Forms("lock", "locked", "locking", "lock"),
    Verb.UNLOCK: Forms("unlock", "unlocked", "unlocking", "unlock"),
    Verb.CREATE: Forms("create", "created", "creating", "creation"),
}

#: A state as a word. RunPod's own spelling is used where RunPod is quoted.
STATES: Final = {
    PodStatus.PROVISIONING: "starting",
    PodStatus.STARTING: "starting",
    PodStatus.RUNNING: "running",
    PodStatus.EXITED: "stopped",
    PodStatus.ERROR: "in error",
    PodStatus.TERMINATED: "terminated",
    PodStatus.UNKNOWN: "in a state not known",
}
