"""What could be had where the GPU asked for is not free: each with its price, and what of the data comes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.figures import at, per_hour, per_month
from bot.views.layout import page, small
from bot.views.text import code, label, person, ref
from pods.candidates import Alternative
from pods.messages import Content
from pods.model import Cloud, Pod
from pods.money import dollars, stopped_storage_per_month
from pods.operations import Operation

TAKE = "free.take"
_LABEL_MAX = 75


def instead_of_create(
    operation: Operation, offers: Sequence[Alternative], *, read_at: datetime | None, now: datetime, tz: ZoneInfo
) -> Content:
    name = code(operation.pod_name)
    if not offers:
        head = f"For {name} I know nothing else with as much GPU memory that is free now. Nothing was done."
        return page([head, "Keep trying, or ask for another GPU: `/pod gpus free` lists what is free."], key="else")
    head = f"Instead of what {name} was to have, this is free now. Each makes a new pod, and I ask before."
    return page(
        [head, "\n".join(_line(each) for each in offers), small(_age(read_at, now, tz))],
        key="else",
        buttons=_buttons(operation, offers),
    )


def instead_of_start(
    operation: Operation,
    pod: Pod,
    offers: Sequence[Alternative],
    *,
    read_at: datetime | None,
    now: datetime,
    tz: ZoneInfo,
) -> Content:
    """A new pod elsewhere, made of what this one is made of. What would not come along is said first."""
    head = f"{ref(pod)} can be made anew on another host. {_data(pod)}"
    if not offers:
        nothing = "Nothing with as much GPU memory is free for that now. Keep trying; its own host may free a GPU."
        return page([f"{head} {nothing} Nothing was done."], key="else")
    return page(
        [
            head,
            "\n".join(_line(each) for each in offers),
            f"The old pod stays stopped{_stopped_cost(pod)} until you terminate it.",
            small(_age(read_at, now, tz)),
        ],
        key="else",
        buttons=_buttons(operation, offers, empty=pod.persistent is not None),
    )


def _data(pod: Pod) -> str:
    if pod.network is not None:
        return f"Its data comes along: it is on the network volume {code(pod.network.volume_id)}."
    if pod.persistent is not None:
        return (
            f"*Its data does not come along*: {code(pod.persistent.path)} ({pod.persistent.size_gb} GB) stays on the "
            "old host, and the new pod begins empty."
        )
    return "It has no volume, so nothing it keeps would be lost."


def _stopped_cost(pod: Pod) -> str:
    month = stopped_storage_per_month(pod)
    return f" and costs {per_month(month)}" if month else ""


def _line(offer: Alternative) -> str:
    price = offer.candidate.price
    cost = per_hour(price) if price is not None else "price not known"
    where = offer.candidate.data_centers
    place = f", {code(where[0])}" if where else ""
    count = offer.candidate.gpu.count if offer.candidate.gpu else 0
    return (
        f"• {count} x {code(offer.name)} ({offer.memory_gb} GB), {_cloud(offer)} cloud{place}: "
        f"{cost}{_difference(offer.dearer_by)}, stock {offer.stock.lower()}"
    )


def _difference(dearer_by: Decimal | None) -> str:
    if dearer_by is None:
        return ""
    if not dearer_by:
        return ", the same price"
    return f", {dollars(abs(dearer_by))}/h {'more' if dearer_by > 0 else 'less'}"


def _cloud(offer: Alternative) -> str:
    return "secure" if offer.candidate.cloud is Cloud.SECURE else "community"


def _buttons(operation: Operation, offers: Sequence[Alternative], *, empty: bool = False) -> list[Button]:
    word = "Empty copy on" if empty else "Take"
    return [
        Button(_button(word, each), action_id=f"{TAKE}#{nth}", value=f"{operation.id}:{_value(each)}")
        for nth, each in enumerate(offers)
    ]


def _button(word: str, offer: Alternative) -> str:
    price = f", {per_hour(offer.candidate.price)}" if offer.candidate.price is not None else ""
    return label(f"{word} {offer.name}{price}…", _LABEL_MAX)


def _value(offer: Alternative) -> str:
    gpu = offer.candidate.gpu.id if offer.candidate.gpu else ""
    return ":".join((gpu, offer.candidate.cloud.value, *offer.candidate.data_centers[:1]))


def _age(read_at: datetime | None, now: datetime, tz: ZoneInfo) -> str:
    if read_at is None:
        return "I have not read RunPod's catalog yet."
    return f"As RunPod's catalog said at {at(read_at, now, tz)}; stock changes by the minute."


def immovable(pod: Pod) -> Content:
    """Nobody can say what would be lost, so nothing is offered."""
    why = "RunPod did not say what disks it has, so nobody can say what would be lost"
    if pod.mounts_known:
        why = "it has no GPU that could be had elsewhere"
    head = f"I do not offer to move {ref(pod)}: {why}. Nothing was done."
    return page([head, "Keep trying, or look at it in RunPod's console."], key="else")


def others(pod: Pod, owner: str) -> Content:
    whose = f"{ref(pod)} is {person(owner)}'s, and a copy would carry its env."
    return page([f"{whose} Only they or an admin can ask for one. Nothing was done."], key="else")


def taken_meanwhile(offer: str) -> Content:
    words = f"{code(offer)} is not free any more, by RunPod's catalog. Nothing was done; show the options again."
    return page([words], key="else")


def keeps_trying_no_more(operation: Operation) -> Content:
    return page([f"I no longer try to get a GPU for {code(operation.name)}. Nothing was done."], key="else")


def not_waiting() -> Content:
    words = "It does not wait between two tries now: one is being made, or it has ended. Its message says which."
    return page([words], key="else")


def not_yours(by: str) -> Content:
    return page([f"{person(by)} asked for it, so only they or an admin can end the waiting."], key="else")
