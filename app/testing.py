"""`./podkeeper test`: pytest on two processes, without the tests that need a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from app.settings import NAMES, ROOT

#: What is told apart by file shares its fixtures: a Valkey, a simulator.
ARGUMENTS: Final = ("--ignore", "tests/browser", "-n", "2", "--dist", "loadfile")


def command(extra: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *ARGUMENTS, *extra]


def run(extra: Sequence[str]) -> int:
    """Give pytest's own exit code. Real settings stay out of the tests' reach."""
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(command(extra), cwd=ROOT, env=environment, check=False).returncode
