"""The way into a pod, and its log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from bot.views import logs, reach
from pods.doors import doors
from pods.errors import NeedsRest, TimedOut
from pods.inquiries import Kind
from pods.messages import Content
from pods.model import LogLine, PodStatus, Runtime, RuntimePort, SshEndpoint
from pods.ports import WebAnswer
from pods.reach import Reached, reached
from tests.unit.views.samples import NOW, TZ, ago, pod, stopped

PROXY: Final = SshEndpoint(host="ssh.runpod.io", port=22, username="abc123-64", command="ssh abc123-64@ssh.runpod.io")
DIRECT: Final = SshEndpoint(host="1.2.3.4", port=22077, username="root", command="ssh root@1.2.3.4 -p 22077")


def _reached(**answers: WebAnswer) -> list[Reached]:
    found = []
    for port, answer in answers.items():
        (door,) = doors([f"{port.removeprefix('p')}/http"])
        found.append(reached(door, f"https://abc123-{door.port}.proxy.runpod.net", answer))
    return found


def _connect() -> Iterator[tuple[str, Content]]:
    full = pod(
        ssh_proxy=PROXY,
        ssh_direct=DIRECT,
        runtime=Runtime(
            ports=(
                RuntimePort(private=22, public=22077, type="tcp", ip="1.2.3.4"),
                RuntimePort(private=5432, public=31001, type="tcp", ip="1.2.3.4"),
            )
        ),
    )
    up, asks, down = WebAnswer(status=200), WebAnswer(status=403), WebAnswer(status=502)
    yield "connect", reach.connect(full, _reached(p8888=asks, p6006=down, p9000=up))
    yield "connect-open", reach.connect(full, _reached(p8888=up, p6006=up))
    yield "connect-silent", reach.connect(pod(ssh_proxy=PROXY), _reached(p8888=WebAnswer(trouble="ConnectError")))
    yield "connect-nothing-declared", reach.connect(pod(), [])
    yield "connect-stopped", reach.connect(stopped(), [])
    yield "connect-starting", reach.connect(pod(status=PodStatus.STARTING), [])
    yield "connect-asked", reach.asked(Kind.CONNECT, pod())
    yield "connect-unread", reach.unread(Kind.CONNECT, "nlp-train", "abc123", TimedOut())
    yield "connect-given-up", reach.given_up(Kind.CONNECT, "nlp-train", "abc123")
    yield "connect-private", reach.private("connect")
    yield "connect-refused", reach.owner_or_operator(pod(), "connect", channel_allows=True)
    yield "connect-refused-here", reach.owner_or_operator(pod(), "logs", channel_allows=False)


def _logs() -> Iterator[tuple[str, Content]]:
    def log(lines: Sequence[LogLine], **changes: object) -> Content:
        given: dict[str, object] = {"source": "container", "tail": 100, "since": None, "now": NOW, "tz": TZ} | changes
        return logs.log("nlp-train", "abc123", lines, **given)  # type: ignore[arg-type]

    def line(words: str, seconds: float = 0) -> LogLine:
        return LogLine(ts=NOW - timedelta(seconds=seconds), source="container", line=words)

    yield "logs", log([line("step 1 loss 2.1", 30), line("WANDB_API_KEY=abcdef0123456789", 15), line("done", 1)])
    yield "logs-system-since", log([line("pull image")], source="system", since=ago(minutes=10))
    yield "logs-none", log([], since=ago(minutes=10))
    yield "logs-none-system", log([], source="system")
    yield "logs-cut", log([line(f"step {n} " + "x" * 80, 1000 - n) for n in range(200)], tail=200)
    yield "logs-without-times", log([LogLine(ts=None, source="container", line="hello")])
    yield "logs-unread", reach.unread(Kind.LOGS, "nlp-train", "abc123", NeedsRest())


KINDS: Final = (_connect, _logs)
