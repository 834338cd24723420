"""Several people and one pod: owners, consent, who is first, who joins and who waits."""

from __future__ import annotations

from tests.e2e.inline import ALICE, BOB, DAVE, Bot


def test_claim_then_give(bot: Bot) -> None:
    bot.exec("/pod claim f6j1bs")
    assert "f6j1bs" in bot.exec("/pod list mine").private[0]

    bot.exec("/pod give f6j1bs @dave")
    assert "f6j1bs" not in bot.exec("/pod list mine").private[0]
    assert "f6j1bs" in bot.exec("/pod list mine", user=DAVE).private[0]


def test_anothers_pod_needs_its_owners_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    assert bot.effects() == []
    assert f"<@{DAVE}>" in bot.last().text

    bot.press("Allow", user=DAVE)
    assert len(bot.effects("stop")) == 1
    assert len(bot.posts()) == 1
    assert "is stopped" in bot.last().text


def test_an_owner_who_declines_leaves_the_pod_alone(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    bot.press("Decline", user=DAVE)

    assert bot.effects() == []
    assert "declined" in bot.last().text.lower()


def test_nobody_but_the_owner_gives_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123")
    bot.press("Allow", user=BOB)

    assert bot.effects() == []


def test_an_admin_needs_no_consent(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.exec("/pod stop abc123", user=ALICE)

    assert len(bot.effects("stop")) == 1


def test_a_second_verb_is_refused_by_name(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 60
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    heard = bot.exec("/pod restart abc123", user=DAVE)

    assert f"<@{BOB}>" in heard.private[0]
    assert "restart was not done" in heard.private[0]
    assert bot.effects("restart") == []


def test_the_same_verb_joins_what_runs(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 60
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    heard = bot.exec("/pod stop abc123", user=DAVE)

    assert f"<@{BOB}>" in heard.private[0]
    assert len(bot.effects("stop")) == 1


def test_an_admins_terminate_queues_behind(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 30
    bot.exec("/pod stop abc123", settle=False)
    bot.tick()
    bot.exec("/pod terminate abc123", user=ALICE, settle=False)
    bot.press("Terminate", user=ALICE)

    assert len(bot.effects("stop")) == 1
    assert "abc123" not in bot.runpod.world.pods or bot.runpod.world.pods["abc123"].status.value == "TERMINATED"


def test_a_retyped_command_is_told_what_already_runs(bot: Bot) -> None:
    bot.exec("/pod stop abc123", settle=False)
    heard = bot.exec("/pod stop abc123")

    assert "did not start it twice" in heard.private[-1] or "was" in heard.private[-1]
    assert len(bot.effects("stop")) == 1
    assert len(bot.posts()) == 1
