"""Which pods a person describes: by owner, state, GPU, name, age. One table for lists and for verbs on many pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from bot import durations, gpus, states
from bot.face import Ask, Face
from pods.catalog import Catalog
from pods.fleet import Owner, OwnerKind, PodFacts, owners
from pods.model import Pod
from pods.store.scenes import idle_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The same for every pod looked at."""

    viewer: str
    now: datetime
    facts: Mapping[str, PodFacts] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    #: Since when, of the pods that are proven to do nothing.
    idle: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a description is held against: the pod, and what is known around it."""

    pod: Pod
    owner: Owner | None
    around: Around

    @property
    def person(self) -> str | None:
        return self.owner.user if self.owner and self.owner.kind is OwnerKind.PERSON else None


def _gpu(seen: Seen, word: object) -> bool:
    gpu = seen.pod.gpu
    return gpu is not None and gpus.names(str(word), gpu.id, seen.around.catalog.gpu_name(gpu.id))


def _name(seen: Seen, patterns: object) -> bool:
    """Any of them."""
    wanted = patterns if isinstance(patterns, tuple) else (patterns,)
    return any(fnmatchcase(seen.pod.name.casefold(), str(pattern).casefold()) for pattern in wanted)


def _older(seen: Seen, age: object) -> bool:
    """Made longer ago than that. One whose age RunPod did not say is not known to be old."""
    made = seen.pod.created_at
    return made is not None and isinstance(age, timedelta) and seen.around.now - made > age


def _lasting(seen: Seen, length: object) -> bool:
    since = seen.around.idle.get(seen.pod.id)
    return since is not None and isinstance(length, timedelta) and seen.around.now - since >= length


#: By the argument's name in a command.
FILTERS: Final[dict[str, Callable[[Seen, object], bool]]] = {
    "mine": lambda seen, _: seen.person == seen.around.viewer,
    "unowned": lambda seen, _: seen.owner is None,
    "owner": lambda seen, user: seen.person == user,
    "state": lambda seen, state: seen.pod.status in states.State(str(state)).statuses,
    "gpu": _gpu,
    "name": _name,
    "older": _older,
    "idle": lambda seen, _: seen.pod.id in seen.around.idle,
    "lasting": _lasting,
}


def matches(pod: Pod, wanted: Mapping[str, object], around: Around) -> bool:
    """Whether the pod passes every filter given."""
    owner = owners(around.facts, pod.id)
    seen = Seen(pod=pod, owner=owner, around=around)
    return all(FILTERS[name](seen, value) for name, value in wanted.items() if value is not None)


def around(face: Face, ask: Ask, facts: Mapping[str, PodFacts]) -> Around:
    now = face.clock.now()
    idle = idle_since(face.store, now)
    return Around(viewer=ask.user, now=now, facts=facts, catalog=face.store.catalog.load(), idle=idle)


def shown(wanted: Mapping[str, object]) -> list[str]:
    """The filters as the list's heading repeats them."""
    return [word for name, value in wanted.items() if value is not None for word in _shown(name, value)]


def _shown(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, timedelta):
        return (f"{name} than {durations.write(value)}",)
    if isinstance(value, tuple):
        return tuple(str(each) for each in value)
    return (f"<@{value}>" if name == "owner" else str(value),)
