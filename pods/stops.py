"""The last look before an automatic stop, and what came of it. Pure.

Between the order and the call an answer, a hold or work may come: each of them wins.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pods.holds import in_force
from pods.idle import still_quiet
from pods.ladder import Scene, limit, stop_due
from pods.model import PodStatus
from pods.runs import loud
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
    #: The fresh reading lacks figures; it can be made again.
    MISSING = "missing"
    #: The fresh reading does not bear the verdict out.
    NOT_QUIET = "not_quiet"


def veto(spell: Spell, scene: Scene, fresh: Sample, rule: LadderRule) -> Veto | None:
    """`fresh` was read for this; `scene.pod` is the same reading, `scene.verdict` the newest there is."""
    due = stop_due(spell.warning, scene.verdict, rule) if spell.warning else None
    lacks = fresh.status is PodStatus.RUNNING and not fresh.complete and not loud(fresh, scene.verdict.evidence.rule)
    unproven = not scene.verdict.candidate and not scene.verdict.works
    hindrances = {
        Veto.OUTAGE: not scene.healthy,
        Veto.OVER: spell.end is not None or spell.rung is not Rung.STOPPING,
        Veto.UNWARNED: due is None or scene.now < due,
        Veto.KEPT: in_force(scene.holds, scene.now) is not None,
        Veto.FORBIDDEN: scene.mode is not Mode.STOP or limit(spell, scene, rule) is not None,
        Veto.MISSING: lacks or unproven,
        Veto.NOT_QUIET: scene.verdict.works or not still_quiet(fresh, scene.verdict),
    }
    return next((hindrance for hindrance, there in hindrances.items() if there), None)


#: A reason to look again, not to give the stop up.
DEFERS: Final = frozenset({Veto.MISSING, Veto.OUTAGE})


class StopResult(StrEnum):
    DONE = "done"
    #: Not made, for a `Veto`.
    VETOED = "vetoed"
    #: Not made now, for want of figures or of RunPod; the warning stands.
    DEFERRED = "deferred"
    #: Made or tried, and not confirmed.
    FAILED = "failed"


def after_stop(spell: Spell, result: StopResult, scene: Scene) -> Spell:
    """A vetoed stop needs a new warning before the next; a failed one is not tried again in its spell."""
    if spell.end is not None:
        return spell
    if result is StopResult.DONE:
        return ended(spell, End.STOPPED, scene.now)
    if result is StopResult.DEFERRED:
        # An answer may have come meanwhile; then there is no warning to go back to.
        return moved(spell, rung=Rung.WARNED if spell.warning else spell.rung, stop_ordered_at=None)
    return moved(voided(spell), stop_ordered_at=None, stop_failed=result is StopResult.FAILED)
