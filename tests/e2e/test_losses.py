"""A pod is lost that nobody asked to stop: one card, in one place, that tells the truth until it is over."""

from __future__ import annotations

import pytest

from pods.jobs import Job
from pods.losses import CauseKind, LossKind
from tests.e2e.inline import ALICE, BOB, Bot

pytestmark = pytest.mark.long

POLICY = """
[losses]
training = ["llama-*"]
[oncall]
group = "S0ONCALL"
users = ["U0BOB"]
[[oncall.escalate]]
after_min = 15
users = ["U0ALICE"]
[[route]]
channel = "C0ONCALL"
kinds = ["losses"]
[[route]]
channel = "C0GPUPODS"
kinds = ["notices"]
"""
TRAINING, PLAIN = "r8h5yc", "abc123"


@pytest.fixture
def watching(bot: Bot) -> Bot:
    """The demo's account, watched for a minute."""
    bot.add_policy(POLICY)
    bot.pass_time(60, step=10)
    return bot


def test_a_training_pod_that_its_host_ends_is_one_card_for_on_call(watching: Bot) -> None:
    bot = watching
    bot.deed(TRAINING, "kill")
    bot.pass_time(60, step=10)
    (card,) = bot.posts("oncall")
    assert "*Lost*: `llama-finetune` (`r8h5yc`) went down" in card.text
    assert "Exited by Runpod" in card.text
    assert "<!subteam^S0ONCALL>" in card.text
    (loss,) = bot.store.losses.all().values()
    assert (loss.kind, loss.cause.kind) == (LossKind.EXITED, CauseKind.RUNPOD)
    bot.press("Acknowledge", user=BOB)
    assert "<@U0BOB> is on it" in bot.posts("oncall")[0].text
    assert [(alert.state, alert.rang) for alert in bot.pagerduty.alerts.values()] == [("acknowledged", 1)]
    bot.deed(TRAINING, "start")
    bot.pass_time(120, step=10)
    posts = bot.posts("oncall")
    assert "*Back*" in posts[0].text
    assert [(alert.state, alert.rang) for alert in bot.pagerduty.alerts.values()] == [("resolved", 1)]


def test_an_outage_is_one_banner_and_one_end_that_says_what_changed(watching: Bot) -> None:
    bot = watching
    before = len(bot.posts("gpu-pods"))
    bot.fault(kind="outage")
    bot.pass_time(300, step=10)
    (banner,) = bot.posts("gpu-pods")[before:]
    assert "*Outage*: RunPod's API has not answered since" in banner.text
    bot.deed(PLAIN, "stop")
    bot.deed(TRAINING, "kill")
    bot.pass_time(600, step=10)
    assert len(bot.posts("gpu-pods")) == before + 1
    assert bot.posts("oncall") == []
    bot.control_delete("faults")
    bot.pass_time(90, step=10)
    banner, end = bot.posts("gpu-pods")[before:]
    assert "*Outage over*" in banner.text
    assert "*RunPod answers again*" in end.text
    assert "`nlp-train` (`abc123`): was running, is stopped" in end.text
    assert "Meanwhile 2 pods changed: 2 stopped" in end.text
    # What was really lost meanwhile is told now, and what a user stopped is not.
    (card,) = bot.posts("oncall")
    assert TRAINING in card.text
    assert PLAIN not in card.text


def test_what_runpod_says_of_its_api_is_told_once(watching: Bot) -> None:
    bot = watching
    before = len(bot.posts("gpu-pods"))
    bot.fault(kind="gone_410")
    bot.deed(TRAINING, "kill")
    bot.pass_time(120, step=10)
    bot.use_provider("auto")
    bot.pass_time(1200, step=10)
    told = [post.text for post in bot.posts("gpu-pods")[before:] if "*From RunPod's API*" in post.text]
    assert len(told) == 1
    assert "GraphQL" in told[0]


def test_a_watch_that_stands_still_is_told_by_the_clock_and_its_return_on_the_same_message(watching: Bot) -> None:
    bot = watching
    before = len(bot.posts("gpu-pods"))
    bot.unserved.add(Job.POLL)
    bot.pass_time(400, step=10)
    (post,) = bot.posts("gpu-pods")[before:]
    assert "*Nobody watches*" in post.text
    bot.unserved.discard(Job.POLL)
    bot.pass_time(60, step=10)
    (post,) = bot.posts("gpu-pods")[before:]
    assert "*The watch looks again*" in post.text


def texts(bot: Bot, channel: str, word: str) -> list[str]:
    return [post.text for post in bot.posts(channel) if word in post.text]


def test_a_balance_that_gets_short_is_told_with_the_data_it_would_take(watching: Bot) -> None:
    bot = watching
    bot.control("settings", balance="45.00")
    bot.pass_time(1300, step=30)
    (told,) = texts(bot, "oncall", "*Balance*")
    assert "it reaches $0 at" in told
    assert "have no network volume and would lose data" in told
    assert "`nlp-train` (`abc123`)" in told
    assert "RunPod's own figures" in told
    assert "<!subteam^S0ONCALL>" in told
    bot.control("settings", balance="5000.00")
    bot.pass_time(1300, step=30)
    assert len(texts(bot, "gpu-pods", "well again")) == 1


def test_memory_that_stays_full_is_told_to_the_owner_once(watching: Bot) -> None:
    bot = watching
    bot.own(PLAIN, BOB)
    bot.deed(PLAIN, "memory_full")
    bot.pass_time(1800, step=30)
    told = [text for text in bot.everything_told(BOB) if "*Early sign*" in text]
    assert len(told) == 1
    assert "`nlp-train` (`abc123`) uses 9" in told[0]


def test_a_port_that_answered_and_stopped_is_told_to_the_owner_once(watching: Bot) -> None:
    bot = watching
    bot.own(TRAINING, BOB)
    bot.pass_time(180, step=10)
    bot.control(f"pods/{TRAINING}/web", port=8888, mode="502")
    bot.pass_time(1200, step=30)
    told = [text for text in bot.everything_told(BOB) if "*Early sign*" in text]
    assert len(told) == 1
    assert "`8888` of `llama-finetune` (`r8h5yc`) answered before" in told[0]


def test_announced_maintenance_is_told_once_before_it_begins(watching: Bot) -> None:
    bot = watching
    bot.own(TRAINING, BOB)
    bot.deed(TRAINING, "announce_maintenance")
    bot.pass_time(600, step=30)
    told = [text for text in bot.everything_told(BOB) if "*Early sign*" in text]
    assert len(told) == 1
    assert "is maintained from" in told[0]
    assert "NVMe replacement" in told[0]


def test_a_marked_pod_pages_and_an_unmarked_one_is_a_notice(watching: Bot) -> None:
    bot = watching
    bot.deed(PLAIN, "fail")
    bot.pass_time(90, step=10)
    assert bot.posts("oncall") == []
    (notice,) = texts(bot, "gpu-pods", "*Lost*")
    assert "neither protected nor marked as training" in notice
    assert "<!subteam" not in notice
    assert bot.pagerduty.alerts == {}
    bot.press("I did it", user=BOB)
    assert len(texts(bot, "gpu-pods", "says they did this to `nlp-train`")) == 1
    heard = bot.exec(f"/pod training {PLAIN}")
    assert "is marked as training" in heard.public[-1]
    bot.deed(PLAIN, "start")
    bot.pass_time(1000, step=30)
    bot.deed(PLAIN, "fail")
    bot.pass_time(90, step=10)
    assert len(texts(bot, "oncall", "*Lost*: `nlp-train`")) == 1


def test_oncall_and_incidents_say_who_is_called_and_what_there_was(watching: Bot) -> None:
    bot = watching
    assert "Nothing is open" in bot.exec("/pod oncall").private[-1]
    bot.deed(TRAINING, "host_down")
    bot.pass_time(60, step=10)
    heard = bot.exec("/pod oncall", user=ALICE).private[-1]
    assert "*1 incident open*, not acknowledged" in heard
    assert "<!subteam^S0ONCALL> and <@U0BOB>" in heard
    assert "after 15 min <@U0ALICE>" in heard
    bot.press("Acknowledge", user=ALICE)
    assert "<@U0ALICE> is on it" in bot.exec("/pod oncall").private[-1]
    # Bob's client still shows the card as it was.
    bot.forge_click(BOB, *bot.button("Acknowledge", BOB))
    bot.settle()
    assert "acknowledged this already" in bot.everything_told(BOB)[-1]
    assert "host trouble" in bot.exec("/pod incidents").private[-1]


def test_nobody_answers_and_it_goes_to_the_next_once(watching: Bot) -> None:
    bot = watching
    bot.deed(TRAINING, "kill")
    bot.pass_time(1500, step=30)
    called = texts(bot, "oncall", "nobody has acknowledged this for")
    assert len(called) == 1
    assert "<@U0ALICE>" in called[0]
    assert f"`{TRAINING}`" in called[0]
    assert "Nobody has acknowledged it. I called <@U0ALICE> at" in bot.posts("oncall")[0].text


def test_a_balance_that_runpod_does_not_say_is_counted_down_from_what_an_admin_said(bot: Bot) -> None:
    bot.add_policy(POLICY)
    bot.use_api("rest")
    bot.add_policy("")
    bot.pass_time(60, step=10)
    assert "The balance is not known" in bot.exec("/pod balance").private[-1]
    refused = bot.exec("/pod balance 60").private[-1]
    assert "admin" in refused
    assert "Bob" not in refused
    said = bot.exec("/pod balance 60", user=ALICE).private[-1]
    assert "An estimate: <@U0ALICE> set it to $60.00" in said
    bot.pass_time(1300, step=30)
    (told,) = texts(bot, "oncall", "*Balance*")
    assert "An estimate" in told
