"""What a job works with. A worker process installs one context before it takes its first job."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pods.ports import Chat, Clock, Pager, PodProvider, Wake, Web
from pods.sealing import Sealer
from pods.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    account: str
    store: Store
    provider: PodProvider
    chat: Chat
    web: Web
    clock: Clock
    wake: Wake
    #: Where audit goes that is too old for Redis; None: it stays there.
    audit_dir: Path | None = None
    #: Opens the env values of a create, for the one call that needs them.
    sealer: Sealer = field(default_factory=Sealer)
    #: None: no paging service is set up.
    pager: Pager | None = None
    #: Seconds of real time, for leases and step budgets.
    monotonic: Callable[[], float] = field(default=time.monotonic)


_installed: list[Context] = []


def install(context: Context) -> None:
    _installed[:] = [context]


def current() -> Context:
    if not _installed:
        raise RuntimeError("no context installed: a job ran outside a worker process")
    return _installed[0]
