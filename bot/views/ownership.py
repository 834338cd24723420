"""Whose a pod is, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.layout import page
from bot.views.text import counted, listed, person, ref
from bot.views.verbs import FORMS
from pods.fleet import OwnerKind, PodFacts, owners
from pods.messages import Content
from pods.model import Pod, Verb

_NAMED = 5


def owned_by(pod: Pod, owner: str) -> Content:
    return page(
        [f"{ref(pod)} is {person(owner)}'s. Only they or an admin can hand it over. Nothing was done."], key="own"
    )


def one_owner_at_a_time(verb: Verb, pods: Sequence[Pod], facts: Mapping[str, PodFacts]) -> Content:
    """A list with somebody else's pod in it: who would be asked for what cannot be put in one question."""
    noun = FORMS[verb].noun
    others = [each for each in pods if (owner := owners(facts, each.id)) and owner.kind is OwnerKind.PERSON]
    whose = "; ".join(f"{ref(each)} is {person(_user(facts, each.id))}'s" for each in others[:_NAMED])
    return page(
        [f"Somebody else's pod goes alone, since its owner is asked first. Your {noun} was not done.", f"{whose}."],
        key="owners",
    )


def _user(facts: Mapping[str, PodFacts], pod_id: str) -> str:
    owner = owners(facts, pod_id)
    return (owner.user if owner else None) or ""


def claimed(pods: Sequence[Pod]) -> Content:
    verb = "is" if len(pods) == 1 else "are"
    return page([f"{named(pods)} {verb} yours now. Others ask you before they change {_it(pods)}."], key="owner")


def given(pods: Sequence[Pod], *, by: str, to: str) -> Content:
    verb = "is" if len(pods) == 1 else "are"
    now = f"{named(pods)} {verb} {person(to)}'s now, given by {person(by)}."
    return page([f"{now} Others ask {person(to)} before they change {_it(pods)}."], key="owner")


def owner_set(pod: Pod, facts: PodFacts) -> Content:
    """Whose a pod is, whoever decided it."""
    owner = facts.owner
    if owner is None:
        return page([f"{ref(pod)} is nobody's now: every operator may change it."], key="owner")
    if owner.kind is OwnerKind.TEAM or owner.user is None:
        return page([f"{ref(pod)} is the team's now: every operator may change it."], key="owner")
    return page([f"{ref(pod)} is {person(owner.user)}'s now, said by {person(owner.by)}."], key="owner")


def named(pods: Sequence[Pod]) -> str:
    shown = [ref(each) for each in pods[:_NAMED]]
    left = len(pods) - _NAMED
    return listed([*shown, counted(left, "more pod")] if left > 0 else shown)


def _it(pods: Sequence[Pod]) -> str:
    return "it" if len(pods) == 1 else "them"
