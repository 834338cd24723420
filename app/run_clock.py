"""The clock process."""

from __future__ import annotations

import threading
import time
from typing import Final

from app.settings import Settings
from app.wiring import clock_of, process_name, store_of, wake_of
from workers.clock import ClockLoop

#: The demo's clock jumps, so its clock process looks more often.
DEMO_TICK_S: Final = 0.1


def run_clock(settings: Settings, stop: threading.Event) -> None:
    clock = clock_of(settings)
    loop = ClockLoop(
        name=process_name("clock"),
        store=store_of(settings),
        clock=clock,
        wake=wake_of(settings),
        policy_path=settings.policy,
        monotonic=time.monotonic,
    )
    if settings.clock_url:
        loop.tick_s = DEMO_TICK_S
    loop.run(stop)
