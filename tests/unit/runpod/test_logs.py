"""A log is read to the end of its backlog and left; it never hangs."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from pods.errors import InvalidRequest, PodNotFound, TimedOut, Unreadable
from pods.model import Api, LogLine
from pods.runpod.log_stream import Heartbeat, read_events
from pods.runpod.rest import RestApi
from pods.runpod.transport import BearerKey, Sender
from tests.unit.runpod.canned import KEY, FixedClock, ok, problem, provider_of


def event(n: int, source: str = "container") -> bytes:
    ts = f"2026-06-01T12:02:{n % 60:02d}Z"
    return f"id: {ts}\ndata: {json.dumps({'ts': ts, 'source': source, 'line': f'line {n}'})}\n\n".encode()


HEARTBEAT = b": heartbeat\n\n"


class Body(httpx.SyncByteStream):
    def __init__(self, parts: Callable[[], Iterator[bytes]]) -> None:
        self._parts = parts
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self._parts()

    def close(self) -> None:
        self.closed = True


class Server:
    def __init__(self, parts: Callable[[], Iterator[bytes]]) -> None:
        self.body = Body(parts)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=self.body)

    def read(self, tail: int = 100, since: datetime | None = None) -> list[str]:
        lines = provider_of(self).logs("abc123", source="container", tail=tail, since=since)
        return [line.line for line in lines]


def then(*parts: bytes, end: type[Exception] | None = None) -> Callable[[], Iterator[bytes]]:
    def stream() -> Iterator[bytes]:
        yield from parts
        if end is not None:
            raise end("over")

    return stream


def forever() -> Iterator[bytes]:
    n = 0
    while True:
        yield event(n)
        n += 1


def test_a_silence_ends_the_backlog() -> None:
    server = Server(then(event(1), event(2), end=httpx.ReadTimeout))

    assert server.read() == ["line 1", "line 2"]
    assert server.requests[0].extensions["timeout"]["read"] == 1.0
    assert server.body.closed


def test_a_heartbeat_after_a_line_ends_the_backlog() -> None:
    assert Server(then(event(1), HEARTBEAT, event(2), end=AssertionError)).read() == ["line 1"]


def test_a_greeting_before_the_backlog_does_not_end_it() -> None:
    assert Server(then(HEARTBEAT, event(1), HEARTBEAT, end=AssertionError)).read() == ["line 1"]


def test_a_log_of_heartbeats_only_is_empty() -> None:
    assert Server(then(HEARTBEAT, HEARTBEAT, end=AssertionError)).read() == []


def test_a_silent_log_is_empty() -> None:
    assert Server(then(end=httpx.ReadTimeout)).read() == []


def test_a_log_that_never_falls_silent_is_left_at_the_tail() -> None:
    server = Server(forever)

    assert server.read(tail=3) == ["line 0", "line 1", "line 2"]
    assert server.body.closed


def test_with_since_the_newest_lines_are_kept_and_the_time_bounds_a_busy_log() -> None:
    now = [0.0]

    def busy() -> Iterator[bytes]:
        for n in range(1000):
            now[0] += 1
            yield event(n)

    sender = Sender(
        api=Api.REST,
        base_url="https://x/v2",
        key=BearerKey(SecretStr(KEY)),
        transport=httpx.MockTransport(Server(busy)),
        monotonic=lambda: now[0],
    )
    since = datetime(2026, 6, 1, tzinfo=UTC)

    lines = RestApi(sender, FixedClock()).logs("abc123", source="container", tail=2, since=since)

    assert [line.line for line in lines] == ["line 9", "line 10"]


def test_tail_and_since_are_sent_as_documented() -> None:
    server = Server(then(end=httpx.ReadTimeout))

    server.read(tail=9999)
    server.read(tail=5, since=datetime(2026, 6, 1, 12, tzinfo=UTC))

    assert dict(server.requests[0].url.params) == {"source": "container", "tail": "5000"}
    assert dict(server.requests[1].url.params) == {"source": "container", "since": "2026-06-01T12:00:00.000000Z"}
    assert server.requests[0].headers["accept"] == "text/event-stream"


def test_no_lines_wanted_is_no_call() -> None:
    server = Server(then())

    assert server.read(tail=0) == []
    assert server.requests == []


def test_an_unknown_source_is_refused_before_a_call() -> None:
    server = Server(then())

    with pytest.raises(InvalidRequest):
        provider_of(server).logs("abc123", source="everything", tail=5)

    assert server.requests == []


def test_a_break_in_the_middle_is_an_error_not_a_short_log() -> None:
    with pytest.raises(TimedOut):
        Server(then(event(1), end=httpx.RemoteProtocolError)).read()


def test_a_log_that_is_no_event_stream_is_an_error() -> None:
    with pytest.raises(Unreadable):
        provider_of(lambda _: ok({})).logs("abc123", source="system", tail=5)


def test_the_log_of_an_unknown_pod_is_not_found() -> None:
    with pytest.raises(PodNotFound):
        provider_of(lambda _: problem(404, "pod not found")).logs("abc123", source="system", tail=5)


def test_events_split_anywhere_and_of_any_line_end_are_read() -> None:
    whole = event(1) + HEARTBEAT + event(2, "system").replace(b"\n", b"\r\n") + b"event: ping\ndata: {}\n\ndata: cut"

    events = list(read_events([whole[i : i + 1] for i in range(len(whole))]))

    assert events == [
        LogLine(ts=datetime(2026, 6, 1, 12, 2, 1, tzinfo=UTC), source="container", line="line 1"),
        Heartbeat(),
        LogLine(ts=datetime(2026, 6, 1, 12, 2, 2, tzinfo=UTC), source="system", line="line 2"),
        Heartbeat(),
    ]


def test_a_real_connection_that_falls_silent_is_left_although_it_stays_open() -> None:
    """Holds what no stand-in can: that httpx takes the shorter timeout over once the body begins."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(head + event(1))
                # Returns when the client closes; nothing more is ever sent.
                connection.recv(65536)
                left.set()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        sender = Sender(api=Api.REST, base_url=f"http://127.0.0.1:{port}/v2", key=BearerKey(SecretStr(KEY)))
        lines = RestApi(sender, FixedClock(), log_idle_s=0.05).logs("abc123", source="container", tail=100)
        sender.close()
        thread.join(5)

    assert [line.line for line in lines] == ["line 1"]
    assert left.is_set()
