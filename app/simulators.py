"""The simulated Slack and RunPod on one loopback port, as the demo and the end-to-end tests run them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from starlette.types import ASGIApp

from pods.errors import InvalidSetting
from sim.clock import SimClock
from sim.runpod import SimRunPod, demo_seed
from sim.runpod.server import runpod_app
from sim.slack.app import slack_app
from sim.slack.core import SimSlack
from sim.slack.serving import server_config
from sim.slack.workspace import Workspace

RUNPOD_MOUNT = "/runpod"
_END_S = 5.0


Build = Callable[[str], ASGIApp]


def runpod(speed: float) -> Build:
    """The account with the demo's six pods, at the root."""
    return lambda _address: runpod_app(SimRunPod(_clock(speed), demo_seed()))


def slack() -> Build:
    """The workspace alone; its page hides what belongs to RunPod."""
    return lambda address: slack_app(SimSlack(Workspace.seeded(), _clock(1.0)), public_url=address)


def both(speed: float) -> Build:
    """Slack at the root and RunPod below /runpod, on the same clock."""

    def build(address: str) -> ASGIApp:
        shared = _clock(speed)
        account = runpod_app(SimRunPod(shared, demo_seed()))
        return slack_app(SimSlack(Workspace.seeded(), shared), mounts={RUNPOD_MOUNT: account}, public_url=address)

    return build


@contextmanager
def serving(build: Build, port: int) -> Iterator[str]:
    """Serve on loopback for as long as the block runs; gives the address. Port 0: any free one."""
    listener = listen(port)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(server_config(build(address)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sim", daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(_END_S)
        listener.close()


def listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise InvalidSetting(
            str(error), sentence=f"I cannot open port {port} ({error.strerror}); choose another with --port."
        ) from error


def _clock(speed: float) -> SimClock:
    return SimClock(datetime.now(UTC), speed)
