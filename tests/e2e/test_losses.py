"""A pod is lost that nobody asked to stop: one card, in one place, that tells the truth until it is over."""

from __future__ import annotations

import pytest

from pods.losses import CauseKind, LossKind
from tests.e2e.inline import BOB, Bot

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
    bot.pass_time(60)
    return bot


def test_a_training_pod_that_its_host_ends_is_one_card_for_on_call(watching: Bot) -> None:
    bot = watching
    bot.deed(TRAINING, "kill")
    bot.pass_time(60)
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
    bot.pass_time(120)
    posts = bot.posts("oncall")
    assert "*Back*" in posts[0].text
    assert [(alert.state, alert.rang) for alert in bot.pagerduty.alerts.values()] == [("resolved", 1)]
