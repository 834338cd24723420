"""Commands of a pod's life: create it, connect to it, read its log, choose what to rent."""

from __future__ import annotations

from typing import Final

from bot.commands import auditing, creating, inside, offers
from bot.registry import Command

COMMANDS: Final[tuple[Command, ...]] = (*creating.COMMANDS, *inside.COMMANDS, *offers.COMMANDS, *auditing.COMMANDS)
