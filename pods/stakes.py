"""What is at stake when a pod is lost: whether it is protected, marked as training, or neither. Pure."""

from __future__ import annotations

from enum import IntEnum

from pods.loss_rules import LossRules
from pods.model import Pod, Value
from pods.times import Instant


class TrainingMark(Value):
    """A person said that a pod trains. Absent: nobody said so; the policy's patterns may still."""

    v: int = 1
    version: int = 0
    pod_id: str
    #: As known when it was said; a pod that is gone has no other.
    pod_name: str
    by: str
    since: Instant


class Stake(IntEnum):
    """In rising order. On-call is told of everything above PLAIN."""

    PLAIN = 0
    TRAINING = 1
    PROTECTED = 2


def stake_of(pod: Pod, *, protected: bool, marked: bool, rules: LossRules) -> Stake:
    if protected:
        return Stake.PROTECTED
    return Stake.TRAINING if marked or rules.is_training(pod.name) else Stake.PLAIN
