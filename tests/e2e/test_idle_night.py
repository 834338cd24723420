"""An idle night from the first sample to the stop, and everything that may happen on the way, on the simulators."""

from __future__ import annotations

import pytest

from pods.holds import in_force
from pods.shadow import regret
from pods.spells import End
from sim.runpod.state import Load
from sim.slack.faults import Fault
from tests.e2e.idling import (
    POD,
    QUICK,
    WORKER,
    answer,
    begin,
    direct,
    fill_in,
    press_in,
    spell,
    status,
    stops,
    wait,
)
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot
from tests.e2e.seen import Post, find_button

pytestmark = pytest.mark.long


@pytest.fixture
def night(bot: Bot) -> Bot:
    return begin(bot)


def test_an_idle_night_ends_in_a_stop_that_was_warned_of(night: Bot) -> None:
    wait(night, 9)
    assert direct(night) == []
    wait(night, 2)
    [nudge] = direct(night)
    assert "`notebook-eva` (`f6j1bs`) has done nothing for 10 min: GPU 0 % at most" in nudge.text
    assert "I ask again at" in nudge.text
    wait(night, 5)
    assert "asked again" in direct(night)[1].text
    wait(night, 6)
    assert "In 5 min" in direct(night)[0].text
    assert f"<@{BOB}>: last warning" in direct(night)[2].text
    assert stops(night) == 0
    wait(night, 4)
    assert status(night) == "RUNNING"
    wait(night, 2)
    assert (status(night), stops(night)) == ("EXITED", 1)
    card = direct(night)[0]
    assert "`notebook-eva` (`f6j1bs`) is stopped: idle for" in card.text
    assert "Decided by rule `idle`: nobody answered after the warning" in card.text
    assert [post.thread_ts for post in direct(night)[1:]] == [card.ts] * 3
    known = spell(night)
    assert known is not None
    assert known.end is End.STOPPED
    assert status(night, WORKER) == "RUNNING"
    assert night.store.spells.get(WORKER) is None
    # The channel reads the same, in one message and its thread.
    assert [post.text for post in night.posts() if post.thread_ts in {None, post.ts}] == [card.text]


def test_a_snooze_keeps_it_quiet_and_afterwards_it_is_warned_of_anew(night: Bot) -> None:
    wait(night, 21)
    answer(night, "Snooze…", choice="1 hour")
    assert "is snoozed until" in direct(night)[0].text
    assert any(f"<@{BOB}> snoozed it until" in post.text for post in direct(night)[1:])
    told = len(direct(night))
    wait(night, 58)
    assert (len(direct(night)), stops(night)) == (told, 0)
    wait(night, 5)
    assert "last warning" in direct(night)[-1].text
    wait(night, 6)
    assert (status(night), stops(night)) == ("EXITED", 1)


def test_keep_until_asks_for_a_day_and_a_time_and_says_what_is_wrong_with_them(night: Bot) -> None:
    wait(night, 11)
    answer(night, "Keep until…")
    local = night.clock.now()
    past = fill_in(night, {"date": {"selected_date": f"{local:%Y-%m-%d}"}, "time": {"selected_time": "00:05"}})
    assert "in the past" in past.errors["time"]
    far = fill_in(night, {"date": {"selected_date": "2027-11-24"}, "time": {"selected_time": "09:00"}})
    assert "31 days" in far.errors["date"]
    assert fill_in(night, {"date": {"selected_date": "2026-11-25"}, "time": {"selected_time": "09:00"}}).ok
    holds = night.store.holds.get(POD)
    assert holds is not None
    hold = in_force(holds, night.clock.now())
    assert hold is not None
    # Nine in the morning where Bob is.
    assert f"{hold.until:%H:%M}" == "08:00"
    assert "is kept until" in direct(night)[0].text
    wait(night, 60)
    assert (len(direct(night)), stops(night)) == (2, 0)


def test_its_busy_is_believed_with_its_reason(night: Bot) -> None:
    wait(night, 21)
    answer(night, "It's busy…")
    assert fill_in(night, {"reason": {"value": "waits for <!channel> data"}}).ok
    assert "said to be busy until" in direct(night)[0].text
    assert "&lt;!channel&gt;" in direct(night)[0].text
    wait(night, 60)
    assert stops(night) == 0


def test_not_mine_takes_the_owner_away_and_no_warning_of_his_counts(night: Bot) -> None:
    wait(night, 22)
    answer(night, "Not mine")
    assert night.store.fleet.facts_of(POD).owner is None
    assert "is not theirs" in direct(night)[-1].text
    wait(night, 5)
    assert stops(night) == 0


def test_stop_now_is_the_persons_own_stop(night: Bot) -> None:
    wait(night, 11)
    answer(night, "Stop now")
    wait(night, 1)
    assert (status(night), stops(night)) == ("EXITED", 1)
    known = spell(night)
    assert known is not None
    assert known.end is End.STOPPED_OTHERWISE
    assert night.store.auto_stops.all() == {}


def test_nobody_else_answers_for_it_and_a_viewer_for_nothing(night: Bot) -> None:
    wait(night, 11)
    card = night.posts()[0]
    room = night.slack.workspace.channel("gpu-pods").id
    for user in (CARA, DAVE):
        press_in(night, card, room, "Snooze…", user=user, choice="1 hour")
    assert night.store.holds.get(POD) is None
    press_in(night, card, room, "Snooze…", user=ALICE, choice="1 hour")
    assert night.store.holds.get(POD) is not None


def test_an_answer_to_a_message_that_is_over_changes_nothing_and_says_so(night: Bot) -> None:
    wait(night, 11)
    stale = direct(night)[0]
    work(night, "busy")
    wait(night, 1)
    assert "works again since" in direct(night)[0].text
    with pytest.raises(AssertionError, match="no 'Snooze"):
        press_in(night, direct(night)[0], "", "Snooze…")
    shown = {"channel": night.slack.workspace.dm_of(BOB).id, "blocks": stale.blocks}
    night.forge_click(BOB, shown, *where(stale, "Not mine"))
    night.settle()
    assert night.store.fleet.facts_of(POD).owner is not None
    assert "is over" in night.everything_told(BOB)[-1]


def where(post: Post, label: str) -> tuple[str, str]:
    found = find_button({"blocks": post.blocks}, label)
    assert found is not None
    return found


def work(bot: Bot, load: str) -> None:
    bot.runpod.world.pods[POD].script.append((bot.clock.now(), Load(load)))


def test_busy_again_in_the_countdown_ends_it_without_a_stop(night: Bot) -> None:
    wait(night, 21)
    work(night, "busy")
    wait(night, 10)
    known = spell(night)
    assert known is not None
    assert (known.end, stops(night)) == (End.BUSY_AGAIN, 0)
    assert "works again since" in direct(night)[0].text
    assert "works again since" in direct(night)[-1].text


def test_a_stop_that_somebody_undoes_is_regretted(night: Bot) -> None:
    wait(night, 30)
    assert status(night) == "EXITED"
    night.exec(f"/pod start {POD}")
    wait(night, 45)
    found = regret(
        night.store.auto_stops.all().values(), since=night.clock.now().replace(hour=0), now=night.clock.now()
    )
    assert (found.stops, found.regretted) == (1, 1)
    assert "Of 1 stop I made, 1 (100 %) were undone within 30 min" in night.exec("/pod shadow").said


def test_shadow_mode_says_what_it_would_have_done_and_does_nothing(bot: Bot) -> None:
    night = begin(bot, QUICK.replace("shadow_days = 0", "shadow_days = 7"))
    wait(night, 30)
    assert (status(night), stops(night)) == ("RUNNING", 0)
    assert "I would have stopped `notebook-eva`" in direct(night)[0].text
    assert "Shadow mode until" in direct(night)[0].text
    wait(night, 60)
    assert len(night.store.shadow_stops.all()) == 1
    work(night, "busy")
    wait(night, 1)
    said = night.exec("/pod shadow").said
    assert "would have stopped pods 1 time, which would have saved $0." in said
    assert "1 of those pods worked within a day" in said


def test_a_policy_that_only_tells_never_warns(bot: Bot) -> None:
    night = begin(bot, QUICK + '[[override]]\nnames = ["notebook-*"]\nladder = { mode = "tell" }\n')
    wait(night, 60)
    assert (status(night), len(direct(night))) == ("RUNNING", 2)
    assert "The policy lets me ask, not stop" in direct(night)[0].text


def test_the_ladder_of_a_preset_holds_for_the_pods_made_by_it(bot: Bot) -> None:
    night = begin(bot, QUICK + '[[override]]\npresets = ["notebook"]\nladder = { mode = "off" }\n')
    facts = night.store.fleet.facts_of(POD).model_copy(update={"preset": "notebook"})
    night.store.client.hset(night.store.keys.facts, POD, facts.model_dump_json())
    wait(night, 15)
    assert direct(night) == []
    assert "The policy's ladder is off for it" in night.exec("/pod watch").said


def test_a_locked_pod_is_never_stopped_by_the_ladder(night: Bot) -> None:
    wait(night, 21)
    night.runpod.world.pods[POD].locked = True
    wait(night, 30)
    assert (status(night), stops(night)) == ("RUNNING", 0)
    assert "It is locked at RunPod" in direct(night)[0].text


def test_without_slack_nothing_is_stopped_and_a_late_warning_still_counts_from_its_delivery(night: Bot) -> None:
    wait(night, 16)
    night.slack.faults.add(Fault(method="*", kind="error", when="before", error="fatal_error", times=10_000))
    wait(night, 30)
    known = spell(night)
    assert known is not None
    assert known.warning is not None
    assert (known.warning.delivered_at, stops(night)) == (None, 0)
    night.slack.faults.clear()
    wait(night, 4)
    assert stops(night) == 0
    wait(night, 4)
    assert stops(night) == 1
