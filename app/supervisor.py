"""Runs children, prefixes what they say, starts them again when they die and ends them in order.

What to do is decided in `app.lives`; here it is done. One thread, so that the leash each child hangs on holds: Linux
lets go of it when the thread that started the child ends.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, TextIO

from app.leash import on_leash
from app.lives import Act, Effect, Fleet, Life, Seen, all_ready, decide, ended
from app.logs import redact

_LOOK_EVERY_S: Final = 0.1
_CHUNK: Final = 65_536
_CHUNKS_AT_ONCE: Final = 16


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    name: str
    command: Sequence[str]
    #: Lower stages start first and stop last.
    stage: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Asked while it lives, until it first says yes.
    ready: Callable[[], bool] = _at_once
    #: Out of reach of Ctrl-C even where it handles the signal itself.
    own_group: bool = False
    #: Where it writes what it does not say here.
    log: Path | None = None


@dataclass(slots=True)
class _Process:
    popen: subprocess.Popen[bytes]
    output: IO[bytes]
    rest: bytes = b""
    ready: bool = False


class Supervisor:
    def __init__(
        self,
        children: Sequence[Child],
        *,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        self._children = {child.name: child for child in children}
        self._fleet = Fleet(lives=tuple(Life(name=child.name, stage=child.stage) for child in children))
        self._processes: dict[str, _Process] = {}
        self._out = out or sys.stdout
        self._clock = clock
        self._on_ready = on_ready
        self._orders = 0
        self._selector = selectors.DefaultSelector()
        self._width = max((len(child.name) for child in children), default=0)

    def pids(self) -> dict[str, int]:
        return {name: process.popen.pid for name, process in self._processes.items()}

    def stop(self) -> None:
        """Order the end; a second time: at once. Safe in a signal handler and from another thread."""
        self._orders += 1

    def handle_signals(self) -> None:
        """Let SIGTERM, SIGINT and a closed terminal order the end."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda _number, _frame: self.stop())

    def run(self) -> None:
        """Until the end is ordered and every child is gone."""
        try:
            while not self._turn():
                self._read(_LOOK_EVERY_S)
        finally:
            self._end_everything()
            self._selector.close()

    def say(self, name: str, line: str) -> None:
        self._out.write(f"{name:<{self._width}} | {redact(line)}\n")
        self._out.flush()

    def _turn(self) -> bool:
        """Look, decide, act; True once all is over."""
        now = self._clock()
        while self._orders:
            self._orders -= 1
            self._fleet = self._fleet.order_stop(now)
        seen = {name: self._look(name) for name in self._children}
        if ended(self._fleet, seen):
            return True
        if self._on_ready and all_ready(self._fleet, seen):
            announce, self._on_ready = self._on_ready, None
            announce()
        self._fleet, effects = decide(self._fleet, seen, now)
        for effect in effects:
            self._carry_out(effect)
        return False

    def _look(self, name: str) -> Seen:
        process = self._processes.get(name)
        if process is None or process.popen.poll() is not None:
            return Seen.ABSENT
        process.ready = process.ready or self._children[name].ready()
        return Seen.READY if process.ready else Seen.ALIVE

    def _carry_out(self, effect: Effect) -> None:
        if effect.act is Act.START:
            self._start(self._children[effect.name])
        elif effect.act is Act.TELL:
            how = self._bury(effect.name)
            log = self._children[effect.name].log
            where = f"; its log is {log}" if log else ""
            self.say(effect.name, f"ended by itself ({how}); it is started again in {effect.wait_s:g} s{where}")
        else:
            signalled = signal.SIGTERM if effect.act is Act.TERMINATE else signal.SIGKILL
            self._processes[effect.name].popen.send_signal(signalled)

    def _start(self, child: Child) -> None:
        popen = subprocess.Popen(
            on_leash(child.command, own_group=child.own_group),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.environment},
        )
        if popen.stdout is None:
            raise RuntimeError("a child was started without a pipe")
        process = _Process(popen, popen.stdout)
        os.set_blocking(process.output.fileno(), False)
        self._selector.register(process.output, selectors.EVENT_READ, child.name)
        self._processes[child.name] = process

    def _bury(self, name: str) -> str:
        """Take in its last words and say how it ended."""
        process = self._processes.pop(name)
        self._drain(name, process)
        self._close(process)
        code = process.popen.wait()
        return f"exit code {code}" if code >= 0 else signal.Signals(-code).name

    def _read(self, timeout_s: float) -> None:
        if not self._selector.get_map():
            time.sleep(timeout_s)
        for key, _events in self._selector.select(timeout_s):
            name = str(key.data)
            if not self._drain(name, self._processes[name]):
                self._selector.unregister(key.fileobj)

    def _drain(self, name: str, process: _Process) -> bool:
        """Pass on the whole lines there are, a bounded share at once; False at the end of the output."""
        for _ in range(_CHUNKS_AT_ONCE):
            try:
                chunk = os.read(process.output.fileno(), _CHUNK)
            except BlockingIOError:
                return True
            *lines, process.rest = (process.rest + chunk).split(b"\n")
            if not chunk and process.rest:
                lines, process.rest = [process.rest], b""
            for line in lines:
                self.say(name, line.decode(errors="replace").rstrip())
            if not chunk:
                return False
        return True

    def _close(self, process: _Process) -> None:
        if process.output in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(process.output)
        process.output.close()

    def _end_everything(self) -> None:
        for name in list(self._processes):
            if self._processes[name].popen.poll() is None:
                self._processes[name].popen.kill()
                self._processes[name].popen.wait()
            self._bury(name)
