"""Rename, lock and unlock, as people and RunPod see them."""

from __future__ import annotations

from tests.e2e.inline import ALICE, BOB, CARA, Bot


def test_a_pod_is_renamed_and_what_runs_in_it_goes_on(bot: Bot) -> None:
    before = bot.runpod.world.pods["abc123"].started_at

    heard = bot.exec("/pod rename abc123 to nlp train 2")

    assert "On it: rename `nlp-train` (`abc123`)" in heard.private[0]
    assert bot.last().text.startswith("`nlp-train` (`abc123`) is now called `nlp train 2`.")
    assert bot.runpod.world.pods["abc123"].name == "nlp train 2"
    assert bot.runpod.world.pods["abc123"].started_at == before
    assert "nlp train 2" in bot.exec("/pod list").private[0]


def test_a_rename_to_the_same_name_is_already_so(bot: Bot) -> None:
    bot.exec("/pod rename abc123 to nlp-train")

    assert "was already called that. Nothing was done." in bot.last().text
    assert bot.effects() == []


def test_a_name_too_long_is_refused_with_the_limit(bot: Bot) -> None:
    heard = bot.exec(f"/pod rename abc123 to {'x' * 192}")

    assert "at most 191 characters; this one has 192" in heard.private[0]
    assert bot.posts() == []


def test_two_pods_cannot_be_renamed_at_once(bot: Bot) -> None:
    heard = bot.exec("/pod rename abc123 nlp-2")

    assert "/pod rename POD to TO" in heard.private[0]
    assert bot.effects() == []


def test_a_locked_pod_is_not_stopped_until_it_is_unlocked(bot: Bot) -> None:
    bot.exec("/pod lock abc123")
    assert bot.last().text.startswith("`nlp-train` (`abc123`) is locked.")
    assert bot.runpod.world.pods["abc123"].locked

    bot.exec("/pod stop abc123")
    refusal = bot.last().text
    assert "was not stopped" in refusal
    assert "`/pod unlock abc123`" in refusal
    assert bot.effects("stop") == []

    bot.press("Unlock")
    assert bot.last().text.startswith("`nlp-train` (`abc123`) is unlocked.")
    bot.pass_time(11)
    bot.exec("/pod stop abc123")
    assert "is stopped" in bot.last().text


def test_a_change_whose_answer_was_lost_is_told_once_it_is_read(bot: Bot) -> None:
    bot.fault(kind="lost_answer", operation="update", times=1)

    bot.exec("/pod lock abc123")

    assert "is locked" in bot.last().text
    assert len(bot.effects("update")) == 1
    assert len(bot.posts()) == 1


def test_a_viewer_locks_nothing_and_anothers_pod_needs_its_owner(bot: Bot) -> None:
    assert "needs an operator" in bot.exec("/pod lock abc123", user=CARA).private[0]
    bot.own("abc123", ALICE)

    bot.exec("/pod rename abc123 to mine-now", user=BOB)

    assert "may <@U0BOB> rename `nlp-train` (`abc123`) to `mine-now`?" in bot.last().text
    assert bot.effects() == []
    bot.press("Allow", user=ALICE)
    assert bot.runpod.world.pods["abc123"].name == "mine-now"


def test_on_graphql_alone_it_says_what_it_needs(bot: Bot) -> None:
    bot.use_api("graphql")

    bot.exec("/pod lock abc123")

    assert "needs RunPod's REST v2 API" in bot.last().text
    assert bot.effects() == []
