"""Did you mean: the few known words nearest to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz.distance import OSA

from bot.registry import Registry
from pods.model import Pod

#: Nothing shorter is near to anything: two letters of nonsense are as near to `rm` as to `ls`.
SHORTEST: Final = 3
FEW: Final = 3


def verbs(typed: str, registry: Registry, *, few: int = FEW) -> tuple[str, ...]:
    """Verbs, also where an alias is what was nearly typed."""
    return _nearest(typed, {command.verb: command.words for command in registry.all()}, few)


def words(typed: str, known: Iterable[str], *, few: int = FEW) -> tuple[str, ...]:
    return _nearest(typed, {word: (word,) for word in known}, few)


def pods(typed: str, known: Iterable[Pod], *, few: int = FEW) -> tuple[Pod, ...]:
    """Pods whose id or name is near, begins with what was typed or has it among its words."""
    by_id = {pod.id: pod for pod in known}
    named = {pod.id: (pod.id, pod.name, *_parts(pod.name)) for pod in by_id.values()}
    return tuple(by_id[pod_id] for pod_id in _nearest(typed, named, few))


def _parts(name: str) -> list[str]:
    """The words of a name such as nlp-train."""
    return "".join(character if character.isalnum() else " " for character in name).split()


def _nearest(typed: str, known: Mapping[str, Iterable[str]], few: int) -> tuple[str, ...]:
    """The keys of which one spelling is near, nearest first."""
    wanted = typed.strip().casefold()
    ranked = []
    for key, spellings in known.items():
        distances = [found for spelling in spellings if (found := _distance(wanted, spelling.casefold())) is not None]
        if distances:
            ranked.append((min(distances), key))
    return tuple(key for _, key in sorted(ranked)[:few])


def _distance(typed: str, word: str) -> int | None:
    """Typing errors between the two, two swapped letters being one; None where that is too many to be an error."""
    shorter = min(len(typed), len(word))
    if shorter < SHORTEST:
        return None
    if word.startswith(typed):
        return 1
    allowed = 1 + (shorter >= _TWO_FROM) + (shorter >= _THREE_FROM)
    found = OSA.distance(typed, word, score_cutoff=allowed)
    return found if found <= allowed else None


#: From these lengths on two and three errors still leave a word recognisable.
_TWO_FROM: Final = 5
_THREE_FROM: Final = 9
