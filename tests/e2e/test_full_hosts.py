"""Where no GPU is free: waiting, giving up, another GPU, another host; and what of the data comes along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import elsewhere
from sim.runpod.state import Network, Persistent, SimPod, Status
from tests.e2e.inline import ALICE, BOB, DAVE, Bot
from tests.e2e.test_create import new, shop

__all__ = ["shop"]

ROADS = pytest.mark.parametrize("road", ["auto", "graphql"])
FULL = {"kind": "host_full"}


def stopped(bot: Bot, pod_id: str = "p4v9td", **changes: Any) -> SimPod:
    pod = bot.runpod.world.pods[pod_id]
    for name, value in changes.items():
        setattr(pod, name, value)
    bot.pass_time(31, step=10)
    return pod


def private(bot: Bot, label: str, *, user: str = BOB) -> str:
    """Press it and give back what only that person reads."""
    before = len(bot.slack.seen(user))
    bot.press(label, user=user)
    return bot.heard(user, "gpu-pods", before).private[-1]


@ROADS
def test_a_start_on_a_full_host_says_so_and_offers_what_can_be_done(bot: Bot, road: str) -> None:
    bot.use_api(road)
    bot.fault(**FULL)
    bot.exec("/pod start p4v9td")

    text = bot.last().text
    assert "`sd-archive` (`p4v9td`) was not started: its host has no free GPU now. Nothing was done." in text
    assert "`/workspace` (250 GB) sits on that host and cannot move with it." in text
    assert [label for label in bot.last().buttons if label in {"Keep trying", "Show options"}] == [
        "Keep trying",
        "Show options",
    ]


@ROADS
def test_a_start_left_without_gpus_is_told_by_their_count(bot: Bot, road: str) -> None:
    bot.use_api(road)
    bot.fault(kind="zero_gpu", times=1)
    bot.exec("/pod start p4v9td")
    assert "runs without a GPU: its host has none free" in bot.last().text
    assert "Show options" in bot.last().buttons


def test_who_waits_is_told_of_each_try_and_of_the_gpu_that_came(bot: Bot) -> None:
    bot.fault(**FULL)
    bot.exec("/pod start p4v9td")
    bot.press("Keep trying", settle=False)
    bot.pass_time(10)
    assert "waits for a free GPU: its host has none now." in bot.last().text
    assert "tried 1 time; next try at" in bot.last().text
    bot.pass_time(250, step=15)
    assert "tried 3 times" in bot.last().text
    assert len(bot.posts()) == 2

    bot.runpod.faults.clear()
    bot.pass_time(200, step=15)
    assert "is ready" in bot.last().text
    assert len(bot.effects("start")) == 1


def test_waiting_can_be_ended_by_who_asked_or_an_admin_and_by_nobody_else(bot: Bot) -> None:
    bot.fault(**FULL)
    bot.exec("/pod start p4v9td")
    bot.press("Keep trying", settle=False)
    bot.pass_time(10)

    assert "only they or an admin" in private_of(bot, DAVE, "Stop trying")
    assert "I no longer try" in private_of(bot, ALICE, "Stop trying")
    bot.settle()
    assert "<@U0ALICE> ended the waiting for a free GPU" in bot.last().text
    bot.runpod.faults.clear()
    bot.pass_time(300, step=60)
    assert bot.effects("start") == []
    assert "stopped" not in bot.exec("/pod start p4v9td").private[0]


def private_of(bot: Bot, user: str, label: str) -> str:
    before = len(bot.slack.seen(user))
    bot.press(label, user=user, settle=False)
    bot.tick()
    return bot.heard(user, "gpu-pods", before).private[-1]


def test_waiting_ends_by_itself(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "KEEP_FOR", timedelta(minutes=20))
    bot.fault(**FULL)
    bot.exec("/pod start p4v9td")
    bot.press("Keep trying", settle=False)
    bot.pass_time(1300, step=60)
    assert "has no free GPU now" in bot.last().text
    assert bot.store.walk.open_operations() == []


# -- elsewhere


def test_what_lies_on_a_network_volume_moves_with_its_data(shop: Bot) -> None:
    pod = stopped(shop, persistent=None, network=Network("vol8kq2x1c", "/workspace"), data_center="EU-RO-1")
    shop.own(pod.id, BOB)
    shop.fault(**FULL)
    shop.exec("/pod start p4v9td")
    assert "Its network volume `vol8kq2x1c` can go to a new pod on another host" in shop.last().text

    options = private(shop, "Show options")
    assert "Its data comes along" in options
    assert "1 x `RTX A6000` (48 GB), secure cloud, `EU-RO-1`: $0.53/h" in options
    shop.press("Take RTX A6000, $0.53/h…")
    dialog = shop.everything_told(BOB)[-1]
    assert "Made of what `p4v9td` is made of" in dialog
    shop.press("Create")
    (copy,) = new(shop)
    assert copy.network is not None
    assert (copy.network.volume_id, copy.data_center, copy.image) == ("vol8kq2x1c", "EU-RO-1", pod.image)
    assert pod.status is Status.EXITED
    shop.pass_time(60)
    assert "is ready" in shop.last().text
    assert "Terminate p4v9td, the old one…" in shop.last().buttons


def test_what_lies_on_the_host_is_said_not_to_come_along(shop: Bot) -> None:
    pod = stopped(shop, persistent=Persistent(250, "/workspace"))
    shop.own(pod.id, BOB)
    shop.fault(**FULL)
    shop.exec("/pod start p4v9td")

    options = private(shop, "Show options")
    assert "*Its data does not come along*: `/workspace` (250 GB) stays on the old host" in options
    assert "The old pod stays stopped and costs $50.00 a month until you terminate it." in options
    shop.press("Empty copy on RTX A6000, $0.53/h…")
    assert "*Its data does not come along*: `/workspace` begins empty." in shop.everything_told(BOB)[-1]
    shop.press("Create")
    (copy,) = new(shop)
    assert copy.persistent == Persistent(250, "/workspace")


def test_nothing_is_offered_where_nobody_can_say_what_would_be_lost(shop: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.own("p4v9td", BOB)
    shop.fault(**FULL)
    shop.exec("/pod start p4v9td")
    (request,) = [each for each in shop.audited() if each.operation_id and each.result == "host_full"]
    operation = shop.store.walk.operation(request.operation_id)
    assert operation is not None
    assert operation.seen is not None
    blind = operation.model_copy(update={"seen": operation.seen.model_copy(update={"mounts_known": False})})
    shop.store.client.set(shop.store.keys.operation(blind.id), blind.model_dump_json())

    assert "nobody can say what would be lost" in private(shop, "Show options")


def test_anothers_env_is_not_copied(shop: Bot) -> None:
    shop.own("p4v9td", DAVE)
    shop.fault(**FULL)
    shop.exec("/pod start p4v9td", user=DAVE)
    assert "Only they or an admin" in private(shop, "Show options", user=BOB)


def test_a_create_that_finds_nothing_offers_what_is_free_with_the_difference(shop: Bot) -> None:
    shop.fault(kind="no_capacity", operation="create", times=1)
    shop.exec("/pod create notebook")
    shop.press("Create")
    assert "RunPod has nothing of it free now. Nothing was done, nothing is billed." in shop.last().text

    options = private(shop, "Show options")
    assert "1 x `RTX A6000` (48 GB), community cloud: $0.33/h, $0.11/h less, stock high" in options
    shop.press("Take RTX A6000, $0.33/h…")
    shop.press("Create")
    (pod,) = new(shop)
    assert (pod.gpu_id, pod.cloud) == ("NVIDIA RTX A6000", "COMMUNITY")


def test_a_create_may_wait_for_a_gpu(shop: Bot) -> None:
    shop.fault(kind="no_capacity", operation="create", times=2)
    shop.exec("/pod create notebook")
    shop.press("Create")
    shop.press("Keep trying")
    shop.press("Create", settle=False)
    shop.pass_time(20)
    assert "is not created yet: RunPod has nothing of it free." in shop.last().text
    shop.pass_time(200, step=15)
    assert len(new(shop)) == 1
    assert "is ready" in shop.last().text
