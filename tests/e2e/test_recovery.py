"""Lost work brought back, end to end in one process: one copy, within what data and money allow, and told."""

from __future__ import annotations

import pytest

from pods.fleet import OwnerKind
from pods.recovery.attempts import Result, Why
from pods.recovery.record import Husk, State
from tests.e2e.inline import ALICE, BOB, Bot
from tests.e2e.losing import card, do, lose, plan, protected, running, until_over

pytestmark = pytest.mark.long

STEADY = """
[[recovery]]
name = "steady"
moves = ["resume", "same-gpu", "other-gpu"]
price_cap = 12.0
budget = 30
attempts_per_hour = 30
terminate_husk = true
"""


def test_a_lost_pod_is_resumed_on_its_host(bot: Bot) -> None:
    protected(bot, STEADY)
    ended = until_over(bot, lose(bot))

    assert (ended.state, ended.new_pod) == (State.BACK, None)
    assert running(bot, "llama-finetune") == ["r8h5yc"]
    assert len(bot.effects("start")) == 1
    assert bot.effects("create") == []


def test_a_full_host_gets_a_new_pod_with_everything_the_old_one_had(bot: Bot) -> None:
    bot.own("r8h5yc", BOB)
    protected(bot, STEADY)
    bot.fault(kind="host_full", operation="start")
    ended = until_over(bot, lose(bot))

    assert ended.state is State.BACK, ended
    new = ended.new_pod
    assert new is not None
    assert running(bot, "llama-finetune") == [new]
    was, now = bot.runpod.seed.pods(bot.clock.now())[4], bot.runpod.world.pods[new]
    assert (now.image, now.network, now.gpu_id, now.gpu_wanted, now.ports) == (
        was.image,
        was.network,
        was.gpu_id,
        was.gpu_wanted,
        was.ports,
    )
    owner = bot.store.fleet.facts_of(new).owner
    assert owner is not None
    assert (owner.kind, owner.user) == (OwnerKind.PERSON, BOB)
    protection = bot.store.protections.get(new)
    assert protection is not None
    assert protection.rule == "steady"
    assert bot.store.protections.get("r8h5yc") is None
    assert ended.husk is Husk.TERMINATED
    assert "r8h5yc" not in bot.runpod.world.pods


@pytest.mark.parametrize("full", [False, True])
def test_on_graphql_alone_it_is_brought_back_too(bot: Bot, full: bool) -> None:
    bot.use_api("graphql")
    protected(bot, STEADY)
    if full:
        bot.fault(kind="host_full", operation="start")
    ended = until_over(bot, lose(bot))
    assert ended.state is State.BACK, ended
    assert running(bot, "llama-finetune") == [ended.new_pod or "r8h5yc"]


def test_env_values_come_along_and_stand_nowhere_in_between(bot: Bot) -> None:
    bot.runpod.world.pods["r8h5yc"].env["HF_TOKEN"] = "hf_very_secret_value"
    protected(bot, STEADY)
    bot.fault(kind="host_full", operation="start")
    ended = until_over(bot, lose(bot))

    assert ended.new_pod is not None
    assert bot.runpod.world.pods[ended.new_pod].env["HF_TOKEN"] == "hf_very_secret_value"
    everything = "".join(str(dump(bot, key)) for key in bot.store.client.scan_iter("*"))
    assert "hf_very_secret_value" not in everything
    assert not any("hf_very_secret_value" in text for user in (ALICE, BOB) for text in bot.everything_told(user))


def dump(bot: Bot, key: str) -> object:
    kind = bot.store.client.type(key)
    if kind == "string":
        return bot.store.client.get(key)
    if kind == "hash":
        return bot.store.client.hgetall(key)
    return bot.store.client.xrange(key) if kind == "stream" else ""


def test_a_vanished_pod_is_made_again_from_what_was_kept(bot: Bot) -> None:
    bot.runpod.world.pods["r8h5yc"].env["HF_TOKEN"] = "hf_very_secret_value"
    protected(bot, STEADY)
    ended = until_over(bot, lose(bot, "terminate"))

    assert ended.state is State.BACK, ended
    assert ended.new_pod is not None
    assert bot.runpod.world.pods[ended.new_pod].env["HF_TOKEN"] == "hf_very_secret_value"
    assert ended.husk is Husk.GONE


def test_what_lives_on_its_host_is_never_moved(bot: Bot) -> None:
    protected(bot, STEADY, "abc123")
    bot.fault(kind="host_full", operation="start")
    loss = lose(bot, pod_id="abc123")
    bot.pass_time(240, step=30)

    going = plan(bot, loss)
    assert going.state is State.TRYING
    assert bot.effects("create") == []
    assert {each.result for each in going.attempts if not each.open} == {Result.NO_ROOM}
    do(bot, "abc123", "terminate")
    ended = until_over(bot, loss)
    assert (ended.state, ended.why) == (State.REFUSED, Why.DATA_GONE)
    assert bot.effects("create") == []


def test_a_pod_that_comes_back_while_its_replacement_is_made_stays_the_only_one(bot: Bot) -> None:
    protected(bot, STEADY)
    bot.runpod.settings.provision_delay_s = 120
    bot.fault(kind="host_full", operation="start", times=1)
    loss = lose(bot)
    while not bot.effects("create"):
        bot.pass_time(5, step=5)
    do(bot, "r8h5yc", "start")
    ended = until_over(bot, loss)

    assert ended.state is State.STOOD_DOWN, ended
    assert running(bot, "llama-finetune") == ["r8h5yc"]


def test_a_replacement_without_its_gpu_is_taken_back(bot: Bot) -> None:
    protected(bot, STEADY)
    bot.fault(kind="zero_gpu", operation="start", times=1)
    ended = until_over(bot, lose(bot))

    assert ended.attempts[0].withdraw is Why.NO_GPU
    assert ended.attempts[0].result is Result.TAKEN_BACK
    assert ended.state is State.BACK
    assert len(running(bot, "llama-finetune")) == 1


def test_a_create_that_is_never_heard_of_is_found_and_not_doubled(bot: Bot) -> None:
    protected(bot, STEADY)
    bot.fault(kind="host_full", operation="start")
    bot.fault(kind="timeout", operation="create", when="after", times=1)
    ended = until_over(bot, lose(bot))

    assert ended.state is State.BACK, ended
    assert len(bot.effects("create")) == 1
    assert running(bot, "llama-finetune") == [ended.new_pod]


@pytest.mark.parametrize(("cap", "why"), [("0.5", Why.DEADLINE)])
def test_nothing_is_tried_above_the_cap(bot: Bot, cap: str, why: Why) -> None:
    protected(bot, STEADY.replace("12.0", cap) + "deadline_h = 1\n")
    loss = lose(bot)
    bot.pass_time(3720, step=120)
    ended = plan(bot, loss)

    assert (ended.state, ended.why) == (State.GAVE_UP, why)
    assert ended.attempts == ()
    assert bot.effects("start") + bot.effects("create") == []


def test_an_outage_freezes_the_plan_and_it_goes_on_afterwards(bot: Bot) -> None:
    protected(bot, STEADY)
    bot.fault(kind="host_full", operation="start", times=1)
    loss = lose(bot)
    while len(plan(bot, loss).attempts) < 1:
        bot.pass_time(10, step=10)
    fault = bot.runpod.faults.add("outage")
    bot.pass_time(60, step=10)
    before = (len(bot.effects()), len(plan(bot, loss).attempts))
    bot.pass_time(300, step=10)
    assert (len(bot.effects()), len(plan(bot, loss).attempts)) == before
    assert "RunPod does not answer" in card(bot)
    bot.runpod.faults.remove(fault.id)
    assert until_over(bot, loss).state is State.BACK
