"""What became of the pods that the ladder stopped, or would have stopped: started again at once, or found at work."""

from __future__ import annotations

from pods.model import BILLED, Pod, PodStatus
from pods.shadow import REGRET_WITHIN, AutoStop, ShadowStop, looked_after, started_again
from pods.store.scenes import Scenes
from workers.context import Context
from workers.passes.look import Look


def look_after(context: Context, look: Look) -> None:
    if not look.healthy:
        return
    _shadow(context, look)
    _stopped(context, look)


def _shadow(context: Context, look: Look) -> None:
    watched = {key: stop for key, stop in context.store.shadow_stops.all().items() if stop.over_at is None}
    if not watched:
        return
    scenes = Scenes(context.store, look.after, look.now, [stop.pod_id for stop in watched.values()])
    for key, stop in watched.items():
        gone = Pod(id=stop.pod_id, name=stop.pod_name, status=PodStatus.TERMINATED)
        pod = look.after.get(stop.pod_id) or gone
        verdict = scenes.verdict(pod).model_copy(update={"at": look.now})

        def decide(known: ShadowStop | None, pod: Pod = pod) -> ShadowStop | None:
            return known and looked_after(known, pod.status, verdict)  # noqa: B023 - called at once

        context.store.shadow_stops.change(key, decide, look.now)


def _stopped(context: Context, look: Look) -> None:
    for key, stop in context.store.auto_stops.all().items():
        pod = look.after.get(stop.pod_id)
        if stop.restarted_at is not None or pod is None or pod.status not in BILLED:
            continue
        # A pod that says nothing of its start runs again since this look at the latest.
        at = pod.started_at or look.now
        if at <= stop.at or look.now - stop.at > 2 * REGRET_WITHIN:
            continue

        def decide(known: AutoStop | None) -> AutoStop | None:
            return known and started_again(known, at)  # noqa: B023 - called at once

        context.store.auto_stops.change(key, decide, look.now)
