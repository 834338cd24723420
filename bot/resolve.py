"""Which pods a person means: ids, names and unique beginnings of ids, looked up in the fleet snapshot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot import suggest
from pods import fleet
from pods.model import Pod

_LIKE_AN_ID: Final = re.compile(r"[a-z0-9]{6,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    #: In the order they were named, each once.
    pods: tuple[Pod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """More than one pod is called so."""

    reference: str
    candidates: tuple[Pod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    reference: str
    #: Pods that may have been meant.
    suggestions: tuple[Pod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """Not in the snapshot, but it may be the id of a pod made since.

    Who reads that pod from RunPod resolves again with it among the pods; who finds nothing has the suggestions.
    """

    reference: str
    suggestions: tuple[Pod, ...] = ()


Resolution = Resolved | Ambiguous | NotFound | Unlisted


def resolve(references: Sequence[str], pods: Iterable[Pod]) -> Resolution:
    """All pods, or the first reference that is not exactly one; a doubtful reference comes before an unlisted one."""
    known = tuple(pods)
    found: dict[str, Pod] = {}
    unlisted: Unlisted | None = None
    for reference in references:
        match _one(reference, known):
            case Pod() as pod:
                found[pod.id] = pod
            case Unlisted() as absent:
                unlisted = unlisted or absent
            case problem:
                return problem
    return unlisted or Resolved(pods=tuple(found.values()))


def _one(reference: str, known: tuple[Pod, ...]) -> Pod | Ambiguous | NotFound | Unlisted:
    matches = fleet.find(known, reference)
    if len(matches) == 1:
        return matches[0]
    if matches:
        return Ambiguous(reference=reference, candidates=matches)
    suggestions = suggest.pods(reference, known)
    if _LIKE_AN_ID.fullmatch(reference):
        return Unlisted(reference=reference, suggestions=suggestions)
    return NotFound(reference=reference, suggestions=suggestions)
