"""The command that makes a pod."""

from __future__ import annotations

from typing import Final

from bot.registry import Arg, ArgKind, Command, Visibility
from pods.policy import Role

CREATE: Final = Command(
    verb="create",
    aliases=("new", "deploy", "launch"),
    summary="Make a new pod from a preset.",
    help=(
        "Shows what it would cost and asks; then asks RunPod for the preset's GPUs in turn until one is had, and says "
        "here when the pod is ready. If none is free, it says what could be had instead. `/pod presets` lists the "
        "presets; an admin writes them into the policy."
    ),
    examples=(
        "create train",
        "create train name=nlp-large",
        "create train gpu=h100 volume=datasets lease 8h",
    ),
    args=(
        Arg(
            name="preset",
            kind=ArgKind.WORD,
            bare=True,
            help="One of `/pod presets`; it may be left out where there is only one.",
        ),
        Arg(name="name", kind=ArgKind.WORD, help="What to call the pod; the preset's name otherwise."),
        Arg(name="gpu", kind=ArgKind.GPU, help="Another GPU than the preset's, such as `h100` or `4090`."),
        Arg(
            name="volume",
            kind=ArgKind.WORD,
            help="A network volume's id or name, a size such as `100gb` for a disk on the host, or `none`.",
        ),
        Arg(name="lease", kind=ArgKind.DURATION, help="How long it is wanted, such as `8h`; then it is stopped."),
    ),
    role=Role.OPERATOR,
    confirm="Always, with the price.",
    visibility=Visibility.PUBLIC,
)

COMMANDS: Final[tuple[Command, ...]] = (CREATE,)
