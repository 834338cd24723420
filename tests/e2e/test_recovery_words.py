"""What people say to a recovery and about a pod's checkpoints, and what they read in answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pods.recovery.attempts import Why
from pods.recovery.record import State
from pods.recovery.stop_waits import StopWait, WaitEnd, WaitState
from pods.sealing import Sealer
from tests.e2e.inline import ALICE, BOB, CARA, Bot
from tests.e2e.losing import card, do, lose, plan, protected, running, until_over
from workers import context

pytestmark = pytest.mark.long

PATIENT = """
[[recovery]]
name = "patient"
moves = ["resume"]
price_cap = 12.0
attempts_per_hour = 30
checkpoint = { shows = "http", port = 8000, path = "/checkpoint", every_min = 30 }
"""
MOVING = PATIENT.replace('["resume"]', '["resume", "same-gpu"]').replace("patient", "moving")


def saves(bot: Bot, pod_id: str = "r8h5yc", *, ago_s: int) -> None:
    ports = bot.runpod.world.pods[pod_id].ports
    if "8000/http" not in ports:
        ports.append("8000/http")
    bot.control(f"pods/{pod_id}/web", port=8000, mode="ok", body=f'{{"age_s": {ago_s}}}')


def wait_of(bot: Bot) -> StopWait:
    (found,) = bot.store.stop_waits.all().values()
    return found


# -- protect


def test_protection_says_at_once_what_it_cannot_do(bot: Bot) -> None:
    protected(bot, MOVING, "abc123")
    text = bot.last().text
    assert "`nlp-train` (`abc123`) is protected" in text
    assert "host's own disk (50 GB at `/workspace`)" in text
    assert "do not move it" in text


def test_without_a_key_protection_names_the_variables_it_could_not_bring_back(bot: Bot) -> None:
    context.install(replace(context.current(), sealer=Sealer()))
    bot.runpod.world.pods["r8h5yc"].env.update({"HF_TOKEN": "hf_secret", "RUN": "{{ RUNPOD_SECRET_RUN }}"})
    protected(bot, MOVING)
    text = bot.last().text
    assert "the values of `HF_TOKEN` are not kept" in text
    assert "PODKEEPER_SPEC_KEY" in text

    bot.own("r8h5yc", BOB)
    ended = until_over(bot, lose(bot, "terminate"))
    assert (ended.state, ended.why) == (State.REFUSED, Why.ENV_LOST)
    # An edited card calls nobody, so the thread does.
    assert any(f"<@{BOB}> `llama-finetune`" in post.text and "stays down" in post.text for post in bot.posts())
    assert bot.effects("create") == []
    assert "`HF_TOKEN`" in card(bot)


def test_a_rule_nobody_wrote_is_refused_with_those_there_are(bot: Bot) -> None:
    protected(bot, PATIENT)
    heard = bot.exec("/pod protect r8h5yc rule=magic")
    assert "no recovery rule `magic`" in heard.private[-1]
    assert "`patient`" in heard.private[-1]
    assert "`default`" in heard.private[-1]


def test_a_viewer_may_not_protect_and_another_persons_pod_is_theirs(bot: Bot) -> None:
    bot.own("r8h5yc", ALICE)
    assert "viewer" in bot.exec("/pod protect r8h5yc", user=CARA).private[-1]
    assert f"<@{ALICE}>'s" in bot.exec("/pod protect r8h5yc", user=BOB).private[-1]
    assert bot.store.protections.ids() == ()


def test_unprotect_ends_it_and_a_loss_is_told_but_not_brought_back(bot: Bot) -> None:
    protected(bot, PATIENT)
    bot.exec("/pod unprotect r8h5yc")
    assert "no longer protected" in bot.last().text
    lose(bot)
    bot.pass_time(60, step=10)
    assert bot.store.recoveries.ids() == ()
    assert "was not protected" in bot.exec("/pod unprotect r8h5yc").private[-1]


# -- the buttons of the card


def test_stop_trying_ends_the_plan_and_resume_now_takes_it_up_again(bot: Bot) -> None:
    protected(bot, PATIENT)
    fault = bot.runpod.faults.add("host_full", operation="start")
    loss = lose(bot)
    while not [each for each in plan(bot, loss).attempts if not each.open]:
        bot.pass_time(10, step=10)
    bot.press("Stop trying", settle=False)
    ended = until_over(bot, loss)
    assert (ended.state, ended.stop_by) == (State.STOPPED, BOB)
    assert f"<@{BOB}> said stop trying" in card(bot)

    bot.runpod.faults.remove(fault.id)
    bot.press("Resume now", settle=False)
    assert until_over(bot, loss).state is State.BACK
    assert running(bot, "llama-finetune") == ["r8h5yc"]


def test_move_does_not_wait_for_the_host(bot: Bot) -> None:
    protected(bot, MOVING.replace('["resume", "same-gpu"]', '["resume", "on-demand", "same-gpu"]'))
    bot.fault(kind="host_full", operation="start")
    loss = lose(bot)
    while not [each for each in plan(bot, loss).attempts if not each.open]:
        bot.pass_time(10, step=10)
    bot.press("Move", settle=False)
    resumes = len([each for each in plan(bot, loss).attempts if not each.offer.creates])
    ended = until_over(bot, loss)
    assert ended.new_pod is not None
    assert len([each for each in ended.attempts if not each.offer.creates]) == resumes


def test_what_lives_on_its_host_offers_no_move(bot: Bot) -> None:
    protected(bot, PATIENT, "abc123")
    bot.fault(kind="host_full", operation="start")
    loss = lose(bot, pod_id="abc123")
    while not [each for each in plan(bot, loss).attempts if not each.open]:
        bot.pass_time(10, step=10)
    bot.pass_time(20, step=10)
    labels = {element["text"]["text"] for post in bot.posts() for element in buttons(post.blocks)}
    assert "Resume now" in labels
    assert "Move" not in labels


def buttons(blocks: list[dict[str, object]]) -> list[dict[str, dict[str, str]]]:
    return [element for block in blocks for element in block.get("elements", []) if element.get("type") == "button"]  # type: ignore[attr-defined]


def test_a_stop_by_a_person_is_theirs_and_not_fought(bot: Bot) -> None:
    protected(bot, MOVING)
    bot.fault(kind="host_full", operation="start")
    loss = lose(bot)
    plan(bot, loss)
    bot.exec("/pod terminate r8h5yc", user=ALICE, settle=False)
    bot.press("Terminate", user=ALICE, settle=False)
    ended = until_over(bot, loss)
    assert ended.state is State.STOOD_DOWN or ended.why is Why.TAKEN_OVER, ended
    assert bot.effects("create") == []


# -- the circuit breaker


def test_runs_that_save_nothing_end_the_recovery(bot: Bot) -> None:
    protected(bot, PATIENT)
    saves(bot, ago_s=4000)
    for _ in range(2):
        assert until_over(bot, lose(bot)).state is State.BACK
        bot.pass_time(240, step=30)
    loss = lose(bot)
    ended = until_over(bot, loss)
    assert (ended.state, ended.why) == (State.GAVE_UP, Why.BREAKER)
    assert ended.attempts == ()
    assert "saved nothing" in card(bot)


# -- stop after checkpoint


def test_a_stop_waits_for_the_next_checkpoint_and_says_so(bot: Bot) -> None:
    protected(bot, PATIENT)
    saves(bot, ago_s=900)
    heard = bot.exec("/pod stop r8h5yc after checkpoint within 2h", settle=False)
    assert "after its next checkpoint" in heard.private[-1]
    bot.pass_time(120, step=10)
    assert bot.effects("stop") == []
    assert "Last checkpoint at" in bot.last().text

    saves(bot, ago_s=5)
    bot.pass_time(90, step=10)
    assert len(bot.effects("stop")) == 1
    assert wait_of(bot).end is WaitEnd.STOPPED
    text = bot.last().text
    assert "is stopped, after its checkpoint at" in text
    assert "$6.58/h" in text
    bot.pass_time(120, step=10)
    assert bot.store.losses.ids() == ()


def test_when_none_comes_it_asks_in_the_thread_and_never_stops_by_itself(bot: Bot) -> None:
    protected(bot, PATIENT)
    saves(bot, ago_s=900)
    bot.exec("/pod stop r8h5yc after checkpoint within 5m", settle=False)
    for _ in range(6):
        saves(bot, ago_s=900 + int((bot.clock.now() - wait_of(bot).asked_at).total_seconds()))
        bot.pass_time(60, step=60)
    assert wait_of(bot).state is WaitState.ASKING
    assert bot.effects("stop") == []
    asked = [post for post in bot.posts() if f"<@{BOB}>" in post.text and "not stopped" in post.text]
    assert asked

    bot.press("Stop now", settle=False)
    bot.pass_time(60, step=10)
    assert len(bot.effects("stop")) == 1
    assert wait_of(bot).end is WaitEnd.STOPPED


def test_cancel_leaves_it_running(bot: Bot) -> None:
    protected(bot, PATIENT)
    saves(bot, ago_s=900)
    bot.exec("/pod stop r8h5yc after checkpoint", settle=False)
    bot.pass_time(20, step=10)
    bot.press("Cancel", settle=False)
    saves(bot, ago_s=1)
    bot.pass_time(120, step=10)
    assert bot.effects("stop") == []
    assert wait_of(bot).end is WaitEnd.CANCELLED
    assert "runs on" in bot.last().text


def test_without_a_rule_for_checkpoints_nothing_is_waited_for(bot: Bot) -> None:
    heard = bot.exec("/pod stop r8h5yc after checkpoint")
    assert "I do not know how a checkpoint" in heard.private[-1]
    assert bot.store.stop_waits.ids() == ()


def test_a_second_waiting_finds_the_first_and_a_stopped_pod_none(bot: Bot) -> None:
    protected(bot, PATIENT)
    bot.exec("/pod stop r8h5yc after checkpoint", settle=False)
    bot.pass_time(15, step=5)
    assert "already waited for" in bot.exec("/pod stop r8h5yc after checkpoint", settle=False).private[-1]
    do(bot, "r8h5yc", "stop")
    bot.pass_time(90, step=10)
    assert wait_of(bot).end is WaitEnd.DOWN
