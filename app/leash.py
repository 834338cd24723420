"""Runs a command that ends when its parent does.

Called as `python app/leash.py PARENT_PID {same|own} COMMAND...`. It runs as a plain file before the command takes its
place, so it imports the standard library alone. Ctrl-C is left to the parent, which stops its children in order; a
child in a process group of its own does not even hear of it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def on_leash(command: Sequence[str], *, own_group: bool = False) -> list[str]:
    """The command that runs `command` on a leash held by this process."""
    group = "own" if own_group else "same"
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), group, *command]


def _run(parent: int, group: str, command: list[str]) -> None:
    if group == "own":
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit("the parent ended before its child began")
    os.execvp(command[0], command)  # noqa: S606 - our own programs, no shell wanted


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
