from __future__ import annotations

import select
import signal
import subprocess
import sys

import pytest

#: Waits in the short turns in which a handler that sets the event itself would meet its own lock.
PROGRAM = """
import signal, sys
from app.stopping import stop_on_signals
if "ignored" in sys.argv:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
stop = stop_on_signals()
print("up", flush=True)
while not stop.wait(0.0001):
    continue
print("stopped", flush=True)
"""
WITHIN_S = 15.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_the_order_to_stop(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        said, _ = process.communicate(timeout=WITHIN_S)
    assert (said, process.returncode) == ("stopped\n", 0)


def test_ctrl_c_is_left_to_a_parent_that_keeps_it() -> None:
    command = [sys.executable, "-c", PROGRAM, "ignored"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        assert not select.select([process.stdout], [], [], 0.2)[0]
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=WITHIN_S)[0] == "stopped\n"
