"""Commands of the watch: what idles and why, holds, leases and schedules."""

from __future__ import annotations

from typing import Final

from bot.commands.pods import PODS
from bot.registry import Arg, ArgKind, Command
from pods.policy import Role

WATCH: Final = Command(
    verb="watch",
    aliases=("idle",),
    summary="What every running pod does, what idles and what follows.",
    help=(
        "Shows the verdict on each running pod, since when it idles, what that has cost, and what I do next and when. "
        "Also where utilisation comes from, and what is not known."
    ),
    examples=("watch", "watch share"),
    role=Role.VIEWER,
)

WHY: Final = Command(
    verb="why",
    summary="Why a pod counts as idle, busy or not known.",
    help=(
        "Shows the rule that decided, its arithmetic over the samples, what was asked of log, heartbeats and Jupyter, "
        "a chart of the pod's use, and what follows."
    ),
    examples=("why abc123", "why nlp-train share"),
    args=(PODS,),
    role=Role.VIEWER,
)

SHADOW: Final = Command(
    verb="shadow",
    summary="What I would have stopped, and whether that was right.",
    help=(
        "Shows what shadow mode would have stopped, what that would have saved, how many of those pods worked within a "
        "day, and how many of the stops I made were undone within 30 minutes."
    ),
    examples=("shadow", "shadow last 30d"),
    args=(Arg(name="last", kind=ArgKind.DURATION, bare=True, help="How far back, such as `30d`; else a week."),),
    role=Role.VIEWER,
)

COMMANDS: Final = (WATCH, WHY, SHADOW)
