"""What a plan must have ordered, by its record alone. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pods.model import Value, Verb
from pods.recovery.attempts import Attempt, Offer
from pods.recovery.record import Husk, Recovery


def subject(recovery: Recovery, attempt: Attempt) -> str:
    """What an order of this try is about: makes each happen once."""
    return f"{recovery.id}.{attempt.number}"


class Deed(StrEnum):
    """What a plan can have ordered."""

    START = "start"
    CREATE = "create"
    #: Take a try back.
    STOP = "stop"
    TERMINATE = "terminate"
    #: Remove the lost pod's remains.
    CLEAR = "clear"


class Order(Value):
    """Something to be ordered, once: the same deed on the same subject is the same order."""

    deed: Deed
    subject: str
    pod_id: str | None = None
    offer: Offer | None = None

    @property
    def verb(self) -> Verb | None:
        """What RunPod is asked; None for a create."""
        return _VERBS.get(self.deed)


_VERBS: Final = {
    Deed.START: Verb.START,
    Deed.STOP: Verb.STOP,
    Deed.TERMINATE: Verb.TERMINATE,
    Deed.CLEAR: Verb.TERMINATE,
}


def pending(recovery: Recovery) -> Order | None:
    """What must stand ordered now, by the record alone: a worker that takes over a dead one orders it again."""
    attempt = recovery.current
    if attempt is None:
        return (
            Order(deed=Deed.CLEAR, subject=recovery.id, pod_id=recovery.lost.id)
            if recovery.husk is Husk.GOING
            else None
        )
    if attempt.withdraw is not None and attempt.pod_id is not None:
        deed = Deed.TERMINATE if attempt.offer.creates else Deed.STOP
        return Order(deed=deed, subject=subject(recovery, attempt), pod_id=attempt.pod_id)
    if attempt.withdraw is not None:
        return None
    deed = Deed.CREATE if attempt.offer.creates else Deed.START
    return Order(deed=deed, subject=subject(recovery, attempt), pod_id=attempt.pod_id, offer=attempt.offer)
