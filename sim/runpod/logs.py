"""A pod's logs as server-sent events: what its host said, and what its container would have printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus

from sim.runpod import actions
from sim.runpod.context import Context
from sim.runpod.state import Load, LogLine, SimPod, Status
from sim.runpod.wire import Follow, SimResponse, fine_stamp, invalid, read_stamp

HEARTBEAT = b": heartbeat\n\n"
DEFAULT_TAIL = 100
MOST_TAIL = 5000
#: Seconds between two lines of a container.
PERIOD_S = 15
#: What a container that crashes prints last.
_CRASHED = "ModuleNotFoundError: No module named 'train'"

_HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "connection": "keep-alive",
    "x-accel-buffering": "no",
}


def stream_logs(context: Context) -> SimResponse:
    """The backfill and one heartbeat. A server goes on from `follow`; without a socket the stream ends here."""
    query, now = context.request.query, context.world.at
    source = query.get("source")
    if source not in {None, "container", "system"}:
        raise invalid(["source: value must be one of 'container', 'system'"])
    tail = _tail(query.get("tail"))
    pod = actions.find(context.world, context.key)
    resume = context.request.headers.get("last-event-id")
    if resume:
        lines = list(lines_after(pod, source, read_stamp(resume, "Last-Event-ID"), now))
    elif "since" in query:
        since = read_stamp(query["since"], "since") - timedelta(microseconds=1)
        lines = list(lines_after(pod, source, since, now))
    else:
        lines = backfill(pod, source, tail, now)
    body = b"".join(event(line) for line in lines) + HEARTBEAT
    return SimResponse(HTTPStatus.OK, _HEADERS, body, follow=Follow(pod.id, source, now))


def lines_after(pod: SimPod, source: str | None, after: datetime, now: datetime) -> Iterator[LogLine]:
    """Lines with after < time <= now, oldest first."""
    lines: list[LogLine] = []
    if source in {None, "system"}:
        lines += [line for line in pod.log if after < line.at <= now]
    if source in {None, "container"}:
        lines += _printed(pod, after, now)
    return iter(sorted(lines, key=lambda line: line.at))


def backfill(pod: SimPod, source: str | None, tail: int, now: datetime) -> list[LogLine]:
    """The last lines. A container's first line and its recent ones suffice: an old one has printed millions."""
    lines = [line for line in pod.log if line.at <= now] if source in {None, "system"} else []
    if source in {None, "container"} and pod.started_at is not None:
        opening = pod.started_at + timedelta(seconds=1)
        ended = pod.ended_at or pod.crashed_at or now
        recent = max(opening, ended - timedelta(seconds=PERIOD_S * (tail + 1)))
        lines += [*_printed(pod, pod.started_at, min(opening, now)), *_printed(pod, recent, now)]
    return sorted(lines, key=lambda line: line.at)[-tail:] if tail else []


def event(line: LogLine) -> bytes:
    ts = fine_stamp(line.at)
    data = json.dumps({"source": line.source, "line": line.line, "ts": ts})
    return f"id: {ts}\ndata: {data}\n\n".encode()


def _printed(pod: SimPod, after: datetime, now: datetime) -> Iterator[LogLine]:
    """What the container printed since it started; a container that was made anew has forgotten the rest."""
    if pod.started_at is None or pod.status in {Status.PROVISIONING, Status.STARTING}:
        return
    end = min(at for at in (now, pod.ended_at, pod.crashed_at) if at is not None)
    start = pod.started_at + timedelta(milliseconds=500)
    step = max(0, int((after - start).total_seconds()) // PERIOD_S)
    while (at := start + timedelta(seconds=PERIOD_S * step)) <= end:
        line = _CRASHED if pod.crashes else _line(pod.load(at), step)
        if at > after and line is not None:
            yield LogLine(at, "container", line)
        step += 1


def _line(load: Load, step: int) -> str | None:
    """What a container prints at a step; one that does nothing prints nothing but its first line."""
    if step == 0:
        return "Pod started; Jupyter and SSH are up"
    if load in {Load.BUSY, Load.MEMORY_FULL}:
        return f"step {step * 40} loss {1.2 + 6 / (1 + step / 50):.4f} lr 3.0e-05 tokens/s {11_800 + step % 7 * 40}"
    if load is Load.CPU_BOUND:
        return f"tokenised shard {step} of corpus"
    return None


def _tail(text: str | None) -> int:
    if text is None:
        return DEFAULT_TAIL
    if not text.isdecimal() or int(text) > MOST_TAIL:
        raise invalid([f"tail: '{text}' must be an integer of 0 to {MOST_TAIL}"])
    return int(text)
