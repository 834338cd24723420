"""Which processes make up a running Podkeeper on one machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from app.supervisor import Child
from app.valkey import EmbeddedValkey, log_path
from pods.jobs import Queue

#: Two: one leads, the other takes over.
CLOCKS: Final = 2
STORE_STAGE: Final = 0
WORK_STAGE: Final = 1


def podkeeper(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


def store(valkey: EmbeddedValkey) -> Child:
    return Child(
        name="valkey",
        command=valkey.command(),
        stage=STORE_STAGE,
        ready=valkey.ready,
        own_group=True,
        log=log_path(valkey.data_dir),
    )


def work(environment: Mapping[str, str]) -> Sequence[Child]:
    """The bot, a worker per queue and the clocks. Only the bot opens the HTTP port."""
    silent = {**environment, "PODKEEPER_HTTP_PORT": ""}
    return [
        Child(name="bot", command=podkeeper("bot"), environment=environment),
        *(Child(name=queue.value, command=podkeeper("worker", queue.value), environment=silent) for queue in Queue),
        *(Child(name=f"clock-{number}", command=podkeeper("clock"), environment=silent) for number in _numbers()),
    ]


def _numbers() -> range:
    return range(1, CLOCKS + 1)
