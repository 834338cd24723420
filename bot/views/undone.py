"""What was asked for did not happen, or nobody can say that it did. Each says what was done: mostly, nothing."""

from __future__ import annotations

from decimal import Decimal

from bot.views.cases import Case, Told
from bot.views.figures import billed, burn, per_hour, per_month, span
from bot.views.text import code, counted, people, person, prose
from bot.views.verbs import FORMS, STATES
from pods.gates import Binding, GateKind, spec_hash
from pods.model import Pod, PodStatus, Verb
from pods.money import stopped_storage_per_month
from pods.operations import LOOK_ON, OperationState

_LOOK_ON = span(LOOK_ON)


def not_confirmed(case: Case) -> Told:
    """Ordered, and RunPod does not show it. Never called done, never called failed."""
    risk = _risk(case)
    return Told(
        word="not confirmed",
        headline=f"*{case.forms.noun.upper()} NOT CONFIRMED*: {case.ref}. {risk}.",
        more=(_evidence(case), _last_trouble(case), _looking(case)),
        short=f"{_last_said(case)}; {risk[:1].lower()}{risk[1:]}",
    )


def _risk(case: Case) -> str:
    """What not knowing may cost."""
    pod, rate = case.pod, burn(case.pod)
    if case.verb is Verb.TERMINATE and pod is not None and pod.status is PodStatus.EXITED:
        month = stopped_storage_per_month(pod)
        return f"Its disk may go on costing {per_month(month)}" if month else "Its disks may still be there"
    if rate:
        return f"It may be billing {per_hour(rate)}"
    return "It may be billing, how much is not known"


def _evidence(case: Case) -> str:
    operation = case.operation
    waited = span((operation.ended_at or case.now) - operation.accepted_at)
    ordered = f"Ordered at {case.at(operation.called_at or operation.accepted_at)}"
    if case.sentence or operation.absent_since:
        return f"{ordered}, not seen done within {waited}: {_last_said(case)}."
    return f"{ordered}; after {waited} RunPod still said {case.state}."


def _last_said(case: Case) -> str:
    if case.operation.absent_since:
        return "RunPod no longer answers for it, but has not clearly dropped it from its list"
    return f"RunPod last said {case.state}"


def _last_trouble(case: Case) -> str:
    trouble = case.sentence or case.operation.trouble
    return f"The last trouble on the way: {prose(trouble)}" if trouble else ""


def _looking(case: Case) -> str:
    ended = case.operation.ended_at
    if case.unconfirmed and ended is not None and not case.operation.looked_after(case.now):
        return f"I looked for {_LOOK_ON} more and saw no change. Look in RunPod's console yourself."
    until = f", until {case.at(ended + LOOK_ON)}," if ended is not None else ""
    return f"I keep looking for {_LOOK_ON}{until} and put this message right if it shows."


def gone(case: Case) -> Told:
    """Terminated by someone else, before or during."""
    if case.pod is None and not case.operation.calls:
        return Told(
            word=_not(case),
            headline=f"{case.ref} was not {case.forms.past}: RunPod knows no such pod.",
            more=("It was terminated before, or the id is mistyped. `/pod list` shows what there is.",),
            short="RunPod knows no such pod",
        )
    when = "while I waited for the effect" if case.operation.calls else "before I called RunPod"
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: RunPod no longer has it and no longer bills it.",
        more=(f"It was terminated {when}, by someone else or by RunPod.",),
        short="RunPod no longer has it",
    )


def refused(case: Case) -> Told:
    why = prose(case.sentence) or "RunPod said no and gave no reason."
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}{_still(case)}. {why}",
        more=("Nothing was changed.", _stands(case)),
        short=why.removesuffix("."),
    )


def not_possible(case: Case) -> Told:
    instead = {
        Verb.START: "Wait until it has stopped, then start it.",
        Verb.STOP: "A pod in that state has nothing to stop; start it again or terminate it.",
        Verb.RESTART: "Only a running pod can be restarted; start it instead.",
        Verb.TERMINATE: "Terminate it in RunPod's console.",
    }.get(case.verb, "Look in RunPod's console what can still be changed of it.")
    return _no(case, f"it is {case.state_word} (RunPod says {case.state})", instead)


def locked(case: Case) -> Told:
    unlock = f"Type {code(f'/pod unlock {case.operation.pod_id}')}, then ask again."
    return _no(case, "it is locked at RunPod", unlock, _stands(case))


def cluster(case: Case) -> Told:
    together = "A cluster's pods belong together; change the cluster in RunPod's console."
    return _no(case, "it is part of a RunPod cluster", together, _stands(case))


def never_asked(case: Case) -> Told:
    """Its time ran out before a call: RunPod did not answer, or the pod was never in a state for it."""
    if not case.sentence and case.pod is not None:
        return _no(case, f"in {case.took} it was never ready for that; RunPod last said {case.state}", _stands(case))
    unreached = f"I could not get through to RunPod in {case.took}"
    return _no(case, unreached, prose(case.sentence), _stands(case))


def pushed_back(case: Case) -> Told:
    """RunPod was asked and said "not now" each time."""
    times = "once" if case.operation.pushbacks == 1 else f"{case.operation.pushbacks} times"
    return _no(case, f"RunPod put it off {times} in {case.took}", prose(case.sentence), _stands(case))


def changed(case: Case) -> Told:
    again = "Ask again if you still want it."
    return _no(case, "it changed since that was decided", _difference(case.operation.bound, case.pod), again)


def _no(case: Case, why: str, *more: str) -> Told:
    """Not done, what that costs, why, and that nothing was."""
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}{_still(case)}: {why}. Nothing was done.",
        more=more,
        short=why,
    )


def _difference(bound: Binding | None, pod: Pod | None) -> str:
    if bound is None or pod is None:
        return ""
    if bound.spec_hash != spec_hash(pod):
        return "Its name or its disks are no longer those that were shown."
    then = f"{STATES[bound.status]}{_at_rate(bound.cost_per_hour)}"
    return f"Then it was {then}; now it is {STATES[pod.status]}{_at_rate(burn(pod))}."


def busy(case: Case) -> Told:
    after = f"Ask for the {case.forms.noun} again when that has ended."
    if case.other is not None and case.other.verb is Verb.TERMINATE:
        after = f"Once it is terminated there is nothing left to {case.forms.plain}."
    return _no(case, _holder(case), after)


def _holder(case: Case) -> str:
    other = case.other
    if other is None:
        return "another order has the pod"
    if other.state is OperationState.WAITING:
        waits = f"which waits for an answer since {case.at(other.created_at)}"
        return f"{person(other.by)} asked for a {FORMS[other.verb].noun} first, {waits}"
    return f"{person(other.by)} was {FORMS[other.verb].ing} it already, since {case.at(other.accepted_at)}"


def joined(case: Case) -> Told:
    same = "the same was asked for before"
    if case.other is not None:
        same = f"{person(case.other.by)} asked for the same at {case.at(case.other.created_at)}"
    return Told(
        word=f"already {case.forms.ing}",
        headline=f"{case.ref} is already {case.forms.ing}: {same}.",
        more=("That order's own message says how it ends; a second one would change nothing.",),
        short=same,
    )


def declined(case: Case) -> Told:
    gate = case.stopping_gate
    who = person(gate.decided_by) if gate and gate.decided_by else "the person asked"
    said = "cancelled it" if gate and gate.kind is GateKind.CONFIRM else "declined"
    if gate and gate.kind is GateKind.APPROVAL:
        said = "did not approve its price"
    return _no(case, f"{who} {said}", _stands(case))


def expired(case: Case) -> Told:
    gate = case.stopping_gate
    if gate is None or gate.kind is GateKind.CONFIRM:
        silent = f"{person(case.request.by)} did not confirm it in time"
    elif gate.kind is GateKind.APPROVAL:
        silent = f"none of those who may approve its price answered by {case.at(gate.expires_at)}"
    else:
        waited = span(gate.expires_at - case.request.created_at)
        silent = f"{people(gate.who, joint='or') or 'its owner'} did not answer within {waited}"
    return _no(case, silent, _stands(case), "Ask again if you still want it.")


def not_allowed(case: Case) -> Told:
    changed_ = f"Role, channel or owner changed between the asking and the {case.forms.noun}."
    return _no(case, f"{person(case.operation.by)} may no longer do this", changed_, _stands(case))


def spending(case: Case) -> Told:
    """A budget, a price or the lack of an approval stood against it when it came to the call."""
    why = prose(case.sentence).removesuffix(".") or "its price was not approved"
    return _no(case, why, _stands(case), "Ask again if you still want it.")


def vetoed(case: Case) -> Told:
    """Automation thought again, between its order and the call."""
    return _no(case, prose(case.sentence).removesuffix(".") or "something spoke against it", _stands(case))


def no_capacity(case: Case) -> Told:
    return _no(case, "RunPod has no machine free for it", prose(case.sentence), _stands(case))


def host_full(case: Case) -> Told:
    """The host a stopped pod is bound to has no GPU: it waits, or goes elsewhere without what is only there."""
    pod = case.pod
    if pod is None or not pod.mounts_known:
        data = "What disks it has is not known, so nothing of it may be called movable."
    elif pod.network is not None:
        data = (
            f"Its network volume {code(pod.network.volume_id)} can go to a new pod on another host of its data center."
        )
    elif pod.persistent is not None:
        data = f"{code(pod.persistent.path)} ({pod.persistent.size_gb} GB) sits on that host and cannot move with it."
    else:
        data = "It has no volume that would be lost elsewhere."
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: its host has no free GPU now. Nothing was done.",
        more=(data, "You can wait: I try every 2 min and tell you here. Or see what could be had elsewhere."),
        short="its host has no free GPU",
    )


def given_up(case: Case) -> Told:
    who = person(case.sentence) if case.sentence else "somebody"
    return _no(
        case, f"{who} ended the waiting for a free GPU", f"It was tried {counted(case.operation.rounds, 'time')}."
    )


def _not(case: Case) -> str:
    return f"not {case.forms.past}"


def _still(case: Case) -> str:
    """What goes on costing because it was not stopped or terminated, as last read."""
    pod, rate = case.pod, burn(case.pod)
    if pod is None or case.verb not in {Verb.STOP, Verb.TERMINATE}:
        return ""
    if billed(pod):
        return f" and still costs {per_hour(rate)}" if rate else " and may still be costing"
    month = stopped_storage_per_month(pod)
    return f" and its disk still costs {per_month(month)}" if month and case.verb is Verb.TERMINATE else ""


def _stands(case: Case) -> str:
    """What the pod goes on doing and costing, as last read, where the first line did not say."""
    pod, bound = case.pod, case.operation.bound
    if _still(case) or case.verb is Verb.CREATE:
        return ""
    if pod is None and bound is not None:
        return f"When that was asked, it was {STATES[bound.status]}{_at_rate(bound.cost_per_hour)}."
    if pod is None:
        bills = case.verb in {Verb.STOP, Verb.TERMINATE}
        return f"{'Whether it still bills' if bills else 'How it stands now'} is not known: I never read it."
    if not billed(pod):
        return f"It is {STATES[pod.status]}, as last read."
    return f"It is {STATES[pod.status]}{_at_rate(burn(pod))}, as last read."


def _at_rate(rate: Decimal | None) -> str:
    if rate is None:
        return ", cost not known"
    return f" at {per_hour(rate)}" if rate else ""
