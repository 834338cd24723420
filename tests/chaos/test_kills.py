"""Something is killed at the worst moment. Always: one effect at RunPod, one terminal message, within 30 s."""

from __future__ import annotations

import pytest

from tests.e2e.inline import BOB
from tests.e2e.stack import Stack

pytestmark = pytest.mark.chaos


def fresh_pod(stack: Stack) -> str:
    """A running pod nobody owns and no other test uses; stopping it loses nothing, so nothing is asked."""
    return stack.new_pod()


def assert_told_once(stack: Stack, pod: str, words: str) -> None:
    stack.until_told(words)
    stack.until_ended()
    about = [post for post in stack.posts() if f"`{pod}`" in post.text]
    assert len(about) == 1, [post.text for post in about]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "slow", "operation": "get", "seconds": 5}, id="before-the-call"),
        pytest.param({"kind": "timeout", "operation": "stop", "when": "before"}, id="during-the-call"),
        pytest.param({"kind": "timeout", "operation": "stop", "when": "after"}, id="after-the-call"),
    ],
)
def test_act_worker_killed(stack: Stack, fault: dict[str, object]) -> None:
    pod = fresh_pod(stack)
    struck = stack.fault(**fault, pod=pod, times=1)
    stack.type(f"/pod stop {pod}")
    stack.until(lambda: stack.struck(struck), "the worker in the middle of it")
    stack.kill("worker act")
    stack.start("worker act")

    assert_told_once(stack, pod, f"(`{pod}`) is stopped")
    assert stack.effects("stop", pod) == 1


def test_restart_is_not_done_twice_when_the_worker_dies_after_it(stack: Stack) -> None:
    pod = fresh_pod(stack)
    fault = stack.fault(kind="timeout", operation="restart", pod=pod, when="after", times=1)
    stack.type(f"/pod restart {pod}")
    stack.until(lambda: stack.struck(fault), "the effect without its answer")
    stack.kill("worker act")
    stack.start("worker act")

    assert_told_once(stack, pod, "restarted")
    assert stack.effects("restart", pod) == 1


def test_runpod_fails_after_the_effect(stack: Stack) -> None:
    pod = fresh_pod(stack)
    stack.fault(kind="status", operation="stop", pod=pod, when="after", status=502, times=1)
    stack.type(f"/pod stop {pod}")

    assert_told_once(stack, pod, f"(`{pod}`) is stopped")
    assert stack.effects("stop", pod) == 1


def test_bot_killed_after_the_ack(stack: Stack) -> None:
    pod = fresh_pod(stack)
    stack.type(f"/pod stop {pod}")
    stack.kill("bot")
    assert any(f"(`{pod}`)" in text for text in stack.private(BOB))

    assert_told_once(stack, pod, f"(`{pod}`) is stopped")
    assert stack.effects("stop", pod) == 1
    stack.start("bot")
    stack.until(stack.connected, "the bot back")


def test_leader_killed(stack: Stack) -> None:
    pod = fresh_pod(stack)
    leader = stack.leader()
    stack.kill(leader)
    stack.type(f"/pod stop {pod}")

    assert_told_once(stack, pod, f"(`{pod}`) is stopped")
    assert stack.leader() != leader
    stack.start(leader)


def test_deliver_worker_killed_after_slack_posted(stack: Stack) -> None:
    pod = fresh_pod(stack)
    stack.slack_fault(method="chat.postMessage", kind="timeout_after", times=1)
    stack.type(f"/pod stop {pod}")
    stack.until(lambda: [post for post in stack.posts() if f"`{pod}`" in post.text], "the post without its answer")
    stack.kill("worker deliver")
    stack.start("worker deliver")

    assert_told_once(stack, pod, f"(`{pod}`) is stopped")


def test_valkey_killed_and_restarted(stack: Stack) -> None:
    pod = fresh_pod(stack)
    stack.runpod.settings.stop_delay_s = 8
    stack.type(f"/pod stop {pod}")
    stack.until(lambda: stack.effects("stop", pod), "the call")
    stack.valkey.kill()
    stack.type(f"/pod stop {pod}")
    assert any("recorded" in text or "my store does not answer" in text for text in stack.private(BOB)[-1:])
    stack.valkey.restart()
    stack.runpod.settings.stop_delay_s = 2

    stack.supervised = True
    assert_told_once(stack, pod, f"(`{pod}`) is stopped")
    assert stack.effects("stop", pod) == 1
