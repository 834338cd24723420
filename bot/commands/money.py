"""Commands of money: what was spent, by whom, and budgets."""

from __future__ import annotations

from typing import Final

from bot.registry import Arg, ArgKind, Command, Visibility
from pods.policy import Role

COST: Final = Command(
    verb="cost",
    aliases=("spend", "spent", "costs"),
    summary="What was spent, by whom, and what a pod has cost.",
    help=(
        "Shows what the pods and network volumes cost in some days, as RunPod billed it and, where it has not yet, as "
        "estimated; idle time and stopped disks stand out. Days are those of the policy's zone. Without a period: this "
        "month. With a pod: its whole life on one line."
    ),
    examples=(
        "cost",
        "cost yesterday by gpu",
        "cost month mine",
        "cost 2026-11-01..2026-11-15 by team share",
        "cost abc123",
    ),
    args=(
        Arg(
            name="period",
            kind=ArgKind.CHOICE,
            bare=True,
            choices=("today", "yesterday", "week", "month"),
            help="The week is since Monday.",
        ),
        Arg(name="dates", kind=ArgKind.DATES, bare=True, help="Such as `2026-11-01..2026-11-15`; both days count."),
        Arg(
            name="by",
            kind=ArgKind.CHOICE,
            choices=("owner", "gpu", "team", "preset", "day", "pod"),
            help="What the rows are; owners, or somebody's pods, where it is not said.",
        ),
        Arg(name="mine", kind=ArgKind.CHOICE, bare=True, choices=("mine",), help="Only what you spent."),
        Arg(name="owner", kind=ArgKind.PERSON, bare=True, help="Only what somebody spent: `@` and their name."),
        Arg(name="pod", kind=ArgKind.POD, help="Id or name, also of a pod that was terminated this month."),
    ),
    role=Role.VIEWER,
)


BUDGET: Final = Command(
    verb="budget",
    aliases=("budgets",),
    summary="How far the budgets are spent.",
    help=(
        "Shows the budgets that concern you, with what is spent, what is left and what a spent one asks of creates and "
        "starts; with `all`, everybody's. What RunPod has not billed yet is estimated."
    ),
    examples=("budget", "budget all", "budget share"),
    args=(Arg(name="all", kind=ArgKind.CHOICE, bare=True, choices=("all",), help="Everybody's budgets."),),
    role=Role.VIEWER,
)

DELETE_VOLUME: Final = Command(
    verb="delete-volume",
    summary="Delete a network volume, for good.",
    help=(
        "Ends the cost of the volume. Gone for good: everything on it; nothing brings it back. Refused while any pod "
        "uses it. I say *gone* only when RunPod no longer has it. The policy says who may (`[sweep] delete_volume`)."
    ),
    examples=("delete-volume vol8kq2x1c", "delete-volume datasets"),
    args=(
        Arg(name="volume", kind=ArgKind.WORD, required=True, bare=True, help="Its id, or its name if only one has it."),
    ),
    role=Role.OPERATOR,
    confirm="Always.",
    visibility=Visibility.PUBLIC,
)

SWEEP: Final = Command(
    verb="sweep",
    summary="Disks and volumes that nobody uses.",
    help=(
        "Shows pods that stand stopped and network volumes on no pod, with the days, the dollars so far and per month, "
        "and buttons to terminate, delete or keep each. Once a week the same is told where costs are routed."
    ),
    examples=("sweep", "sweep share"),
    role=Role.VIEWER,
)

COMMANDS: Final[tuple[Command, ...]] = (COST, BUDGET, SWEEP, DELETE_VOLUME)
