"""Each command on the running product, and what Slack does twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.inline import ALICE, BOB
from tests.e2e.stack import Stack, running

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


def test_stop_start_restart_and_terminate_end_in_one_message_each(stack: Stack) -> None:
    pod = stack.new_pod()
    stack.type(f"/pod stop {pod}")
    stack.until_told(f"(`{pod}`) is stopped")
    stack.type(f"/pod start {pod}")
    stack.until_told(f"(`{pod}`) is running")
    stack.type(f"/pod restart {pod}")
    stack.until_told("restarted")
    stack.type(f"/pod terminate {pod}")
    stack.press("Terminate")
    stack.until_told(f"(`{pod}`) is terminated")
    stack.until_ended()

    about = [post.text for post in stack.posts() if f"`{pod}`" in post.text]
    assert len(about) == 4, about
    assert [stack.effects(verb, pod) for verb in ("stop", "start", "restart", "terminate")] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/pod list", "nlp-train"),
        ("/pod status abc123", "H100"),
        ("/pod help", "/pod stop"),
        ("/pod whoami", "operator"),
        ("/pod health", "RunPod"),
    ],
)
def test_a_read_is_answered_with_the_ack(stack: Stack, typed: str, words: str) -> None:
    before = len(stack.private(BOB))
    stack.type(typed)

    assert any(words in text for text in stack.private(BOB)[before:])


def test_a_redelivered_mention_has_one_effect(stack: Stack) -> None:
    pod = stack.new_pod()
    stack.say(f"@podkeeper stop {pod}")
    event_id = list(stack.slack.delivery.events)[-1]
    stack.slack.delivery.redeliver(event_id)
    stack.until_told(f"(`{pod}`) is stopped")
    stack.slack.delivery.redeliver(event_id)
    stack.until_ended()

    assert stack.effects("stop", pod) == 1
    assert sum(f"`{pod}`" in post.text for post in stack.posts()) == 1


def test_a_double_click_has_one_effect(stack: Stack) -> None:
    pod = stack.new_pod()
    stack.type(f"/pod status {pod}")
    stack.press("Stop")
    stack.press("Stop")
    stack.until_told(f"(`{pod}`) is stopped")
    stack.until_ended()

    assert stack.effects("stop", pod) == 1
    assert sum(f"`{pod}`" in post.text for post in stack.posts()) == 1


def test_a_retyped_command_has_one_effect(stack: Stack) -> None:
    pod = stack.new_pod()
    stack.type(f"/pod stop {pod}")
    stack.type(f"/pod stop {pod}")
    stack.until_told(f"(`{pod}`) is stopped")
    stack.until_ended()

    assert stack.effects("stop", pod) == 1
    assert any("did not start it twice" in text or "has ended" in text for text in stack.private(BOB)[-1:])


def test_a_new_connection_takes_over_when_slack_refreshes(stack: Stack) -> None:
    pod = stack.new_pod()
    socket = stack.slack.delivery.socket
    before = {connection.id for connection in socket.connections}
    socket.disconnect("refresh_requested")
    # A slash command in the gap may be lost, and Slack says so; what is promised is that the gap ends.
    stack.until(lambda: {connection.id for connection in socket.connections} - before, "new connection")
    socket.retire()
    stack.type(f"/pod stop {pod}")

    stack.until_told(f"(`{pod}`) is stopped")
    assert stack.effects("stop", pod) == 1


def test_claim_and_give(stack: Stack) -> None:
    pod = stack.new_pod()
    stack.type(f"/pod claim {pod}")
    stack.type(f"/pod give {pod} @alice")
    stack.type("/pod list mine", user=ALICE)

    assert f"`{pod}`" in stack.private(ALICE)[-1]
