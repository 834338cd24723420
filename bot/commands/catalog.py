"""Every command of this version, in the order in which help lists them."""

from __future__ import annotations

from typing import Final

from bot.commands import holds, lifecycle, losses, money, pods, watch
from bot.registry import Arg, ArgKind, Command, Registry
from pods.policy import Role

_ALL_BUT_HELP: Final = (
    *pods.COMMANDS,
    *lifecycle.COMMANDS,
    *watch.COMMANDS,
    *holds.COMMANDS,
    *losses.COMMANDS,
    *money.COMMANDS,
)

HELP: Final = Command(
    verb="help",
    summary="What I can do.",
    help="Lists the commands, or explains one.",
    examples=("help", "help stop"),
    args=(
        Arg(
            name="command",
            kind=ArgKind.CHOICE,
            bare=True,
            choices=(*(word for command in _ALL_BUT_HELP for word in command.words), "help"),
            help="Its verb or another name of it.",
        ),
    ),
    role=Role.VIEWER,
)

REGISTRY: Final = Registry((*_ALL_BUT_HELP, HELP))
