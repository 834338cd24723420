"""What was asked for is so: done now, after all, already, or with a catch."""

from __future__ import annotations

from typing import Final

from bot.views import changed, creation, disks
from bot.views.arrival import came
from bot.views.cases import Case, Told
from bot.views.figures import burn, per_hour, per_month
from bot.views.text import code
from pods.arrivals import Phase
from pods.gates import GateKind
from pods.model import PodStatus, Verb
from pods.money import stopped_storage_per_month

_NEW_ADDRESS: Final = "Its IP and ports may be new."


def done(case: Case) -> Told:
    match case.verb:
        case Verb.STOP:
            told = _stopped(case)
        case Verb.START:
            told = _started(case)
        case Verb.RESTART:
            told = _restarted(case)
        case Verb.TERMINATE:
            told = _terminated(case)
        case Verb.RENAME | Verb.LOCK | Verb.UNLOCK:
            told = changed.done(case)
        case Verb.CREATE:
            told = creation.created(case)
    return _corrected(case, told)


def _stopped(case: Case) -> Told:
    saves = _saves(case)
    return Told(
        word="stopped",
        headline=f"{case.ref} is stopped. {saves}.",
        more=(_lost_by_stop(case), disks.stopped_cost(case.pod)),
        short=f"{_lower(saves)}; {disks.stopped_cost_short(case.pod)}",
    )


def _saves(case: Case) -> str:
    if case.rate is None:
        return "What that saves an hour is not known"
    return f"Saves {per_hour(case.rate)}" if case.rate else "RunPod charged nothing an hour for it"


def _lost_by_stop(case: Case) -> str:
    """Only where nothing outlived it: who has a volume disk reads of it in what it costs."""
    pod = case.pod
    if pod is None or not pod.mounts_known or pod.keeps_data_on_stop:
        return ""
    return f"What it had written is gone with its {disks.container_disk(pod)}."


def _started(case: Case) -> Told:
    arrival = case.operation.arrival
    if arrival is not None:
        said = came(case, arrival)
        return Told(
            word="running",
            headline=f"{case.ref} {said.is_}",
            more=(_more_than_said(case), *said.more, _NEW_ADDRESS if arrival.phase is Phase.READY else ""),
            short=said.is_.removesuffix("."),
        )
    cost = _costs_now(case)
    return Told(
        word="running",
        headline=f"{case.ref} is running. {cost}.",
        more=(_more_than_said(case), f"Its services can need another minute. {_NEW_ADDRESS}"),
        short=_lower(cost),
    )


def _more_than_said(case: Case) -> str:
    """RunPod says the price only once it runs; where it is above what was quoted or approved, that is told."""
    appeal, rate = case.request.appeal, burn(case.pod)
    priced = appeal.price_of(case.operation.pod_id) if appeal else None
    if priced is None or priced.per_hour is None or rate is None or rate <= priced.per_hour:
        return ""
    approved = any(gate.kind is GateKind.APPROVAL for gate in case.request.gates)
    return f"That is more than the {per_hour(priced.per_hour)} that {'was approved' if approved else 'I expected'}."


def _costs_now(case: Case) -> str:
    rate = burn(case.pod)
    return "What it costs an hour is not known" if rate is None else f"Costs {per_hour(rate)} from now on"


def _restarted(case: Case) -> Told:
    rate = burn(case.pod)
    cost = "What it costs an hour is not known" if rate is None else f"Costs {per_hour(rate)}, as it runs on"
    taken = disks.stop_takes(case.pod) if case.pod else ""
    return Told(
        word="restarted",
        headline=f"{case.ref} has restarted. {cost}.",
        more=(taken, "Its services can need another minute."),
        short=_lower(cost),
    )


def _terminated(case: Case) -> Told:
    saves = _terminate_saves(case)
    return Told(
        word="terminated",
        headline=f"{case.ref} is terminated. {saves}.",
        more=(disks.terminate_took(case.operation.before or case.pod),),
        short=_lower(saves),
    )


def _terminate_saves(case: Case) -> str:
    """A stopped pod cost nothing an hour, but its disk did by the month."""
    pod = case.operation.before or case.pod
    if pod is not None and pod.status is PodStatus.EXITED:
        month = stopped_storage_per_month(pod)
        if month is None:
            return "What its disks cost is not known"
        return f"Saves {per_month(month)} for its disk" if month else "It cost nothing any more"
    return _saves(case)


def _corrected(case: Case, told: Told) -> Told:
    """A first "not confirmed" put right: the old claim is taken back in so many words."""
    outcome, operation = case.operation.outcome, case.operation
    if outcome is None or not outcome.corrected:
        return told
    at = f" at {case.at(operation.ended_at)}" if operation.ended_at else ""
    took_back = (
        f"Corrected{at}: I first said this {case.forms.noun} was not confirmed. It took {case.took} until RunPod "
        "showed it."
    )
    return Told(
        word=told.word,
        headline=told.headline.replace(". ", " after all. ", 1),
        more=(took_back, *told.more),
        short=f"{told.short}; first not confirmed, now it is",
    )


def already(case: Case) -> Told:
    """Success, said as such: nothing was called."""
    match case.verb:
        case Verb.STOP:
            told = Told(
                word="stopped",
                headline=f"{case.ref} was already stopped. Nothing was done.",
                more=(_since(case), disks.stopped_cost(case.pod)),
                short=f"was so already; {disks.stopped_cost_short(case.pod)}",
            )
        case Verb.START:
            rate = burn(case.pod)
            costs = "what it costs an hour is not known" if rate is None else f"it costs {per_hour(rate)}"
            told = Told(
                word="running",
                headline=f"{case.ref} was already running; {costs}. Nothing was done.",
                more=(_since(case),),
                short=f"was so already; {costs}",
            )
        case Verb.RESTART:
            told = Told(
                word="restarted",
                headline=f"{case.ref} had already restarted by itself or by someone else. Nothing was done.",
                more=(_since(case),),
                short="was so already",
            )
        case Verb.TERMINATE:
            told = Told(
                word="terminated",
                headline=f"{case.ref} was already gone: RunPod no longer has it. Nothing was done.",
                short="was gone already",
            )
        case Verb.RENAME | Verb.LOCK | Verb.UNLOCK:
            told = changed.already(case)
        case Verb.CREATE:
            told = creation.created(case)
    return told


def _since(case: Case) -> str:
    """Since when, as far as RunPod said; its own words where it has any."""
    pod = case.pod
    if pod is None:
        return ""
    if case.verb is Verb.STOP:
        return f"RunPod says: {code(pod.last_status_change, 120)}." if pod.last_status_change else ""
    return f"Up since {case.at(pod.started_at)}." if pod.started_at else ""


def zero_gpu(case: Case) -> Told:
    """RunPod started it where the GPUs are taken: it runs, bills, and cannot work."""
    rate = burn(case.pod)
    costs = "What it costs an hour is not known" if rate is None else f"It costs {per_hour(rate)} all the same"
    deed = {
        Verb.START: "runs without a GPU: its host has none free",
        Verb.RESTART: "has restarted without a GPU: its host has none free",
    }.get(case.verb, f"was {case.forms.past} in a run without a GPU")
    if case.verb not in {Verb.START, Verb.RESTART}:
        return Told(word=case.forms.past, headline=f"{case.ref} {deed}.", short="had no GPU")
    return Told(
        word="running without a GPU",
        headline=f"{case.ref} {deed}. {costs}.",
        more=(_without_gpu(case),),
        short=f"its host has none free; {_lower(costs)}",
    )


def _without_gpu(case: Case) -> str:
    pod = case.pod
    moves = (
        "Its network volume can go to a new pod on another host."
        if pod is not None and pod.network is not None
        else "Its data sits on that host and would not come along to another one."
    )
    return f"Copy off what you need, then stop it, and start it again when GPUs are free there. {moves}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
