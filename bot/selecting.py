"""Verbs on pods that are described instead of named: `stop mine`, `terminate stopped older than 14d`, `stop nlp-*`.

Whatever is described is shown with its price and what it would lose, and asked once, even if it is one pod.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot import filters, gpus, verbs
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.views import selections as views
from pods import fleet
from pods.access import Allowed
from pods.fleet import Entry, owners
from pods.model import Pod, Verb
from pods.policy import Role
from pods.selections import MOST, LeftOut, Selection, Why, left_out, meant_for, untouchable

_GLOB: Final = frozenset("*?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What was said in place of ids, by filter."""

    wanted: Mapping[str, object]
    words: tuple[str, ...]
    #: Ids and names beside it.
    named: tuple[str, ...]


def described(face: Face, read: Invocation) -> Described | None:
    """None where pods are only named."""
    pods = face.store.fleet.load().pods
    patterns = tuple(each for each in read.pods if _GLOB & set(each) and not fleet.find(pods, each))
    # A GPU nobody named a pod after is a GPU.
    cards = [word for each in read.pods if not fleet.find(pods, each) and (word := gpus.read(each))]
    wanted = {arg.name: read.values.get(arg.name) for arg in read.command.args if arg.filters}
    if cards and wanted.get("gpu") is None:
        wanted["gpu"] = " ".join(cards)
    if patterns and wanted.get("name") is None:
        wanted["name"] = patterns
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given:
        return None
    taken = {*patterns, *(each for each in read.pods if gpus.read(each) in cards)}
    named = tuple(each for each in read.pods if each not in taken)
    return Described(wanted=given, words=tuple(filters.shown(given)), named=named)


def run(face: Face, ask: Ask, verb: Verb, what: Described) -> Answer:
    if what.named:
        return Answer(content=views.named_and_described(verb, what.named, what.words))
    snapshot, facts = face.store.fleet.load(), face.store.fleet.facts()
    around = filters.around(face, ask, facts)
    matching = [entry for entry in snapshot.entries if filters.matches(entry.pod, what.wanted, around)]
    possible = [entry for entry in matching if meant_for(verb, entry.pod)]
    chosen, without = _sorted_out(verb, possible)
    if len(chosen) > MOST:
        return Answer(content=views.too_many(verb, what.words, len(chosen)))
    if not chosen:
        pods = [entry.pod for entry in matching]
        return Answer(content=views.nothing(verb, what.words, pods, without, snapshot.listed_at))
    mine, consent_of, others = _by_consent(face, ask, chosen)
    if not mine:
        return Answer(content=views.several_owners(verb, what.words, others))
    selection = Selection(words=what.words, left_out=(*without, *others))
    order = verbs.Order(verb=verb, pods=_dearest_first(mine), consent_of=consent_of, selection=selection)
    return verbs.accept(face, ask, verbs.with_change(order), face.clock.now())


def _sorted_out(verb: Verb, entries: Sequence[Entry]) -> tuple[list[Pod], list[LeftOut]]:
    chosen: list[Pod] = []
    without: list[LeftOut] = []
    for entry in entries:
        why = untouchable(verb, entry)
        if why is None:
            chosen.append(entry.pod)
        else:
            without.append(left_out(entry.pod, why))
    return chosen, without


def _by_consent(face: Face, ask: Ask, pods: Sequence[Pod]) -> tuple[list[Pod], str | None, list[LeftOut]]:
    """The pods to go on with, whom to ask for them, and those that are others'.

    Pods that need nobody's consent go on, and the others are left out by name. Where all of them are one other
    person's, that person is asked, once for all.
    """
    facts, now = face.store.fleet.facts(), face.clock.now()
    free: list[Pod] = []
    asked: dict[str | None, list[Pod]] = {}
    for pod in pods:
        decision = face.decide(ask, Role.OPERATOR, now, owner=owners(facts, pod.id), changes_pod=True)
        consent_of = decision.consent_of if isinstance(decision, Allowed) else None
        if isinstance(decision, Allowed) and consent_of is None:
            free.append(pod)
        else:
            asked.setdefault(consent_of, []).append(pod)
    owner, theirs = next(iter(asked.items()), (None, []))
    if not free and len(asked) == 1 and owner is not None:
        return theirs, owner, []
    return free, None, [left_out(pod, Why.OWNER, owner) for owner, theirs in asked.items() for pod in theirs]


def _dearest_first(pods: Sequence[Pod]) -> tuple[Pod, ...]:
    return tuple(sorted(pods, key=lambda pod: (-pod.cost_per_hour, pod.name, pod.id)))
