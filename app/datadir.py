"""The data directory: private to us, and used by one Podkeeper at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pods.errors import InvalidSetting


@contextmanager
def claimed(data: Path) -> Iterator[Path]:
    """Hold the directory for as long as the block runs. Raises InvalidSetting when it cannot be ours."""
    prepare(data)
    with (data / "lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InvalidSetting(
                sentence=f"Another Podkeeper (process {lock.read().strip() or 'unknown'}) already runs on {data}; "
                "stop it, or set PODKEEPER_DATA to another directory."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield data


def prepare(data: Path) -> None:
    """Make the directory, readable by its owner alone."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise InvalidSetting(
            str(error),
            sentence=f"PODKEEPER_DATA is {data}, where I cannot write ({error.strerror}); name a directory I may use.",
        ) from error
