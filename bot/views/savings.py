"""What would save most: a line and a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.buttons import NTH
from bot.views.figures import at, per_hour, per_month
from bot.views.layout import page, small
from bot.views.money_rows import Names
from bot.views.text import code, label, person, pod_ref, ref
from pods.ledger.savings import Deed, Saving
from pods.messages import Content
from pods.model import Cloud, GpuType, Pod
from pods.money import cents

_SHORT: Final = 40
_BUTTONS: Final = {
    Deed.STOP_IDLE: "Stop",
    Deed.TERMINATE_STOPPED: "Terminate…",
    Deed.DELETE_VOLUME: "Delete…",
    Deed.CHEAPER_GPU: "Move…",
}


def saving_line(saving: Saving, names: Names) -> str:
    """Stop `nlp-train` (`abc123`), idle half the week: $310.20 a month."""
    of = pod_ref(saving.name or saving.id, saving.id)
    whose = f", {person(saving.owner)}" if saving.owner else ""
    return f"{_deed(saving, of, names)}{whose}: {per_month(saving.per_month)}"


def _deed(saving: Saving, of: str, names: Names) -> str:
    match saving.deed:
        case Deed.STOP_IDLE:
            return f"Stop {of} while it does nothing"
        case Deed.TERMINATE_STOPPED:
            return f"Terminate {of}, stopped and paid for its disk"
        case Deed.DELETE_VOLUME:
            return f"Delete the network volume {of}, which no pod uses"
        case Deed.CHEAPER_GPU:
            return f"Run {of} on {names.gpu(saving.gpu or '')} instead"


def saving_buttons(savings: Sequence[Saving]) -> list[Button]:
    """`save.<deed>` with `<kind>:<id>:<USD per month>`."""
    return [
        Button(
            text=label(f"{_BUTTONS[each.deed]} {each.name or each.id}", _SHORT),
            action_id=f"save.{each.deed.value.replace(' ', '_')}{NTH}{place}",
            value=f"{each.kind.value}:{each.id}:{cents(each.per_month)}",
        )
        for place, each in enumerate(savings)
    ]


def move(
    pod: Pod, offer: tuple[GpuType, Cloud, Decimal] | None, *, read_at: datetime | None, now: datetime, tz: ZoneInfo
) -> Content:
    """A pod cannot be moved, only made anew elsewhere: what that saves and what it takes."""
    age = small(
        f"Prices as read {at(read_at, now, tz)}." if read_at is not None else "RunPod's prices were not read yet."
    )
    if offer is None or pod.gpu is None:
        return page([f"Nothing cheaper fits {ref(pod)} any more. Nothing was done.", age], key="move")
    gpu, cloud, price = offer
    each = pod.cost_per_hour / pod.gpu.count
    head = (
        f"{ref(pod)} could run on {code(gpu.name)} ({cloud.value.lower()} cloud) for {per_hour(price * pod.gpu.count)}"
    )
    saves = f"it costs {per_hour(pod.cost_per_hour)} now, {per_hour(each)} for each GPU"
    data = (
        f"Its network volume {code(pod.network.volume_id)} comes along, if the new pod is made in the same data center."
        if pod.network is not None
        else "Copy off what is on its container disk first: it does not come along."
    )
    how = "RunPod cannot move a pod: `/pod create` makes a new one, `/pod terminate` then ends this one."
    return page([f"{head}; {saves}. Nothing was done.", f"{how} {data}", age], key="move")
