"""connect and logs: asked at once, answered privately by a job, once, whatever happens in between."""

from __future__ import annotations

import pytest

from pods.jobs import Job
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot


def test_connect_gives_commands_addresses_and_what_answers_to_the_asker_alone(bot: Bot) -> None:
    heard = bot.exec("/pod connect abc123")

    assert "Asking RunPod how to get into `nlp-train` (`abc123`)." in heard.private[0]
    answer = heard.private[1]
    assert answer.startswith("`nlp-train` (`abc123`) is running. Jupyter answers now.")
    assert "`ssh abc123-cf02bb5c@ssh.runpod.io`" in answer
    assert "`ssh root@203.0.113.17 -p 28431`" in answer
    assert "abc123-8888" in answer
    assert "*Open to anybody who knows the address*: Jupyter asks for no password." in answer
    assert heard.public == []
    assert not any("ssh " in text for text in bot.everything_told(CARA))


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("403", "answers, and asks who comes"),
        ("502", "does not answer yet (the proxy says 502)"),
        ("refuse", "does not answer yet"),
        ("hang", "does not answer yet"),
    ],
)
def test_it_says_of_each_port_what_it_saw(bot: Bot, mode: str, said: str) -> None:
    bot.control("pods/abc123/web", port=8888, mode=mode)

    answer = bot.exec("/pod connect abc123").private[1]

    assert said in answer
    assert "Open to anybody" not in answer


def test_a_stopped_pod_has_no_way_in_and_a_button_to_start(bot: Bot) -> None:
    answer = bot.exec("/pod connect p4v9td").private[1]

    assert "`sd-archive` (`p4v9td`) is stopped, so there is nothing to connect to. Start it first." in answer
    bot.press("Start")
    assert "is running" in bot.last().text


def test_logs_by_source_tail_and_age(bot: Bot) -> None:
    assert bot.exec("/pod logs abc123 tail 3").private[1].count("step ") == 3
    assert "start container: begin" in bot.exec("/pod logs abc123 system").private[1]
    recent = bot.exec("/pod logs abc123 since 1m").private[1]
    assert 3 <= recent.count("step ") <= 5
    assert "RunPod has no line in the container log" in bot.exec("/pod logs f6j1bs since 1m").private[1]


@pytest.mark.parametrize("tail", ["0", "1001", "2.5"])
def test_a_tail_that_makes_no_sense_is_named(bot: Bot, tail: str) -> None:
    answer = bot.exec(f"/pod logs abc123 tail {tail}").private

    assert "`tail` takes a whole number of lines from 1 to 1000" in answer[0]
    assert len(answer) == 1


@pytest.mark.parametrize("typed", ["connect abc123", "logs abc123"])
def test_only_owner_and_operators_look_in_and_it_is_audited(bot: Bot, typed: str) -> None:
    refused = bot.exec(f"/pod {typed}", user=CARA)
    assert "needs its owner or an operator, and you are neither" in refused.private[0]
    assert len(refused.private) == 1

    bot.own("abc123", CARA)
    assert len(bot.exec(f"/pod {typed}", user=CARA).private) == 2
    assert len(bot.exec(f"/pod {typed}", user=ALICE).private) == 2

    verb = typed.partition(" ")[0]
    told = [(entry.event.value, entry.by, entry.result) for entry in bot.audited()]
    assert told == [("refused", CARA, verb), ("read", CARA, verb), ("read", ALICE, verb)]


def test_an_operator_where_the_channel_allows_viewers_only_is_refused(bot: Bot) -> None:
    assert "you are neither in this channel" in bot.exec("/pod logs abc123", channel="general").private[0]


@pytest.mark.parametrize("typed", ["connect abc123 share", "logs abc123 share"])
def test_it_cannot_be_shared(bot: Bot, typed: str) -> None:
    heard = bot.exec(f"/pod {typed}")

    assert "answers only you" in heard.private[0]
    assert heard.public == []


def test_by_mention_the_answer_is_as_private(bot: Bot) -> None:
    heard = bot.say("@podkeeper connect abc123", user=DAVE)

    assert any("Jupyter answers now" in text for text in heard.private)
    assert heard.public == []
    assert not any("Jupyter answers now" in text for text in bot.everything_told(BOB))


@pytest.mark.parametrize("kind", ["outage", "timeout", "rate_limited", "malformed"])
def test_when_runpod_does_not_say_the_asker_reads_that(bot: Bot, kind: str) -> None:
    bot.fault(kind=kind, operation="*")

    answer = bot.exec("/pod logs abc123").private

    assert len(answer) == 2
    assert answer[1].startswith("I could not read the log of `nlp-train` (`abc123`):")


def test_on_graphql_alone_logs_say_what_they_need_and_connect_works(bot: Bot) -> None:
    bot.use_api("graphql")

    assert "needs RunPod's REST v2 API" in bot.exec("/pod logs abc123").private[1]
    assert "is running" in bot.exec("/pod connect abc123").private[1]


def test_a_lost_wake_up_is_made_good_by_the_sweep_and_answered_once(bot: Bot) -> None:
    room = bot.slack.workspace.channel("gpu-pods")
    bot.slack.command(BOB, room.id, "/pod connect abc123")
    bot.jobs[:] = [each for each in bot.jobs if each[0] is not Job.INQUIRY]

    bot.pass_time(25)

    told = [text for text in bot.everything_told(BOB) if "Jupyter answers now" in text]
    assert len(told) == 1
    bot.pass_time(60)
    assert len([text for text in bot.everything_told(BOB) if "Jupyter answers now" in text]) == 1


def test_what_nobody_could_read_for_ten_minutes_is_given_up_in_words(bot: Bot) -> None:
    room = bot.slack.workspace.channel("gpu-pods")
    bot.slack.command(BOB, room.id, "/pod connect abc123")
    bot.jobs.clear()
    bot.clock.advance(601)

    bot.pass_time(25)

    assert any("I did not get to find out how to get into" in text for text in bot.everything_told(BOB))


def test_what_a_pod_printed_is_not_kept(bot: Bot) -> None:
    bot.exec("/pod logs abc123 tail 3")

    keys = bot.store.client.keys("*inquiry*")
    texts = [key for key in bot.store.client.scan_iter("*") if bot.store.client.type(key) == "string"]
    holding = [key for key in texts if "loss 1." in str(bot.store.client.get(key))]
    assert holding
    assert all("inquiry" in key for key in holding)
    assert all(0 < bot.store.client.ttl(key) <= 3600 for key in holding)
    assert keys
