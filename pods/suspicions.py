"""What a suspicion was, once a second reading was made: a loss, a false alarm, or something that was asked for. Pure.

EXITED and ERROR need the list and one direct read that agree. Gone needs two lists 20 s apart without the pod, a 404
after the second, and other known pods still listed. A container's end needs its host's own word. A reading that fails
settles nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.causes import Said, SaidKind
from pods.containers import lost_gpus, young
from pods.fleet import GONE_AFTER
from pods.loss_rules import LossRules
from pods.losses import LossKind
from pods.model import Pod, PodStatus, Verb
from pods.operations import Operation
from pods.requests import RULE
from pods.sights import DOWN, RESTARTS_KEPT, Sight, Suspicion, begun, changed
from pods.steps import Absent, Reading, Seen

#: An operation on the pod that is younger than this makes what happens to it asked for.
ASKED_FOR: Final = timedelta(minutes=15)
#: Without any other pod in the list, absence must last this long before it is believed.
ALONE_GONE_AFTER: Final = 3 * GONE_AFTER
#: Readings that settle nothing are repeated ever more rarely.
RETRIES: Final = tuple(timedelta(seconds=seconds) for seconds in (0, 0, 30, 60, 120, 300, 600))
#: What somebody asks for that ends a pod's work.
_ENDING: Final = frozenset({Verb.STOP, Verb.TERMINATE, Verb.RESTART})


class Verdict(StrEnum):
    #: Not settled: look again.
    WAIT = "wait"
    #: The pod is well: the list was wrong, or it recovered between two looks.
    FALSE_ALARM = "false_alarm"
    #: Somebody asked for it, here or at RunPod.
    ASKED_FOR = "asked_for"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    verdict: Verdict
    kind: LossKind
    #: Who asked for it: a user id, "rule:<name>", or "" where RunPod says only that a user did.
    by: str = ""
    #: For what is lost although somebody had just started it: who.
    started_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """The second look at a suspect."""

    reading: Reading
    now: datetime
    #: Other pods known before are in the newest list.
    others_listed: bool
    #: The operations of the last days on the pod.
    operations: Sequence[Operation] = ()
    said: Said = field(default_factory=Said)
    #: The host's own word that the container ended; None: it says nothing.
    exit_line: str | None = None


def due(suspicion: Suspicion, now: datetime) -> bool:
    """Whether a second reading can settle it by now."""
    if suspicion.kind is LossKind.GONE and now - suspicion.since < GONE_AFTER:
        return False
    return now >= suspicion.next_at


def judged(sight: Sight, second: Second) -> Finding:
    """What the suspicion was. Being asked for goes before everything that a reading shows."""
    suspicion = sight.suspicion
    if suspicion is None:
        raise ValueError(f"nothing is suspected of {sight.pod_id}")
    shown = _shown(sight, suspicion, second)
    if not isinstance(shown, LossKind):
        return Finding(verdict=shown, kind=suspicion.kind)
    asked = _asked_for(second, suspicion)
    if asked is not None:
        return Finding(verdict=Verdict.ASKED_FOR, kind=shown, by=asked.by)
    if _by_user(second.said, shown):
        return Finding(verdict=Verdict.ASKED_FOR, kind=shown)
    recent = _recent(second, suspicion)
    # A person who had just started it is at it; a rule is not.
    by_hand = recent is not None and not recent.by.startswith(RULE)
    return Finding(verdict=Verdict.LOST, kind=shown, started_by=recent.by if recent and by_hand else "")


def _shown(sight: Sight, suspicion: Suspicion, second: Second) -> LossKind | Verdict:
    """The loss that the second reading shows, or why it shows none."""
    if isinstance(second.reading, Absent):
        return _gone(suspicion, second)
    if not isinstance(second.reading, Seen):
        return Verdict.WAIT
    pod = second.reading.pod
    if pod.status is PodStatus.RUNNING:
        return _running(sight, suspicion, pod, second)
    return DOWN.get(pod.status, Verdict.WAIT)


def _gone(suspicion: Suspicion, second: Second) -> LossKind | Verdict:
    """A 404 counts for a pod that lists lacked before it; for another one it is the first sign, to be looked at."""
    if suspicion.kind is not LossKind.GONE:
        return Verdict.WAIT
    needed = GONE_AFTER if second.others_listed else ALONE_GONE_AFTER
    return LossKind.GONE if second.now - suspicion.since >= needed else Verdict.WAIT


def _running(sight: Sight, suspicion: Suspicion, pod: Pod, second: Second) -> LossKind | Verdict:
    if lost_gpus(sight.pod, pod):
        return LossKind.ZERO_GPU
    if young(sight.pod, pod, suspicion.well_at, second.now):
        return LossKind.RESTARTED
    if sight.spoke and pod.runtime is None:
        return LossKind.CONTAINER_EXIT if second.exit_line is not None else Verdict.WAIT
    return Verdict.FALSE_ALARM


def _asked_for(second: Second, suspicion: Suspicion) -> Operation | None:
    ending = (each for each in second.operations if each.verb in _ENDING and _young(each, suspicion))
    return next(ending, None)


def _recent(second: Second, suspicion: Suspicion) -> Operation | None:
    """Something else that was done to it shortly before."""
    return next((each for each in second.operations if _young(each, suspicion)), None)


def _young(operation: Operation, suspicion: Suspicion) -> bool:
    """Whether it was at work within 15 min before the loss can have happened, or has been since."""
    newest = max(
        at for at in (operation.created_at, operation.accepted_at, operation.called_at, operation.ended_at) if at
    )
    return newest > suspicion.well_at - ASKED_FOR


def _by_user(said: Said, kind: LossKind) -> bool:
    if kind is LossKind.RESTARTED:
        return said.kind is SaidKind.STARTED_BY_USER
    return said.kind is SaidKind.BY_USER


def waited(sight: Sight, now: datetime) -> Sight:
    """The sight after a reading that settled nothing."""
    suspicion = sight.suspicion
    if suspicion is None:
        return sight
    reads = suspicion.reads + 1
    pause = RETRIES[min(reads, len(RETRIES) - 1)]
    return changed(sight, suspicion=suspicion.model_copy(update={"reads": reads, "next_at": now + pause}))


def crash_kind(sight: Sight, kind: LossKind, rules: LossRules) -> LossKind:
    """A restart among many is a crash loop."""
    looping = kind is LossKind.RESTARTED and len(sight.restarts) >= min(rules.crash_restarts, RESTARTS_KEPT)
    return LossKind.CRASH_LOOP if looping else kind


__all__ = ["Finding", "Second", "Verdict", "begun", "crash_kind", "due", "judged", "waited"]
