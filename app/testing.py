"""`./podkeeper test`: pytest on two processes, without the tests that need a browser or much time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from app.settings import NAMES, ROOT

#: What is told apart by file shares its fixtures: a Valkey, a simulator.
ARGUMENTS: Final = ("--ignore", "tests/browser", "-n", "2", "--dist", "loadfile")


#: Kills of processes, chaos and whole months: `./podkeeper test -m "long or chaos"`.
QUICK: Final = ("-m", "not long and not chaos")


def command(extra: Sequence[str]) -> list[str]:
    """Whoever names files or markers gets what they named."""
    named = any(each.startswith("tests") or each == "-m" for each in extra)
    return [sys.executable, "-m", "pytest", *ARGUMENTS, *(() if named else QUICK), *extra]


def run(extra: Sequence[str]) -> int:
    """Give pytest's own exit code. Real settings stay out of the tests' reach."""
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(command(extra), cwd=ROOT, env=environment, check=False).returncode
