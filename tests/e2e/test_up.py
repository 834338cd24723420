"""`./podkeeper up` as an operator runs it: everything starts, what dies comes back, and it ends clean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from app.simulators import RUNPOD_MOUNT, serving
from sim.clock import SimClock
from sim.runpod import SimRunPod, demo_seed
from sim.runpod.server import runpod_app
from sim.slack import SimSlack, Workspace
from sim.slack.app import slack_app
from tests.e2e.inline import BOB
from tests.e2e.seen import posts_of
from tests.e2e.stack import ROOT, environment, policy_for

pytestmark = pytest.mark.e2e

ENDS_WITHIN_S = 20


def children(pid: int) -> dict[int, str]:
    """The direct children of a process and their command lines."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return {int(child): Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode() for child in listed}


def until(look: Callable[[], object], what: str, log: Path, within_s: float = 45) -> None:
    end = time.monotonic() + within_s
    while not look():
        assert time.monotonic() < end, f"no {what}\n{log.read_text(errors='replace')[-2000:]}"
        time.sleep(0.1)


def test_up_starts_everything_restarts_what_dies_and_ends_clean(tmp_path: Path) -> None:
    clock = SimClock(datetime.now(UTC))
    runpod = SimRunPod(clock, demo_seed())
    slack = SimSlack(Workspace.seeded(), clock)

    def build(address: str) -> ASGIApp:
        slack.state.base_url = address
        return slack_app(slack, mounts={RUNPOD_MOUNT: runpod_app(runpod)}, public_url=address)

    policy, log = tmp_path / "podkeeper.toml", tmp_path / "up.log"
    policy.write_text(policy_for(slack), encoding="utf-8")
    with serving(build, 0) as address, log.open("wb") as out:
        settings = environment(address, policy) | {"PODKEEPER_DATA": str(tmp_path / "data")}
        up = subprocess.Popen([sys.executable, "-m", "app", "up"], cwd=ROOT, env=settings, stdout=out, stderr=out)
        try:
            until(lambda: slack.delivery.socket.connections, "connection", log)
            running = children(up.pid)
            assert sum("worker" in command for command in running.values()) == 4
            assert sum("clock" in command for command in running.values()) == 2
            assert any("valkey" in command for command in running.values())

            # Of a pod that was never listed it would ask first, since nobody knows what would be lost.
            until(lambda: any(call["operation"] == "list" for call in runpod.calls.as_json()), "list", log)
            act = next(pid for pid, command in running.items() if "worker act" in command)
            os.kill(act, signal.SIGKILL)
            slack.command(BOB, slack.workspace.channel("gpu-pods").id, "/pod stop abc123")
            until(lambda: any("is stopped" in post.text for post in posts_of(slack, "gpu-pods")), "answer", log)

            left = children(up.pid)
            began = time.monotonic()
            up.send_signal(signal.SIGTERM)
            assert up.wait(ENDS_WITHIN_S) == 0, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() - began < ENDS_WITHIN_S
            assert not [pid for pid in left if Path(f"/proc/{pid}").exists()]
        finally:
            if up.poll() is None:
                up.kill()
                up.wait(5)
