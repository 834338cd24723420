"""Whose a pod is, and what: the labels its hours are booked under. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pods.fleet import OwnerKind, PodFacts
from pods.ledger.entries import Labels
from pods.model import Pod

#: As an owner: it belongs to the team as a whole, and to no person.
THE_TEAM: Final = "team"


def labels_of(pod: Pod, facts: PodFacts | None, team_of: Callable[[str], str | None]) -> Labels:
    """`team_of`: a person's team."""
    owner = facts.owner if facts else None
    person = owner.user if owner and owner.kind is OwnerKind.PERSON else None
    return Labels(
        owner=person or (THE_TEAM if owner else None),
        team=team_of(person) if person else None,
        preset=facts.preset if facts else None,
        gpu=hardware_of(pod),
        cloud=pod.cloud.value if pod.cloud else None,
    )


def hardware_of(pod: Pod) -> str | None:
    """RunPod's GPU type id, or that of the CPU of a pod without GPUs."""
    if pod.gpu is not None:
        return pod.gpu.id
    return pod.cpu.id if pod.cpu else None
