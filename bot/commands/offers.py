"""Commands of what there is to choose from: GPU types, network volumes, templates."""

from __future__ import annotations

from typing import Final

from bot.registry import Arg, ArgKind, Command
from pods.policy import Role

GPUS: Final = Command(
    verb="gpus",
    aliases=("gpu", "stock"),
    summary="GPU types: price, stock and where.",
    help=(
        "Shows what a GPU costs per hour in RunPod's secure and community cloud, how many are free and in which data "
        "centers, as RunPod said within the last minutes. Words narrow it: part of a name, or a data center."
    ),
    examples=("gpus", "gpus h100 sxm", "gpus eu-ro-1 free", "gpus under 1.50 memory 48"),
    args=(
        Arg(
            name="word",
            kind=ArgKind.WORD,
            many=True,
            bare=True,
            help="Such as `h100`, `rtx`, `sxm` or a data center as `eu-ro-1`; all of them must fit.",
        ),
        Arg(name="free", kind=ArgKind.CHOICE, bare=True, choices=("free",), help="Only what is free now."),
        Arg(
            name="cloud",
            kind=ArgKind.CHOICE,
            bare=True,
            choices=("secure", "community"),
            help="Only what that cloud offers.",
        ),
        Arg(name="under", kind=ArgKind.NUMBER, help="At most so many dollars an hour, such as `2`."),
        Arg(name="memory", kind=ArgKind.NUMBER, help="At least so many GB of GPU memory, such as `48`."),
    ),
    role=Role.VIEWER,
)

PRESETS: Final = Command(
    verb="presets",
    aliases=("preset",),
    summary="What can be created, and what it costs now.",
    help=(
        "Shows the policy's presets: which GPU each asks for first, its price and stock, its image and disks, its "
        "limits, and whether you may create it here."
    ),
    examples=("presets",),
    role=Role.VIEWER,
)

VOLUMES: Final = Command(
    verb="volumes",
    summary="Network volumes, what they cost and which pods have them.",
    help="Shows the account's network volumes with size, data center, cost per month and the pods that mount them.",
    examples=("volumes", "volumes share"),
    role=Role.VIEWER,
)

TEMPLATES: Final = Command(
    verb="templates",
    summary="The account's own templates.",
    help="Shows image, disks and ports of each template. Only the names of env variables are ever read, no values.",
    examples=("templates",),
    role=Role.VIEWER,
)

COMMANDS: Final[tuple[Command, ...]] = (PRESETS, GPUS, VOLUMES, TEMPLATES)
