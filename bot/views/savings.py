"""What would save most: a line and a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slackblocks import Button

from bot.views.buttons import NTH
from bot.views.figures import per_month
from bot.views.money_rows import Names
from bot.views.text import label, person, pod_ref
from pods.ledger.savings import Deed, Saving
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
