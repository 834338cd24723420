"""Results told where the policy routes them, besides where they were asked: once per target, kept true."""

from __future__ import annotations

from tests.e2e.inline import BOB, Bot

ROUTE = """
[[route]]
channel = "{channel}"
kinds = ["operations"]
filter = ["nlp-*", "note*"]
"""


def routed(bot: Bot, channel: str = "general") -> None:
    bot.add_policy(ROUTE.format(channel=bot.slack.workspace.channel(channel).id))


def test_a_result_is_told_in_the_routed_channel_too_and_only_the_result(bot: Bot) -> None:
    routed(bot)

    bot.exec("/pod stop abc123")

    assert bot.last().text == bot.last("general").text
    assert bot.last("general").text.startswith("`nlp-train` (`abc123`) is stopped.")
    assert len(bot.posts("general")) == 1


def test_where_it_was_asked_it_is_told_once(bot: Bot) -> None:
    routed(bot, "gpu-pods")

    bot.exec("/pod stop abc123")

    assert len(bot.posts()) == 1


def test_what_the_filter_does_not_name_is_not_told_there(bot: Bot) -> None:
    routed(bot)

    bot.exec("/pod restart k7m2qx")

    assert bot.posts("general") == []


def test_many_pods_are_one_message_there_too(bot: Bot) -> None:
    routed(bot)
    bot.exec("/pod stop abc123 f6j1bs")
    bot.press("Stop all 2")

    assert len(bot.posts("general")) == 1
    assert bot.last("general").text.startswith("Stop of 2 pods: 2 stopped.")


def test_a_correction_is_put_right_there_as_well(bot: Bot) -> None:
    routed(bot)
    bot.runpod.settings.stop_delay_s = 420

    bot.exec("/pod stop abc123", settle=False)
    bot.pass_time(250, step=5)
    assert "STOP NOT CONFIRMED" in bot.last("general").text

    bot.pass_time(200, step=5)
    assert "after all" in bot.last("general").text
    assert len(bot.posts("general")) == 1


def test_a_channel_that_the_bot_is_not_in_is_left_out_and_the_asker_is_told_once(bot: Bot) -> None:
    routed(bot, "random")

    bot.exec("/pod stop abc123")

    assert bot.last().text.startswith("`nlp-train` (`abc123`) is stopped.")
    assert bot.posts("random") == []
    told = {event["message"]["channel"] for event in bot.slack.seen(BOB) if "is stopped" in str(event.get("message"))}
    assert told == {bot.slack.workspace.channel("gpu-pods").id}
    assert list(bot.store.outbox.keys_waiting()) == []


def test_a_refusal_before_anything_was_accepted_is_nobody_elses_business(bot: Bot) -> None:
    routed(bot)

    bot.exec("/pod stop nope99x", user=BOB)

    assert not any("On it" in post.text for post in bot.posts("general"))
