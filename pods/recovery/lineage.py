"""A pod's work through its replacements, and what is kept so that the pod can be made again. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.ids import ID_LENGTH
from pods.model import Pod, Record
from pods.recovery.kept_spec import KeptSpec, same_shape
from pods.recovery.rules import Move, RecoveryRule
from pods.times import Instant

#: A spec is read again after this even if nothing in the list differs: env values may have changed unseen.
READ_AGAIN: Final = timedelta(hours=6)
#: Not oftener than this, whatever differs.
READ_GAP: Final = timedelta(minutes=5)
#: What a create adds to a name: the operation's id.
_SUFFIX: Final = re.compile(rf"-[a-z2-7]{{{ID_LENGTH}}}$")


class Lineage(Record):
    """The record of one protected pod; its id is the pod's."""

    pod_id: str
    #: Stays the same through every replacement.
    lineage: str
    #: The pod's name without what a create added to it.
    name: str
    #: The pods it ran as before this one, oldest first.
    earlier: tuple[str, ...] = ()
    #: None until it was read once.
    spec: KeptSpec | None = None
    spec_at: Instant | None = None
    #: Why the last reading failed; empty when it did not.
    trouble: str = ""
    tried_at: Instant | None = None
    #: Key of the message that tells of its protection; brought up to date when something of this changes.
    card: str = ""


class Lack(StrEnum):
    """What the rule asks for and cannot be had for this pod."""

    #: Its data is on its host's disk: it resumes there or nowhere.
    HOST_LOCAL = "host_local"
    #: It is not known what is mounted, so nothing may be called safe to move.
    MOUNTS_UNKNOWN = "mounts_unknown"
    #: If RunPod forgets the pod, these variables' values are gone with it.
    ENV_NOT_KEPT = "env_not_kept"
    #: Nothing outlives its container, so it would begin from nothing.
    NOTHING_KEPT = "nothing_kept"
    #: The network volume is in one data center only.
    ONE_CENTER = "one_center"
    LOCKED = "locked"
    CLUSTER = "cluster"


def base_name(name: str) -> str:
    return _SUFFIX.sub("", name) or name


def first_of(pod: Pod) -> Lineage:
    """A pod that is protected for the first time begins a lineage of its own."""
    return Lineage(pod_id=pod.id, lineage=pod.id, name=base_name(pod.name))


def was_read(lineage: Lineage, spec: KeptSpec, now: datetime) -> Lineage:
    return lineage.model_copy(update={"spec": spec, "spec_at": now, "tried_at": now, "trouble": ""})


def was_unread(lineage: Lineage, why: str, now: datetime) -> Lineage:
    """What was kept before stays."""
    return lineage.model_copy(update={"tried_at": now, "trouble": why})


def moved_to(old: Lineage, pod_id: str) -> Lineage:
    """Of the pod that took this one's place."""
    return old.model_copy(update={"pod_id": pod_id, "earlier": (*old.earlier, old.pod_id), "spec_at": None, "card": ""})


def needs_reading(lineage: Lineage, pod: Pod, now: datetime) -> bool:
    """Whether the spec must be read (again) from RunPod."""
    if lineage.tried_at is not None and now < lineage.tried_at + READ_GAP:
        return False
    if lineage.spec is None or lineage.spec_at is None:
        return True
    return now >= lineage.spec_at + READ_AGAIN or not same_shape(lineage.spec, pod)


def lacks(lineage: Lineage, pod: Pod, rule: RecoveryRule) -> tuple[Lack, ...]:
    """What a person should know at once, while the pod still runs."""
    moves = any(move is not Move.RESUME for move in rule.moves)
    unmounted = pod.persistent is None and pod.network is None
    spec = lineage.spec
    # What lives on its host is never made again, so nothing of it need be kept.
    local = pod.persistent is not None or not pod.mounts_known
    found = {
        Lack.LOCKED: pod.locked,
        Lack.CLUSTER: pod.cluster_id is not None,
        Lack.MOUNTS_UNKNOWN: not pod.mounts_known,
        Lack.HOST_LOCAL: pod.mounts_known and pod.persistent is not None,
        Lack.NOTHING_KEPT: pod.mounts_known and unmounted,
        Lack.ONE_CENTER: Move.OTHER_CENTER in rule.moves and pod.network is not None,
        Lack.ENV_NOT_KEPT: moves and not local and spec is not None and bool(spec.unkept),
    }
    return tuple(lack for lack, there in found.items() if there)
