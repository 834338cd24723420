"""Commands of the watch: what idles and why, holds, leases and schedules."""

from __future__ import annotations

from typing import Final

from bot.registry import Command

COMMANDS: Final[tuple[Command, ...]] = ()
