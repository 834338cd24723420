"""A create in words: what is asked for, what RunPod has not, and the pod that was made."""

from __future__ import annotations

from bot.views.arrival import came
from bot.views.cases import Case, Told
from bot.views.figures import burn, per_hour, span
from bot.views.hardware import gpu_name
from bot.views.text import code, counted, listed, prose
from pods.creating import AGAIN_AFTER
from pods.model import Cloud, Pod
from pods.operations import KEEP_TRYING_EVERY, LOOK_ON, OperationState
from pods.orders import Candidate, CreateOrder, pod_name

_TRIED_SHOWN = 5


def candidate(wanted: Candidate) -> str:
    """1 x H100 80GB HBM3 in the secure cloud, EU-RO-1."""
    if wanted.gpu is not None:
        what = f"{wanted.gpu.count} x {code(gpu_name(wanted.gpu.id))}"
    else:
        what = f"{wanted.cpu.vcpu_count if wanted.cpu else 0} vCPU ({code(wanted.cpu.id if wanted.cpu else '')})"
    cloud = "secure" if wanted.cloud is Cloud.SECURE else "community"
    where = f", {listed([code(each) for each in wanted.data_centers], joint='or')}" if wanted.data_centers else ""
    spot = f" as spot, bid {per_hour(wanted.bid)} per GPU" if wanted.bid is not None else ""
    return f"{what} in the {cloud} cloud{where}{spot}"


def priced(wanted: Candidate) -> str:
    if wanted.bid is not None and wanted.gpu is not None:
        return f"{candidate(wanted)}: at most {per_hour(wanted.bid * wanted.gpu.count)}"
    return f"{candidate(wanted)} at {per_hour(wanted.price) if wanted.price is not None else 'a price not known'}"


def _order(case: Case) -> CreateOrder:
    order = case.operation.order
    if order is None:
        raise AssertionError("a create is only ever written with its order")
    return order


def waits(case: Case) -> Told:
    """Between two calls: one candidate was refused, or all, and somebody waits."""
    operation, order = case.operation, _order(case)
    if operation.keep_until is not None and operation.rounds and operation.candidate == 0:
        return _keeps_trying(case)
    if operation.candidate >= len(order.candidates):
        return Told(word="creating", headline=f"Creating {case.ref}: nothing is free.", short="nothing is free")
    wanted = order.candidates[operation.candidate]
    nth = f"{operation.candidate + 1} of {len(order.candidates)}"
    trouble = f"Trouble so far: {prose(operation.trouble)}" if operation.trouble else ""
    return Told(
        word="creating",
        headline=f"Creating {case.ref}: next I ask RunPod for {priced(wanted)} ({nth}). Nothing was made yet.",
        more=(_tried(case), trouble if not operation.tried else ""),
        short=f"next is {candidate(wanted)}, {nth}",
    )


def _keeps_trying(case: Case) -> Told:
    operation = case.operation
    next_ = f"; next try at {case.at(operation.next_at)}" if operation.next_at else ""
    until = f", until {case.at(operation.keep_until)}" if operation.keep_until else ""
    tried = f"tried {counted(operation.rounds, 'time')}"
    return Told(
        word="waiting for a GPU",
        headline=f"{case.ref} is not created yet: RunPod has nothing of it free. It costs nothing while it waits.",
        more=(f"I try every {span(KEEP_TRYING_EVERY)} and tell you here{until}: {tried}{next_}.",),
        short=f"nothing free, {tried}",
    )


def calling(case: Case) -> Told:
    operation, order = case.operation, _order(case)
    wanted = order.candidates[min(operation.candidate, len(order.candidates) - 1)]
    nth = f" ({operation.candidate + 1} of {len(order.candidates)})" if len(order.candidates) > 1 else ""
    return Told(
        word="creating",
        headline=f"Creating {case.ref}: asking RunPod for {priced(wanted)}{nth}.",
        more=(_tried(case),),
        short=f"asking for {candidate(wanted)}",
    )


def unclear(case: Case) -> Told:
    name = code(pod_name(_order(case), case.operation.id))
    return Told(
        word="creating",
        headline=f"Creating {case.ref}: RunPod did not say whether it made the pod. If it did, it bills already.",
        more=(
            f"I look in its list for {name} and order no second one before {span(AGAIN_AFTER)} have passed without it.",
            f"The trouble: {prose(case.operation.trouble)}" if case.operation.trouble else "",
        ),
        short="RunPod did not say whether it made the pod; I look in its list",
    )


def created(case: Case) -> Told:
    """It exists. What it is from then on, its arrival says."""
    arrival = case.operation.arrival
    if arrival is None:
        return Told(word="created", headline=f"{case.ref} is created. {_costs(case.pod)}.", short="created")
    said = came(case, arrival)
    return Told(
        word=arrival.phase.value.replace("_", " ") if arrival.troubled else "created",
        headline=f"{case.ref} {said.is_}",
        more=(_corrected(case), _where(case), _above_price(case), *said.more, _tried(case)),
        short=said.is_.removesuffix("."),
    )


def _corrected(case: Case) -> str:
    """A first "not made" or "not confirmed" taken back in so many words."""
    outcome, ended = case.operation.outcome, case.operation.ended_at
    if outcome is None or not outcome.corrected or ended is None:
        return ""
    return (
        f"Corrected at {case.at(ended)}: I first said that it was not made, or not confirmed. RunPod's list shows it."
    )


def _where(case: Case) -> str:
    pod = case.pod
    if pod is None:
        return ""
    what = f"{pod.gpu.count} x {code(gpu_name(pod.gpu.id))}" if pod.gpu else _vcpus(pod)
    place = f" in {code(pod.data_center)}" if pod.data_center else ""
    cloud = f", {pod.cloud.value.lower()} cloud" if pod.cloud else ""
    spot = " Spot: RunPod may take it away for a higher bid." if pod.spot or _spot(case) else ""
    return f"It has {what}{place}{cloud}.{spot}"


def _spot(case: Case) -> bool:
    order, at = _order(case), case.operation.candidate
    return at < len(order.candidates) and order.candidates[at].bid is not None


def _vcpus(pod: Pod) -> str:
    return f"{pod.cpu.vcpu_count} vCPU" if pod.cpu else "hardware RunPod did not name"


def _above_price(case: Case) -> str:
    """RunPod takes no highest price with an order, so what it charges is held against what was agreed."""
    order, at, rate = _order(case), case.operation.candidate, burn(case.pod)
    agreed = order.candidates[at].price if at < len(order.candidates) else None
    if rate is None or agreed is None or rate <= agreed:
        return ""
    return f"*It costs more than the {per_hour(agreed)} agreed to.* Terminate it if that is too much."


def _tried(case: Case) -> str:
    """Which were refused before, as they were asked for."""
    order, tried = _order(case), case.operation.tried
    if not tried:
        return ""
    named = [candidate(order.candidates[each.candidate]) for each in tried[:_TRIED_SHOWN]]
    more = f" and {len(tried) - _TRIED_SHOWN} more" if len(tried) > _TRIED_SHOWN else ""
    return f"Not to be had: {'; '.join(named)}{more}."


def no_capacity(case: Case) -> Told:
    why = prose(case.sentence) or "RunPod has no machine free for it."
    return Told(
        word="not created",
        headline=f"{case.ref} was not created: RunPod has nothing of it free now. Nothing was done, nothing is billed.",
        more=(_tried(case), f"RunPod's last word: {why}"),
        short="nothing of it is free",
    )


def not_confirmed(case: Case) -> Told:
    order, operation = _order(case), case.operation
    rate = order.candidates[min(operation.candidate, len(order.candidates) - 1)].price
    bill = f"If it exists, it is billing {per_hour(rate)}" if rate is not None else "If it exists, it is billing"
    ended = operation.ended_at
    until = f" until {case.at(ended + LOOK_ON)}" if ended is not None else ""
    goes_on = f"I go on looking{until}, and put this message right if it shows."
    if operation.state is OperationState.UNKNOWN and not operation.looked_after(case.now):
        goes_on = f"I looked for {span(LOOK_ON)} more and it did not show. Look in RunPod's console yourself."
    return Told(
        word="not confirmed",
        headline=f"*CREATION NOT CONFIRMED*: {case.ref}. {bill}.",
        more=(
            f"RunPod did not say whether it made {code(pod_name(order, operation.id))}, and its list has not shown it.",
            f"The last trouble on the way: {prose(case.sentence)}" if case.sentence else "",
            goes_on,
        ),
        short="RunPod did not say whether it made it",
    )


def _costs(pod: Pod | None) -> str:
    rate = burn(pod)
    return "What it costs an hour is not known" if rate is None else f"Costs {per_hour(rate)}"
