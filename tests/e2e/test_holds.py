"""keep, snooze, lease, release and schedule as people type and press them."""

from __future__ import annotations

import pytest

from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot


def test_a_keep_says_until_when_what_it_costs_and_shows_on_card_and_list(bot: Bot) -> None:
    said = bot.exec("/pod keep abc123 until 18:00 reason=paper deadline")
    told = said.said
    assert "`nlp-train` (`abc123`) is kept until" in told
    assert "said by <@U0BOB>" in told
    assert "neither ask about it nor stop it" in told
    assert "about $" in told
    assert "Reason: paper deadline" in told
    assert "Kept until" in bot.exec("/pod status abc123").private[-1]
    assert "kept until" in bot.exec("/pod list").private[-1]
    record = bot.store.holds.get("abc123")
    assert record is not None
    assert (record.holds[0].until.hour, record.holds[0].by) == (17, BOB)


def test_a_release_ends_what_holds_and_says_what_that_was(bot: Bot) -> None:
    bot.exec("/pod keep abc123 4h")
    bot.exec("/pod snooze abc123 1h")
    told = bot.exec("/pod release abc123").said
    assert "is released by <@U0BOB>" in told
    assert "kept until" in told
    assert "snoozed until" in told
    assert "Kept until" not in bot.exec("/pod status abc123").private[-1]
    assert "is not kept, snoozed or leased" in bot.exec("/pod release abc123", user=DAVE).private[-1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("keep abc123", "until when?"),
        ("keep abc123 4h until 18:00", "one time"),
        ("keep abc123 until 9:00 2026-01-01", "already past"),
        ("keep abc123 90d", "longer than 31 d"),
        ("lease abc123 5m", "leaves no time to warn"),
        ("lease p4v9td 4h", "does not run, and a lease counts from now"),
        ("schedule abc123", "has no schedule"),
        ("schedule abc123 weekdays", "not when it stops or starts"),
        ("schedule abc123 stop 19:00 start 19:00", "at the same time"),
        ("schedule abc123 off", "has no schedule"),
        ("schedule abc123 skip", "nothing to skip"),
        ("schedule abc123 stop 25:00", "a time of day"),
        ("keep zzz 4h", "zzz"),
        ("keep zz9zz9zz9 4h", "zz9zz9zz9"),
    ],
)
def test_what_cannot_be_said_has_a_named_answer_and_changes_nothing(bot: Bot, text: str, sentence: str) -> None:
    assert sentence in bot.exec(f"/pod {text}").private[-1]
    assert bot.store.holds.all() == {}


def test_anothers_pod_is_for_its_owner_and_admins(bot: Bot) -> None:
    bot.own("abc123", DAVE)
    assert "is <@U0DAVE>'s" in bot.exec("/pod keep abc123 4h").private[-1]
    assert "viewer" in bot.exec("/pod keep abc123 4h", user=CARA).private[-1]
    assert bot.store.holds.all() == {}
    assert "is kept until" in bot.exec("/pod keep abc123 4h", user=ALICE).said
    assert [entry.by for entry in bot.audited() if entry.event == "held"] == [ALICE]


def test_until_when_is_picked_by_a_button(bot: Bot) -> None:
    bot.exec("/pod snooze abc123")
    bot.press("Until morning")
    record = bot.store.holds.get("abc123")
    assert record is not None
    assert f"{record.holds[0].until:%d %H:%M}" == "25 08:00"
    assert "I leave `nlp-train` (`abc123`) alone until" in bot.last().text


def test_conflicts_are_named(bot: Bot) -> None:
    bot.exec("/pod lease abc123 4h")
    assert "its lease still stops it" in bot.exec("/pod snooze abc123 8h").said.lower()
    assert "waits for the keep" in bot.exec("/pod keep abc123 6h").said
    planned = bot.exec("/pod schedule abc123 stop 19:00 start 09:00 weekdays").said
    assert "stops at 19:00 and starts at 09:00 on weekdays (Europe/Berlin)" in planned
    assert "Its schedule's stop at" in planned
    bot.exec("/pod release abc123")
    assert "*Its schedule still stops it at" in bot.exec("/pod snooze abc123 8h").said


def test_a_lease_says_when_it_warns_and_stops_and_is_extended_by_a_button(bot: Bot) -> None:
    told = bot.exec("/pod lease abc123 4h").said
    assert "is leased until" in told
    assert "I warn here at" in told
    first = bot.store.holds.get("abc123")
    assert first is not None
    assert first.lease is not None
    bot.press("Extend 4 h")
    second = bot.store.holds.get("abc123")
    assert second is not None
    assert second.lease is not None
    assert (second.lease.until - first.lease.until).total_seconds() == 4 * 3600


def test_a_button_drawn_before_anothers_word_changes_nothing(bot: Bot) -> None:
    bot.exec("/pod lease abc123 4h")
    place = bot.button("Extend 4 h", BOB)
    bot.press("Extend 1 h", user=DAVE)
    bot.forge_click(BOB, *place)
    bot.settle()
    assert "Somebody was faster" in bot.everything_told(BOB)[-1]
    record = bot.store.holds.get("abc123")
    assert record is not None
    assert record.lease is not None
    assert record.lease.by == DAVE


def test_a_schedule_is_shown_skipped_and_switched_off(bot: Bot) -> None:
    bot.exec("/pod schedule abc123 stop 19:00 start 09:00 weekdays")
    assert "Next: it stops at" in bot.exec("/pod schedule abc123").private[-1]
    assert "Schedule: stops at 19:00" in bot.exec("/pod status abc123").private[-1]
    assert "is skipped, said by <@U0BOB>" in bot.exec("/pod schedule abc123 skip").said
    assert "has no schedule any more" in bot.exec("/pod schedule abc123 off").said
    record = bot.store.holds.get("abc123")
    assert record is not None
    assert record.schedule is None


def test_a_heartbeat_address_is_shown_once_to_its_asker_alone(bot: Bot) -> None:
    bot.own("abc123", BOB)
    assert "switched off here" in bot.ask("heartbeat abc123", BOB)
    object.__setattr__(bot.face, "heartbeat_url", "https://bot.example.com")
    shown = bot.ask("heartbeat abc123", BOB)
    token = shown.partition("https://bot.example.com/hb/")[2].partition("`")[0]
    assert bot.store.heartbeats.take(token, bot.clock.now())
    assert token not in bot.ask("heartbeat abc123", BOB)
    assert "is <@U0BOB>'s" in bot.ask("heartbeat abc123", DAVE)
    assert "is a secret" in bot.ask("heartbeat abc123 new share", BOB)
    assert "as a slash command" in bot.say("@podkeeper heartbeat abc123 new").said
    assert token not in str([bot.audited(), bot.everything_told(BOB)])
    assert "holds no longer" in bot.ask("heartbeat abc123 new", BOB)
    assert not bot.store.heartbeats.take(token, bot.clock.now())
    assert "holds no longer" in bot.ask("heartbeat abc123 off", BOB)
    assert "has no heartbeat address" in bot.ask("heartbeat abc123 off", BOB)
