"""The last look before an idle pod is stopped: the pod as just read, against everything said and seen since."""

from __future__ import annotations

from typing import Final

from pods.errors import ProviderError
from pods.model import Pod
from pods.operations import Code, Operation, Outcome
from pods.requests import Request
from pods.samples import observe
from pods.stops import DEFERS, Veto, veto
from pods.store.scenes import Scenes
from pods.telemetry import Source, carries, with_figures
from workers.context import Context
from workers.not_now import NotNow

SENTENCES: Final = {
    Veto.OUTAGE: "RunPod's list does not answer, so nothing is done of my own accord.",
    Veto.OVER: "Somebody answered, or the pod's idleness is over.",
    Veto.UNWARNED: "The warning no longer stands, so it is not stopped without a new one.",
    Veto.KEPT: "Somebody said that it is to run.",
    Veto.FORBIDDEN: "The policy, a lock or its disks forbid it by now.",
    Veto.MISSING: "RunPod gave no figures of the pod just before the stop, and missing figures are no idleness.",
    Veto.NOT_QUIET: "It was at work just before the stop, or runs another container.",
}


def idle_guard(context: Context, request: Request, operation: Operation, pod: Pod) -> Outcome | NotNow | None:
    now, store = context.clock.now(), context.store
    record = store.spells.get(pod.id)
    spell = record.current if record else None
    if spell is None or spell.stop_key != request.subject:
        return _no(Veto.OVER)
    scenes = Scenes(store, store.fleet.load(), now, (pod.id,))
    fresh = _with_figures(context, pod)
    scene, rules = scenes.of(fresh), scenes.rules(pod)
    found = veto(spell, scene, observe(fresh, now), rules.ladder)
    if found is None:
        return None
    del operation
    return NotNow(sentence=SENTENCES[found]) if found in DEFERS else _no(found)


def _no(found: Veto) -> Outcome:
    return Outcome(code=Code.VETOED, sentence=SENTENCES[found], detail=found.value)


def _with_figures(context: Context, pod: Pod) -> Pod:
    """A read that lacks figures is completed by GraphQL's list, where that is what the watch lives on."""
    if carries(pod) or context.store.verdicts.state().reporting.source is not Source.GRAPHQL:
        return pod
    try:
        listing = context.provider.figures()
    except ProviderError:
        return pod
    return with_figures(pod, next((each for each in listing.pods if each.id == pod.id), None))
