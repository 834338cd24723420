"""What the question before a verb says of its pods: what each is, costs and would lose, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.views import changed, creating, disks, selections
from bot.views.figures import burn, per_hour, per_month, span
from bot.views.layout import BLOCKS_MAX
from bot.views.text import counted, listed, person, pod_ref, ref
from bot.views.verbs import STATES
from pods.fleet import OwnerKind, PodFacts, owners
from pods.model import BILLED, Pod, PodStatus, Verb
from pods.money import stopped_storage_per_month
from pods.operations import Operation
from pods.requests import Request

_ROOM: Final = 700


def question(
    request: Request,
    operations: Sequence[Operation],
    known: Mapping[str, Pod],
    facts: Mapping[str, PodFacts],
    now: datetime,
) -> tuple[str, list[str]]:
    """One pod's loss in sentences; several pods as a line each."""
    verb = request.verb
    if verb is Verb.CREATE:
        return creating.question(operations[0])
    if len(operations) == 1:
        only = operations[0]
        pod = known.get(only.pod_id)
        name = ref(pod) if pod else pod_ref(only.pod_name, only.pod_id)
        whose = _whose(facts, only.pod_id, request.by)
        only_match = " It is all that matches." if request.selection is not None else ""
        return f"{verb.value.capitalize()} {name}{_standing(pod)}?{whose}{only_match}", [takes(verb, pod)]
    aged = _aged(request, now)
    lines = []
    for each in operations:
        pod = known.get(each.pod_id)
        name = ref(pod) if pod else pod_ref(each.pod_name, each.pod_id)
        lines.append(
            f"• {name}{_standing(pod)}{aged(pod)}.{_whose(facts, each.pod_id, request.by)} {takes(verb, pod)}".rstrip()
        )
    together = _together(verb, [known.get(each.pod_id) for each in operations])
    head = f"{verb.value.capitalize()} {counted(len(operations), 'pod')}{selections.matching(request.selection)}"
    if sum(len(each) + 1 for each in lines) > BLOCKS_MAX - 3 * _ROOM:
        lines = [_short(verb, each, known.get(each.pod_id), aged) for each in operations]
    return f"{head}{together}?", lines


def _short(verb: Verb, operation: Operation, pod: Pod | None, aged: Callable[[Pod | None], str]) -> str:
    if pod is None:
        return f"• {pod_ref(operation.pod_name, operation.pod_id)}{_standing(pod)}; may lose all"
    return selections.line(pod, verb, f"{_standing(pod)}{aged(pod)}")


def _standing(pod: Pod | None) -> str:
    """What it is and costs now, after its name."""
    if pod is None or pod.status is PodStatus.UNKNOWN:
        return ", whose state is not known"
    rate = burn(pod)
    if pod.status not in BILLED:
        month = stopped_storage_per_month(pod)
        return f", {STATES[pod.status]}" + (f", its disk costs {per_month(month)}" if month else "")
    return f", {STATES[pod.status]}" + (", cost not known" if rate is None else f" at {per_hour(rate)}")


def _whose(facts: Mapping[str, PodFacts], pod_id: str, asker: str) -> str:
    """Only where it is not the asker's own."""
    owner = owners(facts, pod_id)
    if owner is None:
        return " Nobody has claimed it."
    if owner.kind is OwnerKind.TEAM:
        return " It is the team's."
    return "" if owner.user in {None, asker} else f" It is {person(owner.user or '')}'s."


def takes(verb: Verb, pod: Pod | None) -> str:
    if pod is None:
        return "What it would lose is not known: count everything on it as gone for good."
    if verb in changed.CHANGES:
        return changed.TAKES[verb]
    if verb is Verb.TERMINATE:
        return disks.terminate_takes(pod)
    if verb is Verb.START:
        return "It bills by the hour from then on."
    if pod.status is PodStatus.EXITED:
        return "It is stopped already, so nothing is lost."
    return disks.stop_takes(pod)


def _together(verb: Verb, pods: Sequence[Pod | None]) -> str:
    """What they cost now; where they are to go for good, what their disks cost too."""
    rates = [rate for pod in pods if (rate := burn(pod)) is not None]
    total = sum(rates, Decimal(0))
    stopped = [pod for pod in pods if pod is not None and pod.status is PodStatus.EXITED]
    month = sum((stopped_storage_per_month(pod) or Decimal(0) for pod in stopped), Decimal(0))
    costs = [per_hour(total)] if total else []
    costs += [f"{per_month(month)} for disks"] if month and verb is Verb.TERMINATE else []
    return f", together {listed(costs)}" if costs else ""


def _aged(request: Request, now: datetime) -> Callable[[Pod | None], str]:
    """How long ago each was made, where that is what they were chosen by."""
    by_age = request.selection is not None and any(word.startswith("older") for word in request.selection.words)

    def aged(pod: Pod | None) -> str:
        made = pod.created_at if pod is not None and by_age else None
        return f", made {span(now - made)} ago" if made is not None else ""

    return aged
