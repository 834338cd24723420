"""The order to stop, as an event that the loops of this process look at."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """Set by SIGTERM, and by Ctrl-C where the parent has not kept that for itself."""
    stop = threading.Event()

    def order(_number: int, _frame: FrameType | None) -> None:
        # In a thread: the main thread may be inside `stop.wait` and hold the event's lock right now.
        threading.Thread(target=stop.set, daemon=True).start()

    signal.signal(signal.SIGTERM, order)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, order)
    return stop
