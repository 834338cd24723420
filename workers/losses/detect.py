"""The watch's look for losses: what each list shows, a second look at what seems lost, and what became of it.

Everything is written by compare-and-set on the sight of one pod, so watchers may run side by side and die anywhere:
whatever was not written is seen again by the next list. See docs/losses.md for every line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import structlog

from pods.fleet import Entry
from pods.ids import derived_id
from pods.list_views import View, view_of
from pods.losses import EndKind, Loss, LossEnd, LossKind, ended, worse
from pods.model import Pod
from pods.patterns import list_is_mute
from pods.policy import Policy
from pods.protection import Protection, stake_of
from pods.sights import (
    Sight,
    Stage,
    Suspicion,
    at_rest,
    begun,
    cleared,
    given_up,
    is_news,
    looked,
    recovered,
    well_again,
)
from pods.suspicions import Verdict, crash_kind, due, waited
from pods.times import to_ms
from workers.context import Context
from workers.losses import gather
from workers.losses.second_looks import Found, Reader
from workers.passes.look import Look

log = structlog.get_logger()


def losses(context: Context, look: Look) -> None:
    """See, settle, gather. Nothing is concluded from a list that was not read."""
    if not look.healthy or look.after.listed_at is None:
        return
    policy = context.store.people.policy()
    sights = _look_at_all(context, look, policy)
    protections = context.store.protections.all()
    suspects = _suspects(sights, look, protections, policy)
    for found in Reader(context, look, sights).second_looks(suspects):
        after = _settle(context, found, protections.get(found.sight.pod_id), policy)
        if after is not None:
            sights[after.pod_id] = after
    gather.gather(context, sights, policy)


def _look_at_all(context: Context, look: Look, policy: Policy) -> dict[str, Sight]:
    """Every pod as this list has it, and every one it lacks."""
    entries = {entry.pod.id: entry for entry in look.after.entries}
    before = {entry.pod.id: entry.pod for entry in look.before.entries}
    known = context.store.sights.all()
    sights: dict[str, Sight] = {}
    for pod_id in {**entries, **known}:
        view = view_of(look.after, entries.get(pod_id), look.before.listed_at, before.get(pod_id))
        after = _look_at(context, known.get(pod_id), view, pod_id, policy)
        if after is None:
            continue
        if _forgettable(after, entries.get(pod_id)):
            context.store.sights.delete(pod_id, look.now)
        else:
            sights[pod_id] = after
    return sights


def _look_at(context: Context, sight: Sight | None, view: View, pod_id: str, policy: Policy) -> Sight | None:
    if sight is not None and recovered(sight, view):
        return _back(context, sight, view)
    after = looked(sight, view, policy.losses)
    if after is sight:
        return sight
    return context.store.sights.change(pod_id, lambda newest: looked(newest, view, policy.losses), view.at)


def _forgettable(sight: Sight, entry: Entry | None) -> bool:
    """Nothing is to be learned any more of a pod whose end is settled and which RunPod no longer lists."""
    return sight.stage is Stage.RESTING and entry is None


def _back(context: Context, sight: Sight, view: View) -> Sight | None:
    """A lost pod is well again: its loss ends first, so that a death in between ends it once more, to no effect."""
    end = LossEnd(kind=EndKind.BACK, at=view.at)
    context.store.losses.change(sight.loss_id, lambda loss: ended(loss, end) if loss else None, view.at)
    log.info("loss.back", pod=sight.pod_id, loss=sight.loss_id)
    return context.store.sights.change(
        sight.pod_id,
        lambda newest: well_again(newest, view) if newest and recovered(newest, view) else newest,
        view.at,
    )


def _suspects(
    sights: Mapping[str, Sight], look: Look, protections: Mapping[str, Protection], policy: Policy
) -> Sequence[Sight]:
    """Those whose second look is due: what is at stake most first, then the oldest."""
    mute = list_is_mute(sights.values())
    ready = [
        (sight, suspicion)
        for sight in sights.values()
        if (suspicion := sight.suspicion) is not None
        and due(suspicion, look.now)
        and not (mute and suspicion.kind is LossKind.CONTAINER_EXIT)
    ]

    def order(pair: tuple[Sight, Suspicion]) -> tuple[int, int, str]:
        sight, suspicion = pair
        stake = stake_of(sight.pod, protections.get(sight.pod_id), policy.losses)
        return -stake, to_ms(suspicion.since), sight.pod_id

    return [sight for sight, _ in sorted(ready, key=order)]


def _settle(context: Context, found: Found, protection: Protection | None, policy: Policy) -> Sight | None:
    """Write what the second look found."""
    finding = found.finding
    log.info("suspect.judged", pod=found.sight.pod_id, kind=finding.kind.value, verdict=finding.verdict.value)
    if finding.verdict is Verdict.WAIT:
        return _change(context, found, lambda sight: waited(sight, found.at))
    if finding.verdict is Verdict.FALSE_ALARM:
        return _change(context, found, lambda sight: cleared(sight, found.at))
    if finding.verdict is Verdict.ASKED_FOR:
        return _asked_for(context, found, policy)
    if not is_news(found.sight, finding.kind):
        return _change(context, found, lambda sight: cleared(sight, found.at))
    return _lost(context, found, protection, policy)


def _asked_for(context: Context, found: Found, policy: Policy) -> Sight | None:
    """Nobody need be told: who asked knows. What was lost before and is now ended by a person ends so."""
    if found.sight.loss_id and found.finding.kind is LossKind.GONE:
        end = LossEnd(kind=EndKind.TERMINATED, at=found.at, by=found.finding.by)
        context.store.losses.change(found.sight.loss_id, lambda loss: ended(loss, end) if loss else None, found.at)
    pod = found.pod
    if found.finding.kind is LossKind.RESTARTED and pod is not None:
        return _change(context, found, lambda sight: cleared(_restarted(sight, pod, found, policy), found.at))
    if found.sight.loss_id and found.finding.kind is not LossKind.GONE:
        return _change(context, found, lambda sight: cleared(sight, found.at))
    return _change(context, found, lambda sight: at_rest(sight, found.at))


def _restarted(sight: Sight, pod: Pod, found: Found, policy: Policy) -> Sight:
    """A restart that was asked for counts towards no crash loop."""
    after = begun(sight, pod, found.at, policy.losses)
    return after.model_copy(update={"restarts": sight.restarts})


def _lost(context: Context, found: Found, protection: Protection | None, policy: Policy) -> Sight | None:
    """The loss is written first: its id comes from the suspicion, so a second writer finds it written."""
    sight = found.sight
    counted = sight
    if found.finding.kind is LossKind.RESTARTED and found.pod is not None:
        counted = begun(sight, found.pod, found.at, policy.losses)
    kind = crash_kind(counted, found.finding.kind, policy.losses)
    drafted = _loss(found, kind, len(counted.restarts), protection, policy)

    def written(loss: Loss | None) -> Loss:
        return drafted if loss is None else worse(loss, kind, found.cause, drafted.restarts, found.at)

    known = context.store.losses.change(drafted.id, written, found.at)
    if known is not None and known.incident_id:
        gather.refresh(context, known.incident_id, found.at)
    log.warning("loss.confirmed", pod=sight.pod_id, loss=drafted.id, kind=kind.value, cause=found.cause.kind.value)

    def settled(newest: Sight) -> Sight:
        known = newest.model_copy(
            update={"pod": counted.pod, "began_at": counted.began_at, "restarts": counted.restarts}
        )
        return given_up(known, drafted.id, kind, found.at)

    return _change(context, found, settled)


def _loss(found: Found, kind: LossKind, restarts: int, protection: Protection | None, policy: Policy) -> Loss:
    sight, suspicion = found.sight, found.sight.suspicion
    if suspicion is None:
        raise ValueError(f"nothing is suspected of {sight.pod_id}")
    return Loss(
        id=sight.loss_id or derived_id("loss", sight.pod_id, str(to_ms(suspicion.since))),
        pod_id=sight.pod_id,
        pod=sight.pod,
        kind=kind,
        stake=stake_of(sight.pod, protection, policy.losses),
        cause=found.cause,
        well_at=suspicion.well_at,
        seen_at=suspicion.since,
        confirmed_at=found.at,
        began_at=sight.began_at,
        restarts=restarts,
        started_by=found.finding.started_by,
    )


def _change(context: Context, found: Found, decide: Callable[[Sight], Sight]) -> Sight | None:
    """Apply to the newest sight, if it still has the suspicion that was looked at."""

    def guarded(newest: Sight | None) -> Sight | None:
        if newest is None or newest.suspicion != found.sight.suspicion:
            return newest
        return decide(newest)

    return context.store.sights.change(found.sight.pod_id, guarded, found.at)
