"""The act worker is killed in the middle of a create: exactly one pod, and a message that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.runpod.state import SimPod
from tests.e2e.stack import Stack

pytestmark = pytest.mark.chaos

PRESET = '\n[[preset]]\nname = "{name}"\nimage = "runpod/pytorch:1.0"\ngpus = ["NVIDIA A40"]\nvolume_gb = 20\n'


def with_preset(stack: Stack, name: str) -> None:
    path = Path(stack.env["PODKEEPER_POLICY"])
    path.write_text(path.read_text(encoding="utf-8") + PRESET.format(name=name), encoding="utf-8")
    stack.until(lambda: name in {each.name for each in stack.store.people.policy().preset}, "the preset in force")


def made(stack: Stack, name: str) -> list[SimPod]:
    return [pod for pod in stack.runpod.world.pods.values() if pod.name.startswith(f"{name}-")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_inside_its_create_leaves_one_pod(stack: Stack, when: str) -> None:
    name = f"killed-{when}"
    with_preset(stack, name)
    fault = stack.fault(kind="timeout", operation="create", when=when, times=1)
    stack.type(f"/pod create {name}")
    stack.press("Create")
    stack.until(lambda: stack.struck(fault), "the worker in the middle of its call")
    stack.kill("worker act")
    stack.start("worker act")

    if when == "before":
        stack.until_told("RunPod did not say whether it made the pod.", within_s=60)
        # Nothing is ordered again before the list has gone two minutes without it, in three looks.
        for _ in range(8):
            assert not made(stack, name)
            stack.clock.advance(15)
            stack.until(lambda: not stack.store.walk.due(stack.clock.now()), "the looks that are due", within_s=60)
            if made(stack, name):
                break
    stack.until(lambda: made(stack, name), "the pod", within_s=60)
    (pod,) = made(stack, name)
    stack.until_told(f"(`{pod.id}`) is", within_s=60)
    stack.until_ended()

    (pod,) = made(stack, name)
    told = [post for post in stack.posts() if f"`{name}" in post.text]
    assert len(told) == 1
