"""Pods described instead of named: shown exactly, asked once, told pod by pod in one message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.policy import Role
from sim.runpod import many_seed
from sim.runpod.state import Status
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, START, Bot

pytestmark = pytest.mark.long


def test_stop_mine_lists_what_it_means_asks_once_and_tells_each_in_one_message(bot: Bot) -> None:
    for pod in ("abc123", "f6j1bs", "p4v9td"):
        bot.own(pod, BOB)

    question = bot.exec("/pod stop mine").private[0]
    assert question.startswith("Stop 2 pods matching `mine`, together $3.13/h?")
    assert "`nlp-train` (`abc123`), running at $2.69/h." in question
    assert "Gone for good: everything on its container disk" in question
    assert "p4v9td" not in question
    assert bot.effects() == []

    bot.press("Stop all 2")
    assert sorted(call["pod"] for call in bot.effects("stop")) == ["abc123", "f6j1bs"]
    assert len(bot.posts()) == 1
    assert bot.last().text.startswith("Stop of 2 pods matching `mine`: 2 stopped. Saves $3.13/h.")


def test_one_pod_that_was_only_described_is_asked_about_too(bot: Bot) -> None:
    bot.own("abc123", BOB)

    question = bot.exec("/pod stop mine").private[0]

    assert "Stop `nlp-train` (`abc123`), running at $2.69/h?" in question
    assert "It is all that matches." in question
    assert bot.effects() == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stop running gpu h100 sxm", {"abc123", "r8h5yc"}),
        ("stop h100", {"abc123", "r8h5yc"}),
        ("stop *train*", {"abc123", "k7m2qx", "w3n8ze"}),
        ("stop name=note*", {"f6j1bs"}),
        ("stop unowned older than 5d", {"w3n8ze"}),
        ("terminate stopped older than 14d", {"p4v9td"}),
        ("terminate stopped older than 50d", set()),
        ("start stopped", {"p4v9td"}),
        ("restart gpu a40", {"f6j1bs"}),
        ("lock running gpu rtx 4090", {"k7m2qx"}),
        ("unlock unowned", set()),
    ],
)
def test_descriptions_mean_these_pods(bot: Bot, typed: str, meant: set[str]) -> None:
    question = bot.exec(f"/pod {typed}").private[0]

    asked = {pod for pod in bot.runpod.world.pods if f"(`{pod}`)" in question} if bot.waiting() else set()
    assert asked == meant
    assert bot.effects() == []


def test_anothers_pods_are_left_out_by_name_and_the_rest_goes_on(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.own("r8h5yc", BOB)

    question = bot.exec("/pod stop gpu h100").private[0]
    assert "(`r8h5yc`)" in question
    assert f"Left out: `nlp-train` (`abc123`) (<@{DAVE}>'s)." in question

    bot.press("Stop")
    assert [call["pod"] for call in bot.effects("stop")] == ["r8h5yc"]
    assert "Left out: `nlp-train` (`abc123`)" in bot.last().text


def test_one_other_persons_pods_are_asked_of_them_once_for_all(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.own("f6j1bs", DAVE)

    assert "After that <@U0DAVE> is asked" in bot.exec("/pod stop @dave").private[0]
    bot.press("Stop all 2")
    assert bot.effects() == []
    assert f"<@{DAVE}>: may <@{BOB}> stop 2 pods" in bot.last().text

    bot.press("Allow", user=DAVE)
    assert len(bot.effects("stop")) == 2
    assert "2 stopped" in bot.last().text


def test_pods_of_several_others_are_refused_by_name(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    bot.own("r8h5yc", ALICE)

    answer = bot.exec("/pod stop gpu h100").private[0]

    assert "all belong to others" in answer
    assert "(`abc123`)" in answer
    assert "(`r8h5yc`)" in answer
    assert "Nothing was done." in answer
    assert not bot.waiting()


def test_an_admin_needs_nobodys_consent(bot: Bot) -> None:
    bot.set_ceiling(Role.ADMIN)
    bot.own("abc123", DAVE)
    bot.own("r8h5yc", BOB)

    question = bot.exec("/pod stop gpu h100", user=ALICE).private[0]

    assert question.startswith("Stop 2 pods")
    assert f"It is <@{DAVE}>'s." in question


def test_locked_pods_and_members_of_clusters_are_left_out_with_the_reason(bot: Bot) -> None:
    bot.runpod.world.pods["abc123"].locked = True
    bot.runpod.world.pods["k7m2qx"].cluster = "clu1"
    bot.pass_time(31)

    question = bot.exec("/pod stop running").private[0]

    assert "`nlp-train` (`abc123`) (locked)" in question
    assert "`train` (`k7m2qx`) (part of a cluster)" in question
    assert question.startswith("Stop 3 pods")


def test_a_pod_that_changed_between_question_and_answer_is_left_alone_and_named(bot: Bot) -> None:
    bot.exec("/pod terminate unowned older than 5d")
    bot.runpod.world.pods["w3n8ze"].name = "renamed-meanwhile"

    bot.press("Terminate all 2")

    assert [call["pod"] for call in bot.effects("terminate")] == ["p4v9td"]
    assert "*not terminated* `renamed-meanwhile` (`w3n8ze`)" in bot.last().text
    assert "changed" in bot.last().text


def test_a_pod_somebody_stopped_meanwhile_is_told_as_already_so(bot: Bot) -> None:
    bot.exec("/pod stop running gpu h100")
    pod = bot.runpod.world.pods["abc123"]
    pod.status, pod.ended_at = Status.EXITED, bot.clock.now()

    bot.press("Stop all 2")

    assert "`nlp-train` (`abc123`): was so already" in bot.last().text


def test_what_matches_nothing_and_what_is_so_already_say_which(bot: Bot) -> None:
    assert "No pod matches `mine`. Nothing was done." in bot.exec("/pod stop mine").private[0]
    answer = bot.exec("/pod stop stopped").private[0]
    assert "1 pod matches `stopped`, but there is nothing to stop. Nothing was done." in answer
    assert "It is stopped." in answer


def test_names_and_descriptions_together_are_refused(bot: Bot) -> None:
    answer = bot.exec("/pod stop abc123 mine").private[0]

    assert "You named `abc123` and described others by `mine`." in answer
    assert "`/pod stop abc123`" in answer
    assert not bot.waiting()


def test_what_was_chosen_by_age_says_how_old_it_is_and_what_its_disk_costs(bot: Bot) -> None:
    question = bot.exec("/pod terminate unowned older than 5d").private[0]

    assert "together $1.39/h and $50.00 a month for disks?" in question
    assert "`sd-archive` (`p4v9td`), stopped, its disk costs $50.00 a month, made 40 d ago." in question


def test_a_viewer_may_not(bot: Bot) -> None:
    assert "needs an operator" in bot.exec("/pod stop running", user=CARA).private[0]


def test_sixty_pods_are_shown_each_and_told_each(bot: Bot) -> None:
    bot.reseed(many_seed(75))

    question = bot.exec("/pod stop running").private
    assert question[0].startswith("Stop 60 pods matching `running`")
    shown = bot.slack.seen(BOB)[-1]["message"]["blocks"]
    words = "\n".join(block.get("text", {}).get("text", "") for block in shown if block["type"] == "section")
    assert words.count("• `fleet-") == 60
    assert "more" not in words

    bot.press("Stop all 60")
    assert len(bot.effects("stop")) == 60
    assert len(bot.posts()) == 1
    assert "60 stopped" in bot.last().text


def test_many_pods_get_the_time_that_a_small_quota_needs(bot: Bot) -> None:
    """Each stop takes three calls, of which RunPod may allow as few as these a minute."""
    bot.runpod.settings.quotas = {"minute": 25, "hour": 3000, "day": 50_000}
    bot.reseed(many_seed(30))
    bot.exec("/pod stop running")

    bot.press("Stop all 24", settle=False)
    while bot.store.walk.open_operations():
        bot.pass_time(20, step=5)
        assert bot.clock.now() < START + timedelta(minutes=12)

    assert len(bot.effects("stop")) == 24
    assert "24 stopped" in bot.last().text


def test_more_than_sixty_are_refused_with_how_to_narrow(bot: Bot) -> None:
    bot.reseed(many_seed(80))

    answer = bot.exec("/pod stop running").private[0]

    assert "64 pods match `running`, and I stop at most 60 at once. Nothing was done." in answer
    assert not bot.waiting()


def test_a_lost_answer_among_many_is_read_back_like_any(bot: Bot) -> None:
    bot.exec("/pod stop running gpu h100")
    bot.fault(kind="lost_answer", operation="stop", times=1)

    bot.press("Stop all 2")

    assert "2 stopped" in bot.last().text
    assert len(bot.effects("stop")) == 2
