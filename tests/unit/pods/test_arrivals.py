"""How a pod comes up: each phase from what was read, never from what was not."""

from __future__ import annotations

import pytest

from pods.arrivals import (
    LOOK_FOR,
    SILENT_AFTER,
    Arrival,
    Evidence,
    Phase,
    arrived,
    asks_host,
    begin,
    knocked_at,
    next_look,
)
from pods.doors import answers, doors
from pods.model import LogLine, Pod, PodStatus, SshEndpoint
from pods.ports import WebAnswer
from tests.unit.pods.builders import at, pod

S, P = PodStatus, Phase
PORTS = ("8888/http", "6006/http", "22/tcp")


def lines(*said: str, seconds: float = 1, source: str = "system") -> tuple[LogLine, ...]:
    return tuple(LogLine(ts=at(seconds), source=source, line=each) for each in said)


def coming(status: PodStatus = S.PROVISIONING, **changes: object) -> Pod:
    fields: dict[str, object] = {"ports": PORTS, "runtime": pod().runtime if status is S.RUNNING else None}
    return pod(status, **(fields | changes))


def arrival(status: PodStatus = S.PROVISIONING, **changes: object) -> Arrival:
    return begin(coming(status), at(0)).model_copy(update=changes)


FAILED = "error pulling image: Error response from daemon: manifest for x:1 not found"

TABLE: list[tuple[str, Evidence, Phase, str]] = [
    ("placed", Evidence(coming(), system=lines("create pod network")), P.PLACED, ""),
    ("placed, log not read", Evidence(coming(S.STARTING)), P.PULLING, ""),
    ("pulling", Evidence(coming(S.STARTING), system=lines("pulling image x:1")), P.PULLING, "pulling image x:1"),
    (
        "no such image",
        Evidence(coming(S.STARTING), system=lines("create container x:1", FAILED, "error creating container: No such")),
        P.IMAGE_FAILED,
        FAILED,
    ),
    (
        "the host tries again",
        Evidence(coming(S.STARTING), system=lines(FAILED, "still fetching image x:1")),
        P.PULLING,
        "still fetching image x:1",
    ),
    ("an older failure", Evidence(coming(S.STARTING), system=lines(FAILED, seconds=-900)), P.PULLING, ""),
    (
        "runs",
        Evidence(coming(S.RUNNING), system=lines("start container: begin"), answered={8888: False}),
        P.STARTED,
        "start container: begin",
    ),
    ("answers", Evidence(coming(S.RUNNING), answered={8888: True, 6006: False}), P.READY, ""),
    (
        "crashed",
        Evidence(
            coming(S.RUNNING, runtime=None),
            system=lines("start container: begin", "container exited with code 1"),
            container=lines("ImportError: x", source="container"),
        ),
        P.CRASHED,
        "ImportError: x",
    ),
    (
        "no runtime is no crash",
        Evidence(coming(S.RUNNING, runtime=None), system=lines("start container: begin")),
        P.STARTED,
        "start container: begin",
    ),
    ("stopped", Evidence(coming(S.EXITED), system=lines(FAILED)), P.STOPPED, FAILED),
    ("failed", Evidence(coming(S.ERROR)), P.STOPPED, ""),
    ("terminated", Evidence(coming(S.TERMINATED)), P.GONE, ""),
    ("absent", Evidence(None, absent=True), P.GONE, ""),
    ("nothing read", Evidence(None), P.PLACED, ""),
    ("a word nobody knows", Evidence(coming(S.UNKNOWN)), P.PLACED, ""),
]


@pytest.mark.parametrize(("seen", "phase", "line"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_look_says_where_it_is(seen: Evidence, phase: Phase, line: str) -> None:
    after = arrived(arrival(), seen, at(10))
    assert (after.phase, after.line) == (phase, line)
    assert after.over is (phase in {P.READY, P.STOPPED, P.GONE})


def test_the_way_is_remembered_step_by_step() -> None:
    now = arrival()
    for seconds, seen in (
        (5, Evidence(coming(S.STARTING), system=lines("pulling image x:1"))),
        (60, Evidence(coming(S.RUNNING), system=())),
        (75, Evidence(coming(S.RUNNING), answered={8888: True, 6006: True})),
    ):
        now = arrived(now, seen, at(seconds))
    assert [(step.phase, step.at) for step in now.steps] == [
        (P.PLACED, at(0)),
        (P.PULLING, at(5)),
        (P.STARTED, at(60)),
        (P.READY, at(75)),
    ]
    assert now.answering == ("Jupyter", "TensorBoard")
    assert next_look(now, at(75)) is None


def test_a_container_that_says_nothing_for_five_minutes_is_told_as_silent_and_may_still_answer() -> None:
    now = arrived(arrival(), Evidence(coming(S.RUNNING), answered={8888: False}), at(60))
    now = arrived(now, Evidence(coming(S.RUNNING), answered={8888: False}), at(60) + SILENT_AFTER)
    assert (now.phase, now.over, now.awaited) == (P.SILENT, False, ("Jupyter", "TensorBoard"))
    assert arrived(now, Evidence(coming(S.RUNNING), answered={8888: True}), at(500)).phase is P.READY


@pytest.mark.parametrize("seen", [Evidence(None), Evidence(coming(S.STARTING))])
def test_it_is_not_looked_at_for_ever(seen: Evidence) -> None:
    late = arrived(arrival(S.STARTING), seen, at(0) + LOOK_FOR)
    assert late.over
    assert late.phase is not P.READY


def test_looks_grow_rarer() -> None:
    paces = [(next_look(arrival(), at(s)) or at(0)) - at(s) for s in (1, 300, 1800)]
    assert [each.total_seconds() for each in paces] == [5, 10, 30]


SSH = SshEndpoint(host="203.0.113.9", port=2201, username="root", command="ssh root@203.0.113.9 -p 2201")


@pytest.mark.parametrize(
    ("ports", "ssh", "phase", "answering"),
    [
        (("22/tcp",), SSH, P.READY, ("SSH",)),
        (("22/tcp",), None, P.STARTED, ()),
        ((), None, P.READY, ()),
        (("8888/http", "22/tcp"), SSH, P.STARTED, ()),
    ],
)
def test_without_an_http_port_ssh_or_the_container_itself_counts(
    ports: tuple[str, ...], ssh: SshEndpoint | None, phase: Phase, answering: tuple[str, ...]
) -> None:
    after = arrived(arrival(), Evidence(coming(S.RUNNING, ports=ports, ssh_direct=ssh)), at(9))
    assert (after.phase, after.answering) == (phase, answering)


@pytest.mark.parametrize(
    ("status", "runtime", "asked"), [(S.STARTING, False, True), (S.RUNNING, False, True), (S.RUNNING, True, False)]
)
def test_the_hosts_log_is_read_only_while_it_has_something_to_tell(
    status: PodStatus, runtime: bool, asked: bool
) -> None:
    assert asks_host(coming(status, runtime=pod().runtime if runtime else None)) is asked


def test_only_a_running_pods_http_doors_are_knocked_at() -> None:
    assert knocked_at(coming(S.STARTING)) == ()
    assert [door.port for door in knocked_at(coming(S.RUNNING))] == [8888, 6006]


@pytest.mark.parametrize(
    ("answer", "spoke"),
    [
        (WebAnswer(status=200), True),
        (WebAnswer(status=302), True),
        (WebAnswer(status=401), True),
        (WebAnswer(status=403), True),
        (WebAnswer(status=404, body='{"detail":"Not Found"}'), True),
        (WebAnswer(status=404, body="<h1>404</h1>"), False),
        (WebAnswer(status=500), False),
        (WebAnswer(status=502), False),
        (WebAnswer(status=524), False),
        (WebAnswer(trouble="ReadTimeout"), False),
    ],
)
def test_what_a_gateway_says_is_no_answer_of_the_service(answer: WebAnswer, spoke: bool) -> None:
    assert answers(answer) is spoke


def test_doors_are_named_by_what_is_usually_behind_them() -> None:
    found = [(door.port, door.kind, door.purpose) for door in doors((*PORTS, "9000/http", "nonsense", "x/http"))]
    assert found == [
        (8888, "http", "Jupyter"),
        (6006, "http", "TensorBoard"),
        (22, "tcp", "SSH"),
        (9000, "http", "port 9000"),
    ]
