"""Leases end and schedules act, at high clock speed: warned, done once, let pass, told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pods.model import PodStatus
from sim.slack.faults import Fault
from tests.e2e.inline import BOB, DAVE, Bot
from tests.e2e.seen import Post

MINUTE, HOUR = 60, 3600


def status(bot: Bot, pod_id: str = "abc123") -> PodStatus:
    pod = bot.provider.get(pod_id)
    return pod.status


def after(bot: Bot, seconds: float) -> None:
    """Later: in one leap to a minute before, then poll by poll, as nothing happens in between."""
    bot.clock.advance(max(0, seconds - MINUTE))
    bot.pass_time(min(seconds, MINUTE), step=30)


def until(bot: Bot, moment: datetime) -> None:
    after(bot, (moment - bot.clock.now()).total_seconds())


def stops(bot: Bot) -> int:
    return len(bot.effects("stop"))


def cards(bot: Bot) -> list[Post]:
    """What was announced, apart from the answers to commands."""
    return [post for post in bot.posts() if post.metadata is not None]


def test_a_lease_over_a_night_warns_and_stops_once(bot: Bot) -> None:
    bot.exec("/pod lease abc123 10h")
    after(bot, 9 * HOUR + 29 * MINUTE)
    assert cards(bot) == []
    after(bot, 2 * MINUTE)
    warning = bot.last()
    assert "I stop `nlp-train` (`abc123`): its lease ends" in warning.text
    assert "<@U0BOB>" in warning.text
    after(bot, 28 * MINUTE)
    assert status(bot) is PodStatus.RUNNING
    after(bot, 3 * MINUTE)
    assert status(bot) is PodStatus.EXITED
    bot.settle()
    (told,) = cards(bot)
    assert told.ts == warning.ts
    assert "`nlp-train` (`abc123`) is stopped. Saves $2.69/h" in told.text
    assert "Its lease by <@U0BOB>" in told.text
    assert stops(bot) == 1
    after(bot, 2 * HOUR)
    assert stops(bot) == 1


def test_an_extension_by_the_warnings_button_puts_the_stop_off_and_warns_anew(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    after(bot, 31 * MINUTE)
    warned = bot.last().ts
    bot.press("Extend 1 h")
    old = next(post for post in bot.posts() if post.ts == warned)
    assert "is leased until" in old.text
    assert "so it is not stopped now" in old.text
    after(bot, 45 * MINUTE)
    assert status(bot) is PodStatus.RUNNING
    after(bot, 18 * MINUTE)
    assert "its lease ends" in bot.last().text
    after(bot, 31 * MINUTE)
    assert status(bot) is PodStatus.EXITED


def test_a_keep_after_the_warning_lets_the_end_wait(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    after(bot, 40 * MINUTE)
    warned = bot.last().ts
    bot.exec("/pod keep abc123 3h", user=DAVE)
    after(bot, 30 * MINUTE)
    assert status(bot) is PodStatus.RUNNING
    old = next(post for post in bot.posts() if post.ts == warned)
    assert "Not stopped yet" in old.text
    assert "kept until" in old.text
    after(bot, 2 * HOUR + 5 * MINUTE)
    assert "its lease ends" in bot.last().text
    after(bot, 33 * MINUTE)
    assert status(bot) is PodStatus.EXITED


def test_a_released_lease_stops_nothing(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    after(bot, 40 * MINUTE)
    bot.press("Release")
    after(bot, 1 * HOUR)
    assert status(bot) is PodStatus.RUNNING
    assert any("was released by <@U0BOB>" in post.text for post in bot.posts())


def test_nothing_stops_without_a_delivered_warning(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    after(bot, 29 * MINUTE)
    bot.slack.faults.add(Fault.parse({"method": "chat.postMessage", "kind": "error", "times": 10_000}))
    after(bot, 2 * HOUR)
    assert status(bot) is PodStatus.RUNNING
    bot.slack.faults.clear()
    after(bot, 2 * MINUTE)
    after(bot, 27 * MINUTE)
    assert status(bot) is PodStatus.RUNNING
    after(bot, 6 * MINUTE)
    assert status(bot) is PodStatus.EXITED


def test_an_outage_freezes_and_the_warning_comes_anew(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    after(bot, 35 * MINUTE)
    first = len(cards(bot))
    bot.fault(kind="outage")
    after(bot, 2 * HOUR)
    assert bot.runpod.world.pods["abc123"].status.value == "RUNNING"
    bot.runpod.faults.clear()
    after(bot, 2 * MINUTE)
    assert len(cards(bot)) == first + 1
    assert status(bot) is PodStatus.RUNNING
    after(bot, 31 * MINUTE)
    assert status(bot) is PodStatus.EXITED
    assert stops(bot) == 1


def test_a_pod_that_is_locked_at_its_leases_end_is_told_and_left(bot: Bot) -> None:
    bot.exec("/pod lease abc123 1h")
    bot.runpod.world.pods["abc123"].locked = True
    after(bot, 70 * MINUTE)
    assert "I did not stop it: it is locked at RunPod" in bot.last().text
    assert stops(bot) == 0


def test_a_schedule_announces_stops_and_starts(bot: Bot) -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    bot.exec("/pod schedule abc123 stop 19:00 start 09:00 weekdays")
    until(bot, day + timedelta(hours=17, minutes=46))
    assert "I stop `nlp-train` (`abc123`) by its schedule" in cards(bot)[-1].text
    until(bot, day + timedelta(hours=17, minutes=59))
    assert status(bot) is PodStatus.RUNNING
    until(bot, day + timedelta(hours=18, minutes=3))
    assert status(bot) is PodStatus.EXITED
    assert "is stopped. Saves" in bot.last().text
    assert "By its schedule" in bot.last().text
    until(bot, day + timedelta(days=1, hours=8, minutes=4))
    assert status(bot) is PodStatus.RUNNING
    assert "is running" in bot.last().text or "started" in bot.last().text


def test_a_manual_start_is_not_fought(bot: Bot) -> None:
    bot.exec("/pod stop abc123")
    bot.exec("/pod schedule abc123 stop 19:00")
    until(bot, datetime(2026, 11, 24, 17, 50, tzinfo=UTC))
    bot.exec("/pod start abc123", user=DAVE)
    until(bot, datetime(2026, 11, 24, 18, 30, tzinfo=UTC))
    assert status(bot) is PodStatus.RUNNING
    assert "<@U0DAVE> had just started it" in bot.last().text


def test_the_announcement_can_be_answered(bot: Bot) -> None:
    bot.exec("/pod schedule abc123 stop 19:00")
    until(bot, datetime(2026, 11, 24, 17, 50, tzinfo=UTC))
    announced = cards(bot)[-1].ts
    bot.press("Not this time")
    until(bot, datetime(2026, 11, 24, 18, 30, tzinfo=UTC))
    assert status(bot) is PodStatus.RUNNING
    post = next(each for each in bot.posts() if each.ts == announced)
    assert "does not come: <@U0BOB> let it pass" in post.text


def test_what_comes_too_late_is_left_and_told(bot: Bot) -> None:
    bot.exec("/pod schedule abc123 stop 19:00")
    until(bot, datetime(2026, 11, 24, 17, 40, tzinfo=UTC))
    bot.clock.advance(HOUR)
    after(bot, 5 * MINUTE)
    assert status(bot) is PodStatus.RUNNING
    assert "could not be announced or made within 15 min" in bot.last().text


def test_a_schedule_over_the_autumn_change_acts_once(bot: Bot) -> None:
    bot.clock.advance((datetime(2027, 10, 30, 20, tzinfo=UTC) - bot.clock.now()).total_seconds())
    bot.start_over()
    bot.tick()
    bot.exec("/pod schedule abc123 stop 02:30")
    until(bot, datetime(2027, 10, 31, 0, 16, tzinfo=UTC))
    until(bot, datetime(2027, 10, 31, 0, 33, tzinfo=UTC))
    assert status(bot) is PodStatus.EXITED
    bot.exec("/pod start abc123")
    until(bot, datetime(2027, 10, 31, 1, 34, tzinfo=UTC))
    assert status(bot) is PodStatus.RUNNING


def test_what_was_said_to_me_alone_is_told_to_that_person_alone(bot: Bot) -> None:
    direct = bot.slack.workspace.dm_of(BOB)
    bot.exec("/pod lease abc123 1h", channel=direct.id)
    after(bot, 31 * MINUTE)
    assert bot.posts() == []
    assert any("its lease ends" in text for text in bot.everything_told(BOB))
