"""Asking what utilisation does not show: of whom, how often, and what an answer that does not come means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from pods.errors import NeedsRest, ServerFault
from pods.model import LogLine, Quota
from pods.ports import WebAnswer
from pods.protectors import HEARTBEAT, Finding
from pods.watch_rules import IdleRule, Protector
from tests.unit.pods.builders import NOON, at, pod
from tests.unit.workers.world import POLICY, World
from workers import protectors
from workers.protectors import TAIL, Want, ask, words_of

RULE = IdleRule(protectors=tuple(Protector))
POD = pod(ports=("8888/http", "8188/http"))
LOGS = (Protector.LOG_RATE, Protector.HEARTBEAT)
L, H, J, W = Protector.LOG_RATE, Protector.HEARTBEAT, Protector.JUPYTER, Protector.HTTP


def line(minutes_ago: float, text: str = "step", source: str = "container") -> LogLine:
    return LogLine(ts=NOON - timedelta(minutes=minutes_ago), source=source, line=text)


def want(*wanted: Protector, **changes: object) -> Want:
    return Want(pod=POD.model_copy(update=changes), rule=RULE, protectors=wanted)


def found(world: World, *wanted: Protector) -> dict[Protector, Finding]:
    words = ask(world.context, [want(*wanted)], world.clock.now())[POD.id]
    newest = {word.protector: word for word in sorted(words, key=lambda word: word.at)}
    return {protector: word.finding for protector, word in newest.items()}


def logs(
    world: World, *lines: LogLine | Exception, system: Sequence[LogLine] = (line(600, "start", "system"),)
) -> None:
    world.runpod.log_answers = {"container": list(lines), "system": list(system)}


def test_one_call_reads_rate_and_heartbeats(world: World) -> None:
    logs(world, *[line(minute) for minute in (3, 2.5, 2, 1)], line(0.5, f"{HEARTBEAT} epoch 3"))
    assert found(world, *LOGS) == {L: Finding.ACTIVE, H: Finding.ACTIVE}
    assert world.runpod.log_reads == [(POD.id, "container", TAIL)]


def test_old_lines_are_silence(world: World) -> None:
    logs(world, *[line(300 + minute) for minute in range(50)])
    assert found(world, *LOGS) == {L: Finding.QUIET, H: Finding.QUIET}


def test_an_empty_log_is_silence_only_where_the_pods_other_log_comes(world: World) -> None:
    logs(world)
    assert found(world, *LOGS) == {L: Finding.QUIET, H: Finding.QUIET}
    logs(world, system=())
    assert found(world, *LOGS) == {L: Finding.UNKNOWN, H: Finding.UNKNOWN}


@pytest.mark.parametrize("error", [ServerFault("x"), NeedsRest("logs")])
def test_a_log_that_cannot_be_read_is_not_silence(world: World, error: Exception) -> None:
    logs(world, error)
    words = ask(world.context, [want(*LOGS)], NOON)[POD.id]
    assert {word.finding for word in words} == {Finding.UNKNOWN}
    assert all(word.detail for word in words)


def test_a_log_that_took_too_long_may_lack_its_newest_lines(world: World) -> None:
    logs(world, line(300))
    world.runpod.log_takes = lambda: setattr(world, "monotonic", world.monotonic + protectors.SLOW_S + 1)
    assert found(world, *LOGS) == {L: Finding.UNKNOWN, H: Finding.UNKNOWN}


def test_a_log_longer_than_what_is_read_may_have_lost_a_heartbeat(world: World) -> None:
    logs(world, *[line(29 - number * 29 / TAIL) for number in range(TAIL)])
    assert found(world, *LOGS) == {L: Finding.ACTIVE, H: Finding.UNKNOWN}
    logs(world, *[line(31 - number * 29 / TAIL) for number in range(TAIL)])
    assert found(world, *LOGS)[H] is Finding.QUIET


def test_only_what_is_wanted_is_asked(world: World) -> None:
    logs(world)
    assert found(world, J) == {J: Finding.UNKNOWN}
    assert world.runpod.log_reads == []
    assert found(world, L) == {J: Finding.UNKNOWN, L: Finding.QUIET}


def jupyter(world: World, path: str, body: str, status: int = 200) -> None:
    world.web.answers[POD.id, 8888, path] = WebAnswer(status=status, body=body)


def test_jupyter_is_asked_for_its_kernels_without_counting_as_their_user(world: World) -> None:
    jupyter(world, "/api/status", '{"kernels": 1, "last_activity": "2026-11-24T03:00:00Z"}')
    jupyter(
        world,
        "/api/kernels?no_track_activity=1",
        '[{"execution_state": "busy", "last_activity": "2026-11-24T03:00:00Z"}]',
    )
    assert found(world, J) == {J: Finding.ACTIVE}
    world.clock.advance(60)
    jupyter(world, "/api/status", "", 403)
    assert found(world, J) == {J: Finding.UNKNOWN}


def test_a_pod_without_the_port_has_no_jupyter(world: World) -> None:
    words = ask(world.context, [want(J, ports=("22/tcp",))], NOON)[POD.id]
    assert [word.finding for word in words] == [Finding.ABSENT]
    assert world.web.asked == []


def test_the_policys_probes_are_asked(world: World) -> None:
    assert found(world, W) == {W: Finding.ABSENT}
    probe = '[[probe]]\npods = ["nlp-*"]\nport = 8188\npath = "/queue"\nbusy = "running"\n'
    world.store.people.publish(POLICY + probe, NOON)
    assert found(world, W) == {W: Finding.UNKNOWN}
    world.web.answers[POD.id, 8188, "/queue"] = WebAnswer(status=200, body="pending")
    assert found(world, W) == {W: Finding.QUIET}
    world.web.answers[POD.id, 8188, "/queue"] = WebAnswer(status=200, body="running")
    assert found(world, W) == {W: Finding.ACTIVE}


def test_words_are_remembered_from_pass_to_pass(world: World) -> None:
    logs(world)
    assert words_of(world.context, [POD.id]) == {}
    asked = ask(world.context, [want(*LOGS)], NOON)
    assert words_of(world.context, [POD.id, "other"]) == asked


def minute_window(remaining: int) -> tuple[Quota, ...]:
    return (Quota(window="minute", remaining=remaining, reset_s=30, limit=10),)


def test_half_of_the_quota_is_left_to_people_and_nobody_is_quiet_for_not_being_asked(world: World) -> None:
    logs(world, line(300))
    world.runpod.quotas_left = minute_window(7)
    wants = [want(L, id=f"pod{number}") for number in range(4)]
    first = ask(world.context, wants, NOON)
    assert [bool(first[each.pod.id]) for each in wants] == [True, True, False, False]
    world.runpod.quotas_left = minute_window(7)
    second = ask(world.context, wants, at(30))
    assert all(second[each.pod.id] for each in wants)


def test_without_calls_left_the_pods_own_ports_are_still_asked(world: World) -> None:
    logs(world)
    world.runpod.quotas_left = minute_window(5)
    answered = ask(world.context, [want(L, id="one"), want(J, id="two", ports=("22/tcp",))], NOON)
    assert answered["one"] == ()
    assert [word.finding for word in answered["two"]] == [Finding.ABSENT]
    assert world.runpod.log_reads == []


def test_asking_ends_with_its_time(world: World) -> None:
    logs(world, line(300))
    world.runpod.log_takes = lambda: setattr(world, "monotonic", world.monotonic + 6)
    wants = [want(L, id=f"pod{number}") for number in range(9)]
    answered = ask(world.context, wants, NOON)
    assert 2 <= sum(bool(words) for words in answered.values()) <= 4
