"""audit: admins see all, others what concerns them; a page says what it leaves out."""

from __future__ import annotations

from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot


def test_an_admin_sees_who_did_what_newest_first(bot: Bot) -> None:
    bot.exec("/pod stop abc123")
    bot.exec("/pod stop abc123", user=CARA)

    text = bot.exec("/pod audit", user=ALICE).private[0]

    lines = text.split("\n")
    assert lines[0] == "4 entries, newest first."
    assert f"`stop abc123` refused to <@{CARA}>" in lines[1]
    assert f"`stop abc123` ended, for <@{BOB}>: `done`" in lines[2]
    assert f"`stop abc123` accepted from <@{BOB}>" in lines[4]
    assert "You see everybody's, as an admin." in text


def test_others_see_what_they_did_and_what_was_done_to_their_pods(bot: Bot) -> None:
    bot.own("abc123", CARA)
    bot.exec("/pod stop f6j1bs", user=DAVE)
    bot.exec("/pod restart abc123", user=ALICE)

    theirs = bot.exec("/pod audit", user=CARA).private[0]
    assert "restart abc123" in theirs
    assert "f6j1bs" not in theirs
    assert "You see what you did and what was done to your pods" in theirs

    bobs = bot.exec("/pod audit", user=BOB).private[0]
    assert bobs.startswith("No entry.")


def test_by_pod_by_person_and_by_age(bot: Bot) -> None:
    bot.exec("/pod stop abc123")
    bot.exec("/pod stop f6j1bs", user=DAVE)

    pod = bot.exec("/pod audit nlp-train", user=ALICE).private[0]
    assert "3 entries of `abc123`" in pod
    person = bot.exec("/pod audit @dave", user=ALICE).private[0]
    assert f"3 entries by <@{DAVE}>" in person
    bot.pass_time(120, step=30)
    assert "No entry since" in bot.exec("/pod audit since 1m", user=ALICE).private[0]


def test_a_pod_that_is_gone_is_found_by_its_id(bot: Bot) -> None:
    bot.exec("/pod terminate f6j1bs")
    bot.press("Terminate")

    assert "entries of `f6j1bs`" in bot.exec("/pod audit f6j1bs", user=ALICE).private[0]


def test_more_than_a_page_goes_on_by_a_button_to_the_end(bot: Bot) -> None:
    for _ in range(40):
        bot.ask("stop abc123", CARA)

    first = bot.exec("/pod audit", user=ALICE).private[0]
    assert first.startswith("30 entries, newest first.")
    assert "There may be more: press Older." in first

    bot.press("Older", user=ALICE)
    last = [text for text in bot.everything_told(ALICE) if "newest first" in text][-1]
    assert last.startswith("10 entries, newest first.")
    assert "That is all of the last 90 days" in last


def test_it_is_for_its_asker_alone(bot: Bot) -> None:
    assert "answers only you" in bot.exec("/pod audit share", user=ALICE).private[0]
