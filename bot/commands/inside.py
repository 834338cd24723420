"""Commands of getting into a pod: connect and logs. Their answers are for one person alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from bot.registry import Arg, ArgKind, Command
from pods.policy import Role

_POD: Final = Arg(name="pod", kind=ArgKind.POD, required=True, help="Id or name.")

CONNECT: Final = Command(
    verb="connect",
    aliases=("ssh", "open"),
    summary="How to get into a pod, and what answers there.",
    help=(
        "Reads the pod now and knocks at its HTTP ports: the SSH commands, each port's address with what is behind it, "
        "which of them answer, and which let anybody in. Only the pod's owner and operators get it, and only they see "
        "it."
    ),
    examples=("connect abc123",),
    args=(_POD,),
    role=Role.VIEWER,
    private=True,
)

LOGS: Final = Command(
    verb="logs",
    aliases=("log",),
    summary="The newest lines of a pod's log.",
    help=(
        "Shows what the pod printed, or with `system` what its host said, such as about the image's download. What "
        "looks like a key or password is masked. Only the pod's owner and operators get it, and only they see it. "
        "Needs RunPod's REST v2 API."
    ),
    examples=("logs abc123", "logs abc123 system", "logs abc123 tail 200 since 10m"),
    args=(
        _POD,
        Arg(name="system", kind=ArgKind.CHOICE, bare=True, choices=("system",), help="The host's log."),
        Arg(name="tail", kind=ArgKind.NUMBER, default=Decimal(100), help="So many lines at most, up to 1000."),
        Arg(name="since", kind=ArgKind.DURATION, help="Only what is younger, such as `10m` or `2h`."),
    ),
    role=Role.VIEWER,
    private=True,
)

COMMANDS: Final[tuple[Command, ...]] = (CONNECT, LOGS)
