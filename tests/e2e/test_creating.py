"""A pod made by automation: once, whatever RunPod answers and wherever the worker dies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pods.arrivals import Phase
from pods.fleet import OwnerKind, PodOrigin
from pods.model import Cloud, GpuRequest
from pods.operations import Code, Operation, OperationState
from pods.orders import Candidate, CreateOrder
from pods.sealing import Sealer
from sim.runpod.state import SimPod
from tests.e2e.inline import BOB, Bot
from workers import context
from workers.automation import Creation, create, creation_id

H100, A100 = "NVIDIA H100 80GB HBM3", "NVIDIA A100 80GB PCIe"


def candidate(gpu: str, price: str | None = None, cloud: Cloud = Cloud.SECURE) -> Candidate:
    return Candidate(gpu=GpuRequest(id=gpu), price=Decimal(price) if price else None, cloud=cloud)


def order(*candidates: Candidate, **changes: Any) -> CreateOrder:
    wanted = candidates or (candidate(H100), candidate(A100))
    usual: dict[str, Any] = {"name": "nlp", "image": "runpod/pytorch:1", "ports": ("8888/http", "22/tcp")}
    return CreateOrder(candidates=wanted, **(usual | changes))


def creation(bot: Bot, given: CreateOrder | None = None, **changes: Any) -> Creation:
    channel = bot.slack.workspace.channel("gpu-pods").id
    return Creation(rule="test", create=given or order(), subject="s1", channel=channel, **changes)


def made(bot: Bot, given: Creation) -> list[SimPod]:
    stamp = creation_id(context.current(), given)
    return [pod for pod in bot.runpod.world.pods.values() if pod.env.get("PODKEEPER_OP") == stamp]


def run(bot: Bot, given: Creation) -> Operation:
    create(context.current(), given)
    bot.settle(step=5)
    operation = bot.store.walk.operation(creation_id(context.current(), given))
    assert operation is not None
    return operation


ROADS = pytest.mark.parametrize("road", ["auto", "graphql"])


@ROADS
def test_a_pod_is_made_once_and_told_until_it_is_ready(bot: Bot, road: str) -> None:
    bot.use_api(road)
    given = creation(bot, order(owner=BOB))
    operation = run(bot, given)

    assert operation.state is OperationState.DONE
    (pod,) = made(bot, given)
    assert pod.id == operation.pod_id
    facts = bot.store.fleet.facts_of(pod.id)
    assert facts.origin is PodOrigin.OURS
    assert facts.owner is not None
    assert (facts.owner.kind, facts.owner.user) == (OwnerKind.PERSON, BOB)
    assert "Not ready yet" in bot.last().text
    bot.pass_time(60)
    assert "is ready: Jupyter answers" in bot.last().text
    assert len(bot.posts()) == 1


def test_ordering_it_again_makes_no_second_one(bot: Bot) -> None:
    given = creation(bot)
    run(bot, given)
    run(bot, given)
    assert len(made(bot, given)) == 1


@ROADS
@pytest.mark.parametrize("kind", ["lost_answer", "status", "drop", "malformed", "timeout"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unclear_answer_ends_in_exactly_one_pod(bot: Bot, road: str, kind: str, when: str) -> None:
    bot.use_api(road)
    name = "create" if road == "auto" else "graphql:podFindAndDeployOnDemand"
    bot.fault(kind=kind, operation=name, when=when, times=1, status=502)
    given = creation(bot)
    operation = run(bot, given)

    assert operation.state is OperationState.DONE
    assert [pod.id for pod in made(bot, given)] == [operation.pod_id]


@ROADS
def test_each_candidate_is_asked_for_in_turn_and_only_one_is_had(bot: Bot, road: str) -> None:
    bot.use_api(road)
    given = creation(bot, order(candidate("NVIDIA RTX A4500"), candidate(A100)))
    operation = run(bot, given)

    (pod,) = made(bot, given)
    assert pod.gpu_id == A100
    assert operation.calls == 2
    assert "Not to be had: 1 x `RTX A4500` in the secure cloud" in bot.last().text


@ROADS
def test_when_nothing_is_free_it_says_so_and_nothing_is_billed(bot: Bot, road: str) -> None:
    bot.use_api(road)
    bot.fault(kind="no_capacity")
    given = creation(bot)
    operation = run(bot, given)

    assert operation.outcome is not None
    assert operation.outcome.code is Code.NO_CAPACITY
    assert made(bot, given) == []
    assert "RunPod has nothing of it free now. Nothing was done, nothing is billed." in bot.last().text


def test_env_values_reach_the_pod_and_nothing_else(bot: Bot) -> None:
    sealer = context.current().sealer
    given = creation(bot, order(env=sealer.seal({"TOKEN": "hf_verysecret1", "W": "{{ RUNPOD_SECRET_W }}"})))
    run(bot, given)

    (pod,) = made(bot, given)
    assert pod.env["TOKEN"] == "hf_verysecret1"
    assert pod.env["W"] == "{{ RUNPOD_SECRET_W }}"
    everything = [
        *bot.everything_told(BOB),
        *(str(bot.store.client.dump(key)) for key in bot.store.client.scan_iter("*")),
    ]
    assert not [text for text in everything if "hf_verysecret1" in text]


def test_a_candidate_that_costs_more_than_agreed_is_passed_over(bot: Bot) -> None:
    bot.tick()
    given = creation(bot, order(candidate(H100, "2.00"), candidate(A100, "1.39")))
    run(bot, given)

    (pod,) = made(bot, given)
    assert pod.gpu_id == A100


def test_a_copy_is_made_of_what_its_pod_is_made_of(bot: Bot) -> None:
    given = creation(bot, order(candidate(A100), copy_of="abc123", image=None, ports=()))
    run(bot, given)

    (pod,) = made(bot, given)
    original = bot.runpod.world.pods["abc123"]
    assert (pod.image, pod.ports, pod.disk_gb) == (original.image, original.ports, original.disk_gb)
    assert pod.env["RUN_NAME"] == "nlp-large-3"
    assert pod.persistent is None


@pytest.mark.parametrize(
    ("kind", "phase", "words"),
    [
        ("image_pull", Phase.IMAGE_FAILED, ["cannot fetch the image", "error pulling image", "name and tag"]),
        ("crash_at_start", Phase.CRASHED, ["ends as soon as it starts", "ModuleNotFoundError", "/pod logs"]),
        ("mute", Phase.SILENT, ["nothing answers on Jupyter", "must listen on", "/pod logs"]),
    ],
)
def test_a_pod_that_does_not_come_up_is_told_with_the_log_line_and_the_next_step(
    bot: Bot, kind: str, phase: Phase, words: list[str]
) -> None:
    bot.fault(kind=kind, times=1, operation="write")
    given = creation(bot)
    run(bot, given)
    bot.pass_time(400 if phase is Phase.SILENT else 60, step=5)

    for word in words:
        assert word in bot.last().text, bot.last().text
    assert len(bot.posts()) == 1


def test_without_a_key_a_sealed_value_is_refused_before_anything_is_sent(bot: Bot) -> None:
    env = Sealer("A" * 43 + "=").seal({"TOKEN": "x"})
    given = creation(bot, order(env=env))
    operation = run(bot, given)

    assert operation.state is OperationState.FAILED
    assert made(bot, given) == []
    assert "PODKEEPER_SPEC_KEY" in bot.last().text
