"""What is at stake when a pod is lost: whether it is protected, marked as training, or neither. Pure."""

from __future__ import annotations

from enum import IntEnum

from pods.loss_rules import LossRules
from pods.model import Pod, Record
from pods.times import Instant


class Protection(Record):
    """What people said of one pod. Absent: nothing was said."""

    pod_id: str
    #: As known when it was said; a pod that is gone has no other.
    pod_name: str
    #: The recovery rule that brings it back; None: it is told of, not brought back.
    rule: str | None = None
    #: Marked as training by a person.
    training: bool = False
    by: str
    since: Instant


class Stake(IntEnum):
    """In rising order. On-call is told of everything above PLAIN."""

    PLAIN = 0
    TRAINING = 1
    PROTECTED = 2


def stake_of(pod: Pod, protection: Protection | None, rules: LossRules) -> Stake:
    if protection is not None and protection.rule is not None:
        return Stake.PROTECTED
    marked = protection is not None and protection.training
    return Stake.TRAINING if marked or rules.is_training(pod.name) else Stake.PLAIN
