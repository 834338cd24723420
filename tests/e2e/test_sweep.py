"""The weekly sweep and what would save most: told once a week, each line with its buttons, each button asking first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.audit import Event
from pods.sweeping import UNATTACHED
from pods.sweeps import Unattached
from tests.e2e.inline import ALICE, BOB, DAVE, Bot
from tests.e2e.test_approvals import set_policy

ROUTE = '[[route]]\nchannel = "C0GPUPODS"\nkinds = ["cost"]\n'


def sweeps(bot: Bot) -> list[str]:
    return [post.text for post in bot.posts() if "Unused storage" in post.text]


@pytest.fixture
def monday(bot: Bot) -> Bot:
    """Tuesday's routes and a volume loose for ten days; then the clock stands at Monday, 9:01 in Berlin."""
    bot.control("settings", balance="100000")
    set_policy(bot, ROUTE)
    bot.exec("/pod terminate r8h5yc", user=ALICE)
    bot.press("Terminate", user=ALICE)
    bot.pass_time(90, step=30)
    now = bot.clock.now()
    loose = Unattached(since={"vol8kq2x1c": now - timedelta(days=10)})
    bot.store.unattached.change(UNATTACHED, lambda _: loose, now)
    assert sweeps(bot) == []
    bot.clock.advance((5 * 24 + 18) * 3600 - 120)
    bot.pass_time(240, step=60)
    return bot


def test_it_is_told_once_on_monday_morning_with_days_dollars_and_buttons(monday: Bot) -> None:
    (told,) = sweeps(monday)
    assert "Unused storage: 1 stopped pod and 1 network volume cost $85.00 a month (estimate)" in told
    assert "`sd-archive` (`p4v9td`): 250 GB, stopped for 5 days" in told
    assert "`datasets` (`vol8kq2x1c`): 500 GB, network volume on no pod for 15 days" in told
    assert "Nothing is done unless a person does it." in told
    monday.pass_time(3600, step=600)
    assert len(sweeps(monday)) == 1
    assert [each for each in monday.effects() if each["operation"] != "terminate"] == []


def test_the_week_in_which_watching_begins_tells_nothing_and_a_weekend_away_is_caught_up_once(bot: Bot) -> None:
    bot.control("settings", balance="100000")
    set_policy(bot, ROUTE)
    bot.pass_time(60, step=30)
    assert sweeps(bot) == []
    bot.clock.advance(9 * 24 * 3600)
    bot.pass_time(120, step=30)
    assert len(sweeps(bot)) == 1


def test_keep_leaves_a_line_out_says_by_whom_and_until_when(monday: Bot) -> None:
    monday.press("Keep 30 days", user=BOB)
    monday.settle()
    assert f"*Kept* by <@{BOB}> until" in sweeps(monday)[0]
    assert any("is not swept before" in text for text in monday.everything_told(BOB))
    assert any(each.result.startswith("keep ") and each.event is Event.ACCEPTED for each in monday.audited())
    again = monday.exec("/pod sweep").private[0]
    assert "1 line left out, because somebody keeps it" in again


def test_anothers_pod_is_not_for_everybody_to_keep(monday: Bot) -> None:
    monday.own("p4v9td", DAVE)
    message, block, action = keep_button(monday, "pod.p4v9td")
    monday.forge_click(BOB, message, block, action)
    monday.settle()
    assert monday.store.kept.all() == {}
    assert any(f"<@{DAVE}>'s; only they or an admin" in text for text in monday.everything_told(BOB))


def keep_button(bot: Bot, subject: str) -> tuple[dict[str, object], str, str]:
    for event in reversed(bot.slack.seen(BOB)):
        for block in (event.get("message") or {}).get("blocks", []):
            for element in block.get("elements", []):
                if str(element.get("value", "")).startswith(subject):
                    return event["message"], block["block_id"], element["action_id"]
    raise AssertionError(subject)


def test_terminate_and_delete_go_through_their_own_questions_and_the_card_says_so(monday: Bot) -> None:
    monday.press("Terminate…", user=ALICE)
    assert [each for each in monday.effects("terminate") if each.get("pod") == "p4v9td"] == []
    monday.press("Terminate", user=ALICE)
    monday.press("Delete…", user=ALICE)
    monday.press("Delete for good", user=ALICE)
    monday.pass_time(400, step=20)
    assert "p4v9td" not in monday.runpod.world.pods or monday.store.fleet.load().get("p4v9td") is None
    assert len(monday.effects("volume_delete")) == 1
    (told,) = sweeps(monday)
    assert told.startswith("Unused storage of this week: all of it is dealt with.")
    assert told.count("*Gone* by now.") == 2


def test_asked_by_hand_it_is_private_and_says_when_there_is_nothing(monday: Bot) -> None:
    before = len(monday.posts())
    assert "`sd-archive` (`p4v9td`): 250 GB, stopped for 5 days" in monday.exec("/pod sweep").private[0]
    assert len(monday.posts()) == before
    set_policy(monday, "[sweep]\nstopped_days = 60\nunattached_days = 60\n")
    assert "No pod's disk and no network volume lies unused" in monday.exec("/pod sweep").private[0]


def save(bot: Bot, deed: str, subject: str, user: str = ALICE) -> str:
    """As the summary's button would send it."""
    element = {"action_id": f"save.{deed}#0", "value": f"{subject}:10.00", "type": "button"}
    message = {"channel": "C0GPUPODS", "blocks": [{"block_id": "b", "elements": [element]}]}
    bot.forge_click(user, message, "b", element["action_id"])
    bot.settle()
    return bot.everything_told(user)[-1]


def test_what_would_save_most_always_asks_first(monday: Bot) -> None:
    asked = save(monday, "stop_idle", "pod:f6j1bs")
    assert "Stop `notebook-eva` (`f6j1bs`), running at $0.44/h?" in asked
    assert monday.effects("stop") == []
    assert "Delete the network volume `datasets`" in save(monday, "delete_volume", "volume:vol8kq2x1c")
    assert "Terminate `sd-archive` (`p4v9td`)" in save(monday, "terminate_stopped", "pod:p4v9td")
    assert len(monday.effects("terminate")) == 1
    said = save(monday, "cheaper_gpu", "pod:k7m2qx")
    assert "`train` (`k7m2qx`)" in said
    assert "Nothing was done" in said
