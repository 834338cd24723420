"""Rate limits, and the failures a test may ask for."""

from __future__ import annotations

from typing import Any

import pytest

from sim.slack import SimSlack
from sim.slack.faults import BadFault, Fault
from tests.unit.sim_slack.conftest import HandClock

ROOM = {"channel": "C0GPUPODS", "text": "x"}


def test_a_channel_takes_a_burst_of_five_and_then_one_message_a_second(sim: SimSlack, clock: HandClock) -> None:
    assert [sim.call("chat.postMessage", ROOM).status for _ in range(6)] == [200] * 5 + [429]
    refused = sim.call("chat.postMessage", ROOM)
    assert (refused.body["error"], refused.headers["Retry-After"]) == ("ratelimited", "1")
    assert sim.call("chat.postMessage", {"channel": "C0ONCALL", "text": "x"}).ok
    clock.advance(1)
    assert sim.call("chat.postMessage", ROOM).ok
    assert sim.call("chat.postMessage", ROOM).status == 429
    assert len(sim.messages("C0GPUPODS")) == 6


def test_each_method_has_the_budget_of_its_tier(sim: SimSlack, clock: HandClock) -> None:
    assert all(sim.call("users.list").ok for _ in range(20))
    refused = sim.call("users.list")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "3")
    assert sim.call("usergroups.list").ok
    clock.advance(3)
    assert sim.call("users.list").ok


def test_pacing_can_be_switched_off(sim: SimSlack) -> None:
    sim.limits.enabled = False
    assert all(sim.call("chat.postMessage", ROOM).ok for _ in range(30))


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
def test_a_fault_fails_the_call_before_or_after_slack_did_it(sim: SimSlack, when: str, posted: int) -> None:
    sim.faults.add(Fault.parse({"method": "chat.postMessage", "kind": "status", "status": 503, "when": when}))
    assert sim.call("chat.postMessage", ROOM).status == 503
    assert len(sim.messages("C0GPUPODS")) == posted
    assert sim.call("chat.postMessage", ROOM).ok


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "error", "error": "fatal_error"}, {"status": 200, "error": "fatal_error"}),
        ({"kind": "429", "seconds": 7}, {"status": 429, "error": "ratelimited"}),
    ],
)
def test_faults_answer_as_asked(sim: SimSlack, body: dict[str, Any], expected: dict[str, Any]) -> None:
    sim.faults.add(Fault.parse({"method": "*", **body}))
    answer = sim.call("auth.test")
    assert {"status": answer.status, "error": answer.body["error"]} == expected
    assert answer.headers.get("Retry-After", "7") == "7"


def test_a_lost_answer_is_logged_as_carried_out_but_never_learned(sim: SimSlack) -> None:
    sim.faults.add(Fault.parse({"method": "chat.postMessage", "kind": "timeout_after", "times": 2}))
    answers = [sim.call("chat.postMessage", ROOM) for _ in range(3)]
    assert [answer.delay > 0 for answer in answers] == [True, True, False]
    assert [call.answered for call in sim.web.log.of("chat.postMessage")] == [False, False, True]
    assert len(sim.messages("C0GPUPODS")) == 3


def test_a_fault_for_one_method_leaves_the_others_alone(sim: SimSlack) -> None:
    sim.faults.add(Fault.parse({"method": "chat.update", "kind": "error"}))
    assert sim.call("chat.postMessage", ROOM).ok


def test_a_fault_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(BadFault, match="kind must be one of"):
        Fault.parse({"kind": "gremlin"})
    with pytest.raises(BadFault, match="before or after"):
        Fault.parse({"kind": "drop", "when": "later"})
