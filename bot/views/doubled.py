"""A pod that was made twice: which one counts, and what becomes of the other."""

from __future__ import annotations

from bot.views import buttons
from bot.views.figures import burn, per_hour
from bot.views.layout import page
from bot.views.text import code, pod_ref, prose, ref
from pods.doubles import wanted
from pods.messages import Content
from pods.model import Pod, Verb
from pods.operations import Operation, OperationState


def double(made: Operation, twin: Pod | None, ended: Operation | None, *, twin_id: str) -> Content:
    """`ended`: the terminate of the twin, by automation or a person."""
    kept = pod_ref(made.name, made.pod_id)
    name = ref(twin) if twin is not None else code(twin_id)
    rate = burn(twin)
    bills = f", which bills {per_hour(rate)}" if rate else ""
    gone = ended is not None and ended.state is OperationState.DONE
    second = f"{name}{'' if gone else bills}"
    head = f"*Made twice*: RunPod made a second pod for one create, {second}. {kept} is the one that counts."
    why = "RunPod did not say in time that it had made the first, or a worker was stopped in the middle of its call."
    offered = [] if gone or twin is None else [buttons.verb(Verb.TERMINATE, twin.id, made.id)]
    key = f"double.{made.id}.{ended.version if ended else 0}"
    return page([head, _becomes(made, twin, ended), why], key=key, buttons=offered)


def _becomes(made: Operation, twin: Pod | None, ended: Operation | None) -> str:
    if ended is not None and ended.state is OperationState.DONE:
        return "The second one is terminated and costs nothing any more."
    if ended is not None and ended.ended:
        why = (
            prose(ended.outcome.sentence) if ended.outcome and ended.outcome.sentence else "RunPod did not confirm it."
        )
        return f"I could not terminate the second one: {why} Terminate it yourself."
    if ended is not None:
        return "I terminate the second one now: nobody can have begun to use it."
    if twin is None:
        return "The second one is gone by now."
    return f"I leave it alone, because {wanted(made, twin)}. Terminate it if nobody needs it."
