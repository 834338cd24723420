"""What a pod's own HTTP answers prove, and what they leave open."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from pods.ports import WebAnswer
from pods.probes import (
    BODY_MAX,
    Probe,
    kernels_to_ask,
    no_jupyter,
    probes_for,
    read_jupyter,
    read_probe,
    together,
)
from pods.protectors import Finding, Word, Words, beat, reminded
from pods.watch_rules import Protector
from tests.unit.pods.builders import pod
from tests.unit.watch.scenes import minute

SINCE, NOW = minute(0), minute(30)
QUEUE = Probe(pods=("comfy-*",), port=8188, path="/queue", busy=r'"queue_running": \[\[')
VLLM = Probe(pods=("*",), port=8000, path="/metrics", quiet=r"num_requests_running\S* 0\.0")


def answer(body: object = "", status: int | None = 200, trouble: str = "") -> WebAnswer:
    return WebAnswer(status=status, body=body if isinstance(body, str) else json.dumps(body), trouble=trouble)


def status(kernels: object = 1, used_min: float | None = 5) -> WebAnswer:
    said: dict[str, object] = {"connections": 1, "kernels": kernels, "started": "2026-11-24T08:00:00Z"}
    if used_min is not None:
        said["last_activity"] = minute(used_min).isoformat().replace("+00:00", "Z")
    return answer(said)


def kernel(state: str, used_min: float) -> dict[str, object]:
    return {"id": "k1", "execution_state": state, "last_activity": minute(used_min).isoformat()}


@pytest.mark.parametrize(
    ("first", "second", "finding", "active_min"),
    [
        # A kernel computes, whatever the activity says.
        (status(1, -300), answer([kernel("busy", -300)]), Finding.ACTIVE, 30),
        # Somebody used it within the window.
        (status(1, 12), answer([kernel("idle", 5)]), Finding.ACTIVE, 12),
        (status(1, -90), answer([kernel("idle", 20)]), Finding.ACTIVE, 20),
        (status(0, 1), None, Finding.ACTIVE, 1),
        # Its clock runs ahead of ours.
        (status(0, 45), None, Finding.ACTIVE, 30),
        # Nothing computes and nobody was there.
        (status(1, -90), answer([kernel("idle", -95)]), Finding.QUIET, None),
        (status(0, -90), None, Finding.QUIET, None),
        (status(0, -90), answer([]), Finding.QUIET, None),
        # It has kernels, and what they do is not said.
        (status(2, -90), None, Finding.UNKNOWN, None),
        (status(2, -90), answer(status=403), Finding.UNKNOWN, None),
        (status(2, -90), answer({"message": "no"}), Finding.UNKNOWN, None),
        (status(2, -90), answer([7]), Finding.UNKNOWN, None),
        (status(0, None), None, Finding.UNKNOWN, None),
        # The used time is proof enough without the kernels.
        (status(2, 12), answer(status=502), Finding.ACTIVE, 12),
        # No Jupyter's answer.
        (answer(status=403), None, Finding.UNKNOWN, None),
        (answer(status=502), None, Finding.UNKNOWN, None),
        (answer(status=None, trouble="it did not answer in time"), None, Finding.UNKNOWN, None),
        (answer("<html>Bad gateway</html>"), None, Finding.UNKNOWN, None),
        (answer([]), None, Finding.UNKNOWN, None),
        (answer({"kernels": "many"}), None, Finding.UNKNOWN, None),
        (answer({"kernels": 0, "last_activity": "yesterday"}), None, Finding.UNKNOWN, None),
        (answer(json.dumps({"kernels": 0}) + " " * BODY_MAX), None, Finding.UNKNOWN, None),
    ],
)
def test_jupyter_proves_work_rest_or_nothing(
    first: WebAnswer, second: WebAnswer | None, finding: Finding, active_min: float | None
) -> None:
    word = read_jupyter(first, second, since=SINCE, now=NOW)
    assert (word.protector, word.finding, word.at) == (Protector.JUPYTER, finding, NOW)
    assert word.active_at == (None if active_min is None else minute(active_min))
    assert word.detail


@pytest.mark.parametrize(
    ("said", "expected"),
    [(status(2), True), (status(0), False), (answer(status=403), False), (answer({"kernels": "2"}), False)],
)
def test_kernels_are_asked_for_only_where_there_are_some(said: WebAnswer, expected: bool) -> None:
    assert kernels_to_ask(said) is expected


@pytest.mark.parametrize(
    ("probe", "said", "finding"),
    [
        (QUEUE, answer('{"queue_running": [[1, "x"]], "queue_pending": []}'), Finding.ACTIVE),
        (QUEUE, answer('{"queue_running": [], "queue_pending": []}'), Finding.QUIET),
        (VLLM, answer("vllm:num_requests_running{model=x} 0.0"), Finding.QUIET),
        (VLLM, answer("vllm:num_requests_running{model=x} 3.0"), Finding.ACTIVE),
        (QUEUE, answer('{"queue_running": []}', status=404), Finding.UNKNOWN),
        (QUEUE, answer('{"queue_running": [[1, "x"]]}', status=500), Finding.UNKNOWN),
        (VLLM, answer(status=None, trouble="no answer"), Finding.UNKNOWN),
        # What was looked for may stand behind what was read.
        (QUEUE, answer("x" * BODY_MAX), Finding.UNKNOWN),
        (VLLM, answer("x" * BODY_MAX), Finding.UNKNOWN),
    ],
)
def test_a_probe_reads_work_out_of_an_answer_and_guesses_nothing(
    probe: Probe, said: WebAnswer, finding: Finding
) -> None:
    word = read_probe(probe, said, NOW)
    assert word.finding is finding
    assert word.active_at == (NOW if finding is Finding.ACTIVE else None)
    assert str(probe.port) in word.detail


def test_a_pod_is_probed_by_name_where_it_exposes_the_port() -> None:
    comfy = pod(name="Comfy-1", ports=("8188/http", "8000/tcp"))
    assert probes_for(comfy, (QUEUE, VLLM)) == (QUEUE,)
    assert probes_for(pod(name="comfy-1", ports=("22/tcp",)), (QUEUE, VLLM)) == ()
    assert probes_for(pod(name="x", ports=("8000/http",)), (QUEUE, VLLM)) == (VLLM,)


def word(finding: Finding) -> Word:
    return Word(protector=Protector.HTTP, at=NOW, finding=finding)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], Finding.ABSENT),
        ([Finding.QUIET], Finding.QUIET),
        ([Finding.QUIET, Finding.UNKNOWN], Finding.UNKNOWN),
        ([Finding.QUIET, Finding.UNKNOWN, Finding.ACTIVE], Finding.ACTIVE),
    ],
)
def test_of_several_probes_work_counts_before_doubt_and_doubt_before_rest(
    found: list[Finding], expected: Finding
) -> None:
    assert together([word(each) for each in found], NOW).finding is expected
    assert no_jupyter(NOW).finding is Finding.ABSENT


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"busy": "("}, "is no regular expression"),
        ({"busy": "x*"}, "would be found in any answer"),
        ({"busy": "x", "quiet": "y"}, "either `busy` or `quiet`"),
        ({}, "either `busy` or `quiet`"),
        ({"busy": "x", "path": "queue"}, 'a path such as "/queue"'),
        ({"busy": "x", "path": "/a b"}, 'a path such as "/queue"'),
        ({"busy": "x", "port": 0}, "greater than or equal to 1"),
        ({"busy": "x", "pods": ()}, "at least 1"),
    ],
)
def test_a_probe_that_could_never_tell_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match="(?s).*" + sentence.replace("(", r"\(")):
        Probe.model_validate({"pods": ("x",), "port": 1, **changes})


def test_words_of_a_pod_are_remembered_and_a_heartbeat_is_one() -> None:
    first = reminded(None, "abc123", [word(Finding.QUIET)])
    both = reminded(first, "abc123", [beat(NOW)])
    assert isinstance(both, Words)
    assert {each.protector for each in both.words} == {Protector.HTTP, Protector.HEARTBEAT}
    assert Words.model_validate_json(both.model_dump_json()) == both
