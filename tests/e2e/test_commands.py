"""Each command as a person types it, in one process, to its last message."""

from __future__ import annotations

import copy

import pytest

from pods.model import PodStatus
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot


def test_stop_is_acknowledged_told_when_read_back_and_done_once(bot: Bot) -> None:
    heard = bot.exec("/pod stop abc123")

    assert heard.private[0].startswith("On it: stop `nlp-train` (`abc123`).")
    assert len(bot.posts()) == 1
    assert "`nlp-train` (`abc123`) is stopped" in bot.last().text
    assert "$2.69/h" in bot.last().text
    assert "$10.00" in bot.last().text
    assert len(bot.effects("stop")) == 1


def test_the_message_says_stopped_only_after_the_reading_says_so(bot: Bot) -> None:
    bot.runpod.settings.stop_delay_s = 60
    bot.exec("/pod stop abc123", settle=False)
    bot.pass_time(20)
    assert len(bot.effects("stop")) == 1
    assert "is stopped" not in bot.last().text

    bot.settle()
    assert "is stopped" in bot.last().text


@pytest.mark.parametrize(
    ("typed", "verb"),
    [
        ("/pod start p4v9td", "start"),
        ("/pod resume p4v9td", "start"),
        ("/pod restart abc123", "restart"),
        ("/pod stop nlp-train", "stop"),
        ("/pod stop abc", "stop"),
        ("/pod stop `abc123`", "stop"),
        ("/pod STOP “abc123”", "stop"),
        ("/pod stop the pod abc123 please", "stop"),
    ],
)
def test_a_verb_in_any_of_its_forms_has_one_effect_and_one_message(bot: Bot, typed: str, verb: str) -> None:
    bot.exec(typed)

    assert len(bot.effects(verb)) == 1, bot.last().text
    assert len(bot.posts()) == 1


def test_stopping_a_stopped_pod_is_success_said_as_such(bot: Bot) -> None:
    bot.exec("/pod stop p4v9td")

    assert "already stopped" in bot.last().text
    assert bot.effects() == []


def test_terminate_asks_first_and_says_what_is_lost(bot: Bot) -> None:
    heard = bot.exec("/pod terminate abc123")

    question = heard.private[0]
    assert "20 GB" in question
    assert "50 GB" in question
    assert "/workspace" in question
    assert bot.effects() == []
    assert bot.posts() == []

    bot.press("Terminate")
    assert len(bot.effects("terminate")) == 1
    assert "terminated" in bot.last().text


def test_terminate_cancelled_does_nothing(bot: Bot) -> None:
    bot.exec("/pod terminate abc123")
    bot.press("Cancel")

    bot.pass_time(60)
    assert bot.effects() == []
    assert bot.posts() == []


def test_terminate_never_confirmed_expires_and_says_so(bot: Bot) -> None:
    bot.exec("/pod terminate abc123")
    before = len(bot.slack.seen(BOB))

    bot.pass_time(301, step=10)
    bot.settle()
    assert bot.effects() == []
    assert any("Not confirmed" in text for text in bot.heard(BOB, "gpu-pods", before).private)

    bot.press("Terminate")
    assert bot.effects() == []


def test_a_pod_that_changed_after_the_question_is_not_terminated(bot: Bot) -> None:
    bot.exec("/pod terminate p4v9td")
    bot.exec("/pod start p4v9td", user=ALICE)
    bot.press("Terminate")

    assert bot.effects("terminate") == []
    assert "changed" in bot.last().text


def test_only_the_requester_may_confirm(bot: Bot) -> None:
    bot.exec("/pod terminate abc123")
    request_id = next(iter(bot.store.client.zrange(bot.store.keys.gates, 0, -1)))
    message, block_id, action_id = bot.button("Terminate", BOB)
    assert request_id

    # Dave cannot see the dialog, so Slack would not let him; a forged payload is refused all the same.
    answer = bot.forge_click(DAVE, message, block_id, action_id)
    bot.settle()
    assert answer == 200
    assert bot.effects() == []


def test_several_pods_are_listed_confirmed_once_and_told_in_one_message(bot: Bot) -> None:
    heard = bot.exec("/pod stop abc123 f6j1bs")
    assert "nlp-train" in heard.private[0]
    assert bot.effects() == []

    bot.press("Stop all 2")
    assert len(bot.effects("stop")) == 2
    assert len(bot.posts()) == 1
    assert "2 stopped" in bot.last().text or "2 pods" in bot.last().text


def test_a_name_two_pods_share_asks_which(bot: Bot) -> None:
    heard = bot.exec("/pod stop train")

    assert "k7m2qx" in heard.private[0]
    assert "w3n8ze" in heard.private[0]
    assert bot.effects() == []


def test_a_near_miss_names_what_was_meant(bot: Bot) -> None:
    heard = bot.exec("/pod stop nlp-trian")

    assert "nlp-train" in heard.private[0]
    assert bot.effects() == []


def test_a_missing_pod_brings_a_picker_and_the_line_to_learn(bot: Bot) -> None:
    heard = bot.exec("/pod stop")

    assert "/pod stop POD" in heard.private[0]
    assert "nlp-train" in bot.pick("abc123")
    assert len(bot.effects("stop")) == 1


def test_the_same_by_mention_answers_in_the_thread(bot: Bot) -> None:
    bot.say("@podkeeper stop abc123")

    assert len(bot.effects("stop")) == 1
    message = bot.last()
    assert message.thread_ts is not None
    assert "is stopped" in message.text


def test_a_direct_message_is_a_command(bot: Bot) -> None:
    room = bot.slack.workspace.dm_of(BOB)
    bot.slack.say(BOB, room.id, "stop abc123")
    bot.settle()

    assert "is stopped" in bot.posts(room.id)[-1].text


def test_buttons_of_an_ended_message_go_on_working(bot: Bot) -> None:
    bot.exec("/pod stop abc123")
    bot.press("Start")
    bot.pass_time(30)
    bot.exec("/pod stop abc123")
    bot.pass_time(30)
    bot.press("Start")
    bot.settle()

    assert len(bot.effects("start")) == 2
    assert bot.runpod.world.pods["abc123"].status.value in {PodStatus.RUNNING.value, PodStatus.STARTING.value}


def test_list_knows_gpus_by_the_names_people_use(bot: Bot) -> None:
    """RunPod's id says "H100 80GB HBM3"; the catalog calls it H100 SXM."""
    sxm = bot.exec("/pod list h100 sxm").private[0]
    pcie = bot.exec("/pod list h100 pcie").private[0]

    assert "abc123" in sxm
    assert "r8h5yc" in sxm
    assert "f6j1bs" not in sxm
    assert "No pod of 6 matches" in pcie


def test_list_filters_by_age_and_name(bot: Bot) -> None:
    old = bot.exec("/pod list older than 14d").private[0]
    named = bot.exec("/pod list name=*train*").private[0]

    assert "p4v9td" in old
    assert old.count("(`") == 1
    assert named.count("(`") == 3


def test_list_filters_by_state_gpu_owner_and_mine(bot: Bot) -> None:
    bot.own("abc123", BOB)
    everything = bot.exec("/pod list").private[0]
    running = bot.exec("/pod list running").private[0]
    stopped = bot.exec("/pod list stopped").private[0]
    mine = bot.exec("/pod list mine").private[0]
    h100 = bot.exec("/pod list h100").private[0]
    bobs = bot.exec("/pod list @bob", user=CARA).private[0]

    assert everything.count("(`") == 6
    assert "abc123" in running
    assert "abc123" not in stopped
    assert "p4v9td" in stopped
    assert mine.count("(`") == 1
    assert "abc123" in h100
    assert "abc123" in bobs


def test_status_shows_a_card_with_buttons_for_those_who_may(bot: Bot) -> None:
    assert "nlp-train" in bot.exec("/pod status abc123").private[0]
    bot.press("Stop")
    assert len(bot.effects("stop")) == 1

    bot.exec("/pod status f6j1bs", user=CARA)
    with pytest.raises(AssertionError, match="button 'Stop'"):
        bot.button("Stop", CARA)


def test_share_makes_a_read_public(bot: Bot) -> None:
    bot.exec("/pod list share")

    assert "nlp-train" in bot.last().text


def test_help_whoami_and_health_answer_privately(bot: Bot) -> None:
    assert "/pod stop" in bot.exec("/pod help").private[0]
    assert "/pod stop" in bot.exec("/pod help stop").private[0]
    assert "/pod stop" in bot.exec("/pod").private[0]
    assert "operator" in bot.exec("/pod whoami").private[0]
    assert "RunPod" in bot.exec("/pod health").private[0]
    assert bot.posts() == []


def test_not_in_the_channel_the_answer_still_comes(bot: Bot) -> None:
    policy = bot.policy_path.read_text()
    room = bot.slack.workspace.channel("random").id
    bot.policy_path.write_text(f'{policy}\n[[channel]]\nid = "{room}"\nceiling = "operator"\n')
    bot.pass_time(6)
    heard = bot.exec("/pod stop abc123", channel="random")

    assert any("is stopped" in text for text in bot.everything_told(BOB)), heard


def test_a_wrong_new_policy_leaves_the_old_one_in_force_and_health_says_so(bot: Bot) -> None:
    bot.policy_path.write_text('zone = "Mars/Olympus"\n')
    bot.pass_time(6)

    assert "Mars/Olympus" in bot.exec("/pod health").private[0]
    bot.exec("/pod stop abc123")
    assert len(bot.effects("stop")) == 1


def test_the_home_tab_shows_ones_own_pods_and_the_commands(bot: Bot) -> None:
    bot.own("abc123", BOB)
    bot.slack.open_home(BOB)
    bot.settle()

    home = str([event["view"] for event in bot.slack.seen(BOB) if event["type"] == "home"][-1])
    assert "abc123" in home
    assert "k7m2qx" not in home
    assert "/pod stop" in home


def test_a_private_answer_stands_where_the_person_is_reading(bot: Bot) -> None:
    bot.say("@podkeeper terminate abc123")
    asked = [event["message"] for event in bot.slack.seen(BOB) if event.get("message", {}).get("ephemeral")][-1]
    assert "Gone for good" in asked["text"]
    assert asked["thread_ts"] is None

    thread = bot.say("@podkeeper list").private
    assert "nlp-train" in thread[-1]
    first = bot.slack.messages("gpu-pods")[0].ts
    bot.say("@podkeeper terminate abc123", thread_ts=first)
    again = [event["message"] for event in bot.slack.seen(BOB) if event.get("message", {}).get("ephemeral")][-1]
    assert again["thread_ts"] == first


def test_a_question_typed_again_is_asked_again_about_the_same_request(bot: Bot) -> None:
    bot.exec("/pod terminate abc123")
    again = bot.exec("/pod terminate abc123").private[-1]

    assert "Gone for good" in again
    bot.press("Terminate")
    assert len(bot.effects("terminate")) == 1
    assert len(bot.posts()) == 1


def test_a_pod_newer_than_the_list_is_found_by_its_id_even_if_that_resembles_another(bot: Bot) -> None:
    """RunPod makes ids of 14 characters; one of them may well be near another."""
    world = bot.runpod.world
    for pod_id in ("x7k2m9qw4e1rt5", "x7k2m9qw4e1rt6"):
        world.pods[pod_id] = copy.copy(world.pods["f6j1bs"])
        world.pods[pod_id].id = pod_id
        if pod_id.endswith("5"):
            bot.pass_time(31)
    listed = bot.store.fleet.load()
    assert listed.get("x7k2m9qw4e1rt5")
    assert listed.get("x7k2m9qw4e1rt6") is None

    bot.exec("/pod stop x7k2m9qw4e1rt6")
    bot.press("Stop")

    assert [call["pod"] for call in bot.effects("stop")] == ["x7k2m9qw4e1rt6"]
    bot.exec("/pod start x7k2m9qw4e1rt7")
    assert "RunPod knows no such pod" in bot.last().text
    assert "Did you mean `nlp-train` (`abc123`)?" in bot.exec("/pod stop abc124").private[0]
