"""Commands of losses: protection, recovery and on-call."""

from __future__ import annotations

from typing import Final

from bot.registry import Command

COMMANDS: Final[tuple[Command, ...]] = ()
