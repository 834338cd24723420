"""What was asked for did not happen, or nobody can say that it did. Each says what was done: mostly, nothing."""

from __future__ import annotations

from datetime import timedelta

from bot.views.cases import Case, Told
from bot.views.figures import billed, burn, per_hour, per_month, span
from bot.views.text import person, prose
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
        headline=f"*{case.verb.value.upper()} NOT CONFIRMED*: {case.ref}. {risk}.",
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
        return "RunPod no longer answers for it, yet has not dropped it from its list for sure"
    return f"RunPod last said {case.state}"


def _last_trouble(case: Case) -> str:
    trouble = case.sentence or case.operation.trouble
    return f"The last trouble on the way: {prose(trouble)}" if trouble else ""


def _looking(case: Case) -> str:
    ended = case.operation.ended_at
    if case.unconfirmed and ended is not None and not case.operation.looked_after(case.now):
        return f"I looked for {_LOOK_ON} more and saw no change. Look in RunPod's console yourself."
    until = f" until {case.at(ended + LOOK_ON)}" if ended is not None else ""
    return f"I keep looking for {_LOOK_ON}{until} and put this message right if it shows."


def gone(case: Case) -> Told:
    """Terminated by someone else, before or during. There is nothing left that costs."""
    before = case.operation.calls == 0
    when = "before I called RunPod" if before else "while I waited for the effect"
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: RunPod no longer has it. It costs nothing any more.",
        more=(f"It was terminated {when}, by someone else or by RunPod.",),
        short="RunPod no longer has it",
    )


def refused(case: Case) -> Told:
    why = prose(case.sentence) or "RunPod said no and gave no reason."
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}. {why}",
        more=(f"Nothing was changed. {_stands(case)}",),
        short=_stem(why),
    )


def not_possible(case: Case) -> Told:
    because = f"it is {case.state_word} (RunPod says {case.state})"
    instead = {
        Verb.START: "Wait until it has stopped, then start it.",
        Verb.STOP: "A pod in that state has nothing to stop; start it again or terminate it.",
        Verb.RESTART: "Only a running pod can be restarted; start it instead.",
        Verb.TERMINATE: "Terminate it in RunPod's console.",
    }[case.verb]
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: {because}. Nothing was done.",
        more=(instead, _stands(case)),
        short=because,
    )


def locked(case: Case) -> Told:
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: it is locked at RunPod. Nothing was done.",
        more=(f"Unlock it in RunPod's console, then ask again. {_stands(case)}",),
        short="it is locked at RunPod",
    )


def cluster(case: Case) -> Told:
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: it is part of a RunPod cluster. Nothing was done.",
        more=(f"A cluster's pods belong together; change the cluster in RunPod's console. {_stands(case)}",),
        short="it is part of a RunPod cluster",
    )


def never_asked(case: Case) -> Told:
    why = prose(case.sentence)
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: I could not get through to RunPod in {case.took}. "
        "Nothing was done.",
        more=(why, _stands(case)),
        short=f"I could not get through to RunPod in {case.took}",
    )


def changed(case: Case) -> Told:
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: it changed since that was decided. Nothing was done.",
        more=(_difference(case.operation.bound, case.pod), _stands(case), "Ask again if you still want it."),
        short="it changed since that was decided",
    )


def _difference(bound: Binding | None, pod: Pod | None) -> str:
    if bound is None or pod is None:
        return ""
    if bound.spec_hash != spec_hash(pod):
        return "Its name or its disks are no longer those that were shown."
    then = f"{STATES[bound.status]} at {per_hour(bound.cost_per_hour)}"
    rate = burn(pod)
    cost = "a cost not known" if rate is None else per_hour(rate)
    return f"Then it was {then}; now it is {STATES[pod.status]} at {cost}."


def busy(case: Case) -> Told:
    who = _holder(case)
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: {who}. Nothing was done.",
        more=(f"Ask for the {case.forms.noun} again when that has ended.",),
        short=who,
    )


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
    no = f"{who} cancelled it" if gate and gate.kind is GateKind.CONFIRM else f"{who} declined"
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: {no}. Nothing was done.",
        short=no,
    )


def expired(case: Case) -> Told:
    gate = case.stopping_gate
    waited = span(gate.expires_at - case.request.created_at) if gate else span(timedelta(0))
    if gate is None or gate.kind is GateKind.CONFIRM:
        silent = f"{person(case.request.by)} did not confirm it in time"
    else:
        silent = f"{person(gate.who[0]) if gate.who else 'its owner'} did not answer within {waited}"
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: {silent}. Nothing was done.",
        more=("Ask again if you still want it.",),
        short=silent,
    )


def not_allowed(case: Case) -> Told:
    lost = f"{person(case.operation.by)} may no longer do this"
    return Told(
        word=_not(case),
        headline=f"{case.ref} was not {case.forms.past}: {lost}. Nothing was done.",
        more=(f"Role, channel or owner changed between the asking and the {case.forms.noun}.",),
        short=lost,
    )


def _not(case: Case) -> str:
    return f"not {case.forms.past}"


def _stands(case: Case) -> str:
    """What the pod goes on doing and costing, as last read."""
    pod = case.pod
    if pod is None:
        return "How it stands now is not known: I never read it."
    rate = burn(pod)
    if pod.status is PodStatus.UNKNOWN:
        return "RunPod gives it a state I do not know."
    if not billed(pod):
        return f"It is {STATES[pod.status]}, as last read."
    cost = "a cost not known" if rate is None else per_hour(rate)
    return f"It is {STATES[pod.status]} and costs {cost}, as last read."


def _stem(sentence: str) -> str:
    return sentence.removesuffix(".")
