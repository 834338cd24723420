"""What a create made without knowing: a second pod, or one that shows long after it was given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pods.operations import OperationState
from sim.runpod.state import SimPod
from tests.e2e.inline import Bot
from tests.e2e.test_create import make, new, shop

__all__ = ["shop"]


def twin(bot: Bot, pod: SimPod, **changes: Any) -> SimPod:
    """As a call of a worker that was stopped in the middle of it makes a second pod."""
    fields: dict[str, Any] = {"id": "twin22", "env": dict(pod.env), "log": list(pod.log), "script": list(pod.script)}
    made = replace(pod, **(fields | changes))
    bot.runpod.world.add(made)
    return made


def made(bot: Bot) -> SimPod:
    make(bot, "notebook name=nb")
    (pod,) = new(bot)
    return pod


def test_the_second_pod_of_a_create_is_told_and_terminated(shop: Bot) -> None:
    pod = made(shop)
    twin(shop, pod)
    shop.pass_time(70, step=10)

    assert [each.id for each in new(shop)] == [pod.id]
    (told,) = [post for post in shop.posts() if "Made twice" in post.text]
    assert f"`{pod.name}` (`{pod.id}`) is the one that counts." in told.text
    assert "The second one is terminated and costs nothing any more." in told.text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "nb-of-bob"}, "it was renamed"),
        ({"created_later": 3600}, "made at another time, so somebody may have copied the first one"),
    ],
)
def test_a_copy_that_somebody_made_is_told_and_left_alone(shop: Bot, changes: dict[str, Any], why: str) -> None:
    pod = made(shop)
    later = changes.pop("created_later", 0)
    if later:
        shop.pass_time(later, step=600)
        changes["created_at"] = pod.created_at + timedelta(seconds=later)
    twin(shop, pod, **changes)
    shop.pass_time(70, step=10)

    assert len(new(shop)) == 2
    (told,) = [post for post in shop.posts() if "Made twice" in post.text]
    assert why in told.text
    assert "Terminate…" in told.buttons


def test_a_pod_that_shows_long_after_its_create_failed_puts_that_right(shop: Bot) -> None:
    shop.fault(kind="no_capacity", operation="create")
    shop.exec("/pod create notebook")
    shop.press("Create")
    assert "was not created" in shop.last().text
    (ended,) = [each for each in shop.audited() if each.result == "no_capacity"]
    operation = shop.store.walk.operation(ended.operation_id)
    assert operation is not None

    # A call that everybody had given up is carried out after all.
    some = shop.runpod.world.pods["f6j1bs"]
    name = f"notebook-{operation.id}"
    env = {"PODKEEPER_OP": operation.id}
    shop.runpod.world.add(replace(some, id="late22", name=name, env=env, created_at=shop.clock.now()))
    shop.pass_time(40, step=10)

    right = shop.store.walk.operation(operation.id)
    assert right is not None
    assert (right.state, right.pod_id) == (OperationState.DONE, "late22")
    assert "I first said that it was not made, or not confirmed. RunPod's list shows it." in shop.last().text
    assert shop.store.fleet.facts_of("late22").preset == "notebook"
    assert len(shop.posts()) == 1
