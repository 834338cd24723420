"""docs/commands.md, made from the registry like help itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.settings import ROOT
from bot.commands.catalog import REGISTRY
from bot.registry import Command

PAGE: Final = ROOT / "docs" / "commands.md"
_HEAD: Final = """# Commands

Made from the command registry by `./podkeeper docs`; a test keeps it so. Each works as `/pod ...`, and by mention in a
thread, where slash commands do not work. A pod is its name, its id or a unique beginning of its id.
"""


def page() -> str:
    return "\n".join([_HEAD, *(_section(command) for command in REGISTRY.all())])


def write(path: Path = PAGE) -> None:
    path.write_text(page(), encoding="utf-8")


def _section(command: Command) -> str:
    also = f" Also: {', '.join(f'`{alias}`' for alias in command.aliases)}." if command.aliases else ""
    asks = f" Asks first. {command.confirm}" if command.confirm else ""
    examples = "\n".join(f"    /pod {example}" for example in command.examples)
    return (
        f"## {command.verb}\n\n`{REGISTRY.usage(command)}`\n\n{command.summary} {command.help}\n\n"
        f"For {command.role.word}s and above.{also}{asks}\n\n{examples}\n"
    )
