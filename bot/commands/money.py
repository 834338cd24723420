"""Commands of money: what was spent, by whom, and budgets."""

from __future__ import annotations

from typing import Final

from bot.registry import Command

COMMANDS: Final[tuple[Command, ...]] = ()
