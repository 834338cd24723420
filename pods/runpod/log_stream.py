"""Reading a pod's log: RunPod streams the backlog as server-sent events and then stays open; we leave at its end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import ValidationError

from pods.model import LogLine
from pods.runpod.json_body import read_json
from pods.runpod.lenient import Maybe, Text, Time, WireModel

#: Longer than any line worth showing; a longer one is cut.
MAX_LINE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """RunPod has nothing more to say for now."""


class _WireLine(WireModel):
    line: Text
    ts: Time = None
    source: Maybe[Text] = None


def read_events(chunks: Iterable[bytes]) -> Iterator[LogLine | Heartbeat]:
    """The events of an SSE stream. An event that is no log line is a heartbeat."""
    data: list[str] = []
    for line in _lines(chunks):
        if line.startswith(":"):
            yield Heartbeat()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and data:
            yield _event("\n".join(data))
            data = []


def _event(data: str) -> LogLine | Heartbeat:
    try:
        wire = _WireLine.model_validate(read_json(data.encode()))
    except ValidationError:
        return Heartbeat()
    return LogLine(ts=wire.ts, source=wire.source or "", line=wire.line.rstrip("\r\n"))


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines end with LF or CRLF; what is left without an end when the stream breaks was not yet sent."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        rest = rest[:MAX_LINE]
        for line in whole:
            yield line[:MAX_LINE].removesuffix(b"\r").decode(errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    #: Keep this many lines, the newest.
    tail: int
    #: True when `tail` lines are all the backlog there is: then the last of them ends the reading.
    stop_at_tail: bool
    #: On the monotonic clock.
    ends_at: float


def read_backlog(chunks: Iterable[bytes], bounds: Bounds, monotonic: Callable[[], float]) -> tuple[LogLine, ...]:
    """Read until the backlog ends: enough lines, a heartbeat after a line, a silence, or the time is up."""
    kept: deque[LogLine] = deque(maxlen=bounds.tail)
    beats = 0
    try:
        for event in read_events(_until(chunks, bounds.ends_at, monotonic)):
            if isinstance(event, LogLine):
                kept.append(event)
                if bounds.stop_at_tail and len(kept) == bounds.tail:
                    break
                continue
            beats += 1
            # The first thing some servers send is a heartbeat, before the backlog.
            if kept or beats > 1:
                break
    except httpx.ReadTimeout:
        # Silence is how a live log says that this was all.
        return tuple(kept)
    return tuple(kept)


def _until(chunks: Iterable[bytes], ends_at: float, monotonic: Callable[[], float]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        if monotonic() > ends_at:
            return
