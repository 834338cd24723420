"""Real children, tiny ones: each waits on its own input or on a signal, never on the time."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.supervisor import Child, Supervisor

WITHIN_S = 15.0

PATIENT = "import signal; print('up', flush=True); signal.pause()"
POLITE = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("up", flush=True)
signal.sigwait({signal.SIGTERM})
print("bye from " + sys.argv[1], flush=True)
"""
SHORT = "import os, pathlib, sys; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text() + 'x'); print('last words')"


class Telling(io.StringIO):
    """Keeps what was said and wakes whoever waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def write(self, text: str) -> int:
        with self.changed:
            written = super().write(text)
            self.changed.notify_all()
        return written

    def wait_for(self, met: Callable[[str], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: met(self.getvalue()), timeout=WITHIN_S)


@contextmanager
def running(*children: Child) -> Iterator[tuple[Supervisor, Telling]]:
    """Supervise in this thread's place: the leash holds as long as the thread lives."""
    out = Telling()
    supervisor = Supervisor(children, out=out)
    thread = threading.Thread(target=supervisor.run, daemon=True)
    thread.start()
    try:
        yield supervisor, out
    finally:
        supervisor.stop()
        thread.join(WITHIN_S)
        if thread.is_alive():
            supervisor.stop()
            thread.join(WITHIN_S)
    assert not thread.is_alive()


def child(name: str, program: str, *arguments: str, stage: int = 1) -> Child:
    return Child(name=name, command=[sys.executable, "-S", "-c", program, *arguments], stage=stage)


def test_lines_carry_the_name_of_who_said_them_and_no_secret() -> None:
    noisy = child("bot", "import signal; print('token xoxb-1-2-3 seen', flush=True); signal.pause()")
    with running(noisy, child("clock-1", PATIENT)) as (_, out):
        assert out.wait_for(lambda said: "seen" in said and "up" in said)
    assert "bot     | token [redacted] seen\n" in out.getvalue()
    assert "clock-1 | up\n" in out.getvalue()


def test_a_child_that_died_is_started_again_and_its_last_words_are_told(tmp_path: Path) -> None:
    count = tmp_path / "starts"
    count.write_text("")
    with running(child("act", SHORT, str(count))) as (_, out):
        assert out.wait_for(lambda said: said.count("last words") >= 2)
    assert "ended by itself (exit code 0); it is started again in 0.5 s" in out.getvalue()
    assert len(count.read_text()) >= 2


def test_a_killed_child_comes_back_as_another_process() -> None:
    with running(child("watch", PATIENT)) as (supervisor, out):
        assert out.wait_for(lambda said: "up" in said)
        os.kill(supervisor.pids()["watch"], signal.SIGKILL)
        assert out.wait_for(lambda said: said.count("up") == 2)
    assert "SIGKILL" in out.getvalue()


def test_the_store_hears_of_the_end_after_the_work_has_ended() -> None:
    with running(child("store", POLITE, "store", stage=0), child("bot", POLITE, "bot")) as (_, out):
        assert out.wait_for(lambda said: said.count("up") == 2)
    said = out.getvalue()
    assert said.index("bye from bot") < said.index("bye from store")


def test_a_stage_waits_for_the_one_below(tmp_path: Path) -> None:
    flag = tmp_path / "ready"
    gate = Child(name="store", command=child("", PATIENT).command, stage=0, ready=flag.exists)
    with running(gate, child("bot", PATIENT)) as (_, out):
        assert out.wait_for(lambda said: "store | up" in said)
        assert "bot" not in out.getvalue()
        flag.touch()
        assert out.wait_for(lambda said: "bot   | up" in said)


def test_ready_is_announced_once_everyone_is() -> None:
    announced = threading.Event()
    supervisor = Supervisor([child("bot", POLITE, "bot")], out=io.StringIO(), on_ready=announced.set)
    thread = threading.Thread(target=supervisor.run, daemon=True)
    thread.start()
    assert announced.wait(WITHIN_S)
    supervisor.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


MAIN = """
import sys
from app.supervisor import Child, Supervisor
program = "import os, signal; print('pid', os.getpid(), flush=True); signal.pause()"
supervisor = Supervisor([Child(name="bot", command=[sys.executable, "-S", "-c", program])])
supervisor.handle_signals()
supervisor.run()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_child_outlives_the_supervisor(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", MAIN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pidfd = os.pidfd_open(int(process.stdout.readline().split()[-1]))
        process.send_signal(number)
        code = process.wait(WITHIN_S)
    try:
        assert select.select([pidfd], [], [], WITHIN_S)[0], "the child is still there"
    finally:
        os.close(pidfd)
    assert code == (-number if number is signal.SIGKILL else 0)
