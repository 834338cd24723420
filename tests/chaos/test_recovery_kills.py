"""The act worker is killed -9 in the middle of a recovery: one copy runs afterwards, and one card tells the truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pods.recovery.record import Recovery, State
from sim.runpod import console
from tests.e2e.inline import ALICE
from tests.e2e.stack import Stack, running

pytestmark = pytest.mark.chaos

#: Confirming takes minutes; they pass faster here.
SPEED = 8.0


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("fast"), speed=SPEED) as started:
        yield started


def protect(stack: Stack, pod: str) -> None:
    stack.type(f"/pod protect {pod}", user=ALICE)

    def kept() -> bool:
        lineage = stack.store.lineages.get(pod)
        return lineage is not None and lineage.spec is not None

    stack.until(kept, f"spec of {pod}")


def lose(stack: Stack, pod: str) -> None:
    with stack.runpod.lock:
        stack.runpod.world.settle()
        console.do(stack.runpod.world, pod, "kill")


def plan_of(stack: Stack, pod: str) -> Recovery | None:
    return next((each for each in stack.store.recoveries.all().values() if each.lost.id == pod), None)


def copies(stack: Stack, name: str) -> list[str]:
    with stack.runpod.lock:
        stack.runpod.world.settle()
        live = {"PROVISIONING", "STARTING", "RUNNING"}
        pods = stack.runpod.world.pods.values()
        return [pod.id for pod in pods if pod.name.startswith(name) and pod.status.value in live]


def cards(stack: Stack, name: str) -> list[str]:
    """The incidents of that pod as they read now; without a route they go to the admins."""
    shown: dict[str, str] = {}
    for event in stack.slack.seen(ALICE):
        message = event.get("message") or {}
        if "Incident `" in message.get("text", "") and f"`{name}`" in message["text"]:
            shown[message["ts"]] = message["text"]
    return list(shown.values())


@pytest.mark.parametrize(
    ("operation", "full"), [pytest.param("start", False, id="resumed"), pytest.param("create", True, id="made anew")]
)
def test_act_worker_killed_after_the_effect_of_a_try(fast: Stack, operation: str, full: bool) -> None:
    pod = "r8h5yc" if full else fast.new_pod()
    name = "llama-finetune" if full else fast.runpod.world.pods[pod].name
    protect(fast, pod)
    if full:
        fast.fault(kind="host_full", operation="start", pod=pod)
    struck = fast.fault(kind="timeout", operation=operation, when="after", times=1)
    lose(fast, pod)
    fast.until(lambda: fast.struck(struck), "the effect without its answer", 60)
    fast.kill("worker act")
    fast.start("worker act")

    def over() -> Recovery | None:
        found = plan_of(fast, pod)
        return found if found is not None and found.over else None

    ended = fast.until(over, "end of the recovery", 90)
    assert ended.state is State.BACK, ended
    assert copies(fast, name) == [ended.new_pod or pod]
    fast.until(lambda: [text for text in cards(fast, name) if "brought it back" in text], "card that tells it")
    (card,) = cards(fast, name)
    assert (ended.new_pod or "on its own host") in card
