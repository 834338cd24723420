"""Answers to a response_url: how many, how long, for whom, and what they may replace."""

from __future__ import annotations

import pytest

from sim.slack import Place, SimSlack
from sim.slack.wire import SlackError
from tests.unit.sim_slack.conftest import HandClock, RecordingApp
from tests.unit.sim_slack.drawn import ROOM, posted, whispered


def answer_url(sim: SimSlack, app: RecordingApp, place: Place) -> str:
    sim.act("U0BOB", place)
    return str(app.last["response_url"])


def test_a_response_url_takes_five_answers_in_half_an_hour(sim: SimSlack, app: RecordingApp, clock: HandClock) -> None:
    url = answer_url(sim, app, posted(sim))
    for _ in range(5):
        sim.respond(url, {"text": "x"})
    with pytest.raises(SlackError, match="used_url"):
        sim.respond(url, {"text": "x"})
    old = answer_url(sim, app, posted(sim))
    clock.advance(30 * 60 + 1)
    with pytest.raises(SlackError, match="expired_url"):
        sim.respond(old, {"text": "x"})
    with pytest.raises(SlackError, match="invalid_url"):
        sim.respond("http://slack.test/response/r-none", {"text": "x"})


def test_an_answer_is_for_its_asker_unless_it_says_in_channel(sim: SimSlack, app: RecordingApp) -> None:
    sim.command("U0BOB", "C0RANDOM", "/pod list")
    url = app.last["response_url"]
    sim.respond(url, {"text": "psst"})
    sim.respond(url, {"text": "all", "response_type": "in_channel"})
    assert [event["message"]["text"] for event in sim.seen("U0BOB")] == ["psst", "all"]
    assert [event["message"]["text"] for event in sim.seen("U0ALICE")] == ["all"]
    assert [message.content.text for message in sim.messages("C0RANDOM")] == ["all"]


def test_an_answer_may_replace_or_delete_the_message_it_belongs_to(sim: SimSlack, app: RecordingApp) -> None:
    place = posted(sim)
    url = answer_url(sim, app, place)
    sim.respond(url, {"text": "done", "blocks": [], "replace_original": True})
    assert [message.content.text for message in sim.messages(ROOM)] == ["done"]
    sim.respond(url, {"delete_original": True})
    assert sim.messages(ROOM) == []


def test_an_ephemeral_message_changes_and_goes_only_by_its_response_url(sim: SimSlack, app: RecordingApp) -> None:
    place = whispered(sim)
    url = answer_url(sim, app, place)
    sim.respond(url, {"text": "done", "replace_original": True})
    sim.respond(url, {"delete_original": True})
    changed, deleted = sim.seen("U0BOB")[-2:]
    assert (changed["type"], changed["message"]["ts"], changed["message"]["text"]) == (
        "changed",
        place.message_ts,
        "done",
    )
    assert deleted == {"type": "deleted", "channel": ROOM, "ts": place.message_ts}
    assert sim.seen("U0ALICE") == []
