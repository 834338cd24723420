"""The last look before an automatic stop, and what came of it. Pure.

Between the order and the call an answer, a hold or work may come: each of them wins.
"""

from __future__ import annotations

from enum import StrEnum

from pods.holds import in_force
from pods.idle import still_quiet
from pods.ladder import Scene, limit, stop_due
from pods.model import PodStatus
from pods.samples import Sample
from pods.spells import End, Rung, Spell, ended, moved, voided
from pods.watch_rules import LadderRule, Mode


class Veto(StrEnum):
    """Why an ordered stop is not made."""

    OUTAGE = "outage"
    #: The spell ended, or somebody answered.
    OVER = "over"
    #: No warning stands that was delivered a whole window ago.
    UNWARNED = "unwarned"
    KEPT = "kept"
    #: The policy, a lock or the pod's disks forbid it by now.
    FORBIDDEN = "forbidden"
    #: The fresh reading does not bear the verdict out.
    NOT_QUIET = "not_quiet"


def veto(spell: Spell, scene: Scene, fresh: Sample, rule: LadderRule) -> Veto | None:
    """`fresh` was read for this; `scene.pod` is the same reading, `scene.verdict` the one the order came from."""
    if not scene.healthy:
        return Veto.OUTAGE
    if spell.end is not None or spell.rung is not Rung.STOPPING:
        return Veto.OVER
    due = stop_due(spell.warning, scene.verdict, rule) if spell.warning else None
    if due is None or scene.now < due:
        return Veto.UNWARNED
    if in_force(scene.holds, scene.now) is not None:
        return Veto.KEPT
    if scene.mode is not Mode.STOP or limit(spell, scene, rule) is not None:
        return Veto.FORBIDDEN
    running = scene.pod.status is PodStatus.RUNNING
    return None if running and still_quiet(fresh, scene.verdict) else Veto.NOT_QUIET


class StopResult(StrEnum):
    DONE = "done"
    #: Not made, for a `Veto`.
    VETOED = "vetoed"
    #: Made or tried, and not confirmed.
    FAILED = "failed"


def after_stop(spell: Spell, result: StopResult, scene: Scene) -> Spell:
    """A vetoed stop needs a new warning before the next; a failed one is not tried again in its spell."""
    if spell.end is not None:
        return spell
    if result is StopResult.DONE:
        return ended(spell, End.STOPPED, scene.now)
    return moved(voided(spell), stop_ordered_at=None, stop_failed=result is StopResult.FAILED)
