"""Many pods lost at once are one incident with a list, with what struck them, and within what the quota allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from pods.losses import CauseKind, LossKind
from pods.store import Store
from sim.runpod.seeds import PodSeed, Seed
from tests.unit.workers.lossworld import ONCALL, LossWorld
from workers import watch
from workers.losses.detect import losses
from workers.losses.second_looks import READS

GPU = "NVIDIA GeForce RTX 4090"


@pytest.fixture(autouse=True)
def only_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PASSES", (losses,))


def account(**by_center: int) -> Seed:
    """So many running pods in each data center, all of them training by name."""
    pods = tuple(
        PodSeed(
            id=f"m0{center.lower()}{index:03d}",
            name=f"m0-{center}-{index}",
            gpu=GPU,
            data_center=center.replace("_", "-"),
        )
        for center, count in by_center.items()
        for index in range(count)
    )
    return Seed(balance=Decimal(100_000), spend_limit=Decimal(10_000), pod_seeds=pods)


def _pod(center: str, index: int) -> PodSeed:
    name = f"m0-{center.lower()}-{index}"
    return PodSeed(id=name, name=name, gpu=GPU, data_center=center.replace("_", "-"))


def in_center(world: LossWorld, center: str) -> list[str]:
    return [pod.id for pod in world.sim.world.pods.values() if pod.data_center == center]


def test_a_data_center_that_goes_down_is_one_incident_that_says_so(store: Store) -> None:
    world = LossWorld(store, account(EU_RO_1=6, US_KS_2=4), mode="rest")
    for pod in in_center(world, "EU-RO-1"):
        world.deed(pod, "kill")
    world.polls(3)
    (incident,) = world.incidents()
    assert len(incident.pods) == 6
    assert {loss.cause.kind for loss in world.losses()} == {CauseKind.DATA_CENTER}
    (card,) = world.posted(ONCALL, "Incident `")
    assert "*Lost: 6 pods*" in card
    assert "6 of 6 running pods in EU-RO-1 went down together" in card
    assert [alert.rang for alert in world.pager.alerts.values()] == [1]
    world.close()


def test_a_balance_that_is_gone_is_one_incident_that_says_so(store: Store) -> None:
    world = LossWorld(store, replace(account(EU_RO_1=4, US_KS_2=3), balance=Decimal(50)))
    world.control("settings", balance="0.01")
    world.polls(12)
    (incident,) = world.incidents()
    assert len(incident.pods) == 7
    assert {(loss.kind, loss.cause.kind) for loss in world.losses()} == {(LossKind.GONE, CauseKind.BALANCE)}
    assert len(world.posted(ONCALL, "Incident `")) == 1
    world.close()


def test_more_pods_than_readings_go_with_what_the_readings_say(store: Store) -> None:
    world = LossWorld(store, account(EU_RO_1=70, US_KS_2=5), mode="rest")
    calls = len(world.sim.calls.as_json())
    for pod in in_center(world, "EU-RO-1"):
        world.deed(pod, "kill")
    world.polls(2)
    (incident,) = world.incidents()
    assert len(incident.pods) == 70
    reads = [call for call in world.sim.calls.as_json()[calls:] if call["operation"] == "get"]
    assert len(reads) <= 2 * READS
    assert len(world.posted(ONCALL, "Incident `")) == 1
    world.close()


def test_a_mass_stop_by_a_user_is_nobodys_loss_however_many(store: Store) -> None:
    world = LossWorld(store, account(EU_RO_1=50, US_KS_2=5))
    for pod in in_center(world, "EU-RO-1"):
        world.deed(pod, "stop")
    world.polls(8)
    assert world.losses() == []
    assert world.pager.alerts == {}
    world.close()


def test_losses_far_apart_are_incidents_of_their_own(store: Store) -> None:
    world = LossWorld(store, account(EU_RO_1=2, US_KS_2=5))
    first, second = in_center(world, "EU-RO-1")
    world.deed(first, "kill")
    world.polls(2)
    world.clock.advance(timedelta(minutes=6).total_seconds())
    world.deed(second, "kill")
    world.polls(2)
    assert [incident.pods for incident in world.incidents()] == [(first,), (second,)]
    world.close()
