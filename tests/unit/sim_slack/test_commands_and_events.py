"""What people type, what the app is sent for it, and what happens when it does not answer."""

from __future__ import annotations

import pytest

from sim.slack import SimSlack
from sim.slack.delivery import AckResult, Envelope
from sim.slack.escape import escaped
from sim.slack.wire import SlackError
from sim.slack.workspace import Command, User
from tests.unit.sim_slack.conftest import HandClock, RecordingApp

ROOM = "C0GPUPODS"


def test_a_command_carries_slack_s_fields_and_escaped_text(sim: SimSlack, app: RecordingApp) -> None:
    assert sim.command("U0BOB", ROOM, "/pod  stop abc123 for @cara in #general & <now>").ok
    assert app.got[0].type == "slash_commands"
    payload = app.last
    assert payload["text"] == "stop abc123 for <@U0CARA|cara> in <#C0GENERAL|general> &amp; &lt;now&gt;"
    fields = ("team_id", "channel_id", "channel_name", "user_id", "user_name", "command", "is_enterprise_install")
    assert [payload[field] for field in fields] == ["T0TEAM", ROOM, "gpu-pods", "U0BOB", "bob", "/pod", "false"]
    assert payload["response_url"].startswith("http://slack.test/response/")
    assert payload["trigger_id"]


def test_a_command_that_does_not_want_escaping_gets_the_text_as_typed(sim: SimSlack, app: RecordingApp) -> None:
    sim.workspace.commands["/raw"] = Command(command="/raw", description="", usage_hint="", should_escape=False)
    sim.command("U0BOB", ROOM, "/raw @cara & co")
    assert app.last["text"] == "@cara & co"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("@here", "<!here>"),
        ("@oncall", "<!subteam^S0ONCALL|@oncall>"),
        ("see https://runpod.io/x?a=1&b=2", "see <https://runpod.io/x?a=1&amp;b=2>"),
        ("runpod.io", "<http://runpod.io|runpod.io>"),
        ("bob@runpod @nobody #nowhere", "bob@runpod @nobody #nowhere"),
        ("<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_typed_text_becomes_slack_s_tokens(sim: SimSlack, typed: str, seen: str) -> None:
    assert escaped(typed, sim.workspace, labels=True) == seen


def test_the_body_of_the_ack_is_the_visible_answer(sim: SimSlack, app: RecordingApp) -> None:
    app.will(payload={"text": "only you"})
    app.will(payload={"text": "everyone", "response_type": "in_channel"})
    app.will(payload="a bare string")
    for _ in range(3):
        assert sim.command("U0BOB", ROOM, "/pod list").ok
    bob = [(event["message"]["text"], event["message"]["ephemeral"]) for event in sim.seen("U0BOB")]
    assert bob == [("only you", True), ("everyone", False), ("a bare string", True)]
    assert [event["message"]["text"] for event in sim.seen("U0ALICE")] == ["everyone"]


def test_an_ack_with_bad_blocks_fails_where_everybody_concerned_sees_it(sim: SimSlack, app: RecordingApp) -> None:
    app.will(payload={"text": "x", "blocks": [{"type": "sparkline"}]})
    outcome = sim.command("U0BOB", ROOM, "/pod list")
    assert not outcome.ok
    assert str(outcome.error).startswith("invalid_blocks (/blocks/0/type")
    assert [event["type"] for event in sim.seen("U0BOB")] == ["invalid", "failed"]


def test_a_command_nobody_acks_fails_and_is_never_sent_again(
    sim: SimSlack, app: RecordingApp, clock: HandClock
) -> None:
    app.will(acked=False)
    assert sim.command("U0BOB", ROOM, "/pod list").error == "dispatch_failed"
    assert sim.seen("U0BOB") == [
        {"type": "failed", "channel": ROOM, "text": '/pod failed with the error "dispatch_failed"'}
    ]
    clock.advance(1000)
    sim.run_due()
    assert len(app.got) == 1


def test_an_ack_after_three_seconds_comes_too_late_though_the_listener_ran(
    sim: SimSlack, app: RecordingApp, clock: HandClock
) -> None:
    def slow(_: Envelope) -> AckResult:
        clock.advance(3)
        return AckResult(acked=True, payload={"text": "too late"})

    app.answers.append(slow)
    assert sim.command("U0BOB", ROOM, "/pod list").error == "dispatch_failed"
    assert [event["type"] for event in sim.seen("U0BOB")] == ["failed"]


def test_an_unknown_command_never_reaches_the_app(sim: SimSlack, app: RecordingApp) -> None:
    assert sim.command("U0BOB", ROOM, "/pods list").error == "invalid_command"
    assert app.got == []


def test_a_mention_where_the_bot_is_and_a_word_in_its_dm_become_events(sim: SimSlack, app: RecordingApp) -> None:
    sim.say("U0BOB", ROOM, "good morning")
    sim.say("U0BOB", "C0RANDOM", "@podkeeper list")
    assert app.got == []
    parent = sim.say("U0BOB", ROOM, "@podkeeper stop abc")
    assert app.last["event"]["type"] == "app_mention"
    assert app.last["event"]["text"] == "<@U0PODKEEPER> stop abc"
    sim.say("U0BOB", ROOM, "@podkeeper and this", thread_ts=parent.ts)
    assert app.last["event"]["thread_ts"] == parent.ts
    sim.say("U0BOB", "D0BOB", "list")
    event = app.last["event"]
    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", "D0BOB")
    assert app.last["authorizations"][0]["user_id"] == "U0PODKEEPER"


def test_people_cannot_write_where_they_are_not(sim: SimSlack) -> None:
    with pytest.raises(SlackError, match="not_in_channel"):
        sim.say("U0CARA", "C0ONCALL", "hello")


def test_someone_from_another_workspace_is_told_apart_by_team(sim: SimSlack, app: RecordingApp) -> None:
    sim.workspace.users["U0EVE"] = User(id="U0EVE", name="eve", real_name="Eve", role_hint="viewer", team_id="T0OTHER")
    sim.workspace.channels[ROOM].members.append("U0EVE")
    sim.say("U0EVE", ROOM, "@podkeeper list")
    assert app.last["event"]["team"] == "T0OTHER"


def test_an_unacked_event_comes_again_three_times_and_says_so(
    sim: SimSlack, app: RecordingApp, clock: HandClock
) -> None:
    for _ in range(4):
        app.will(acked=False)
    sim.say("U0BOB", ROOM, "@podkeeper list")
    for seconds, attempts in ((0, 2), (59, 2), (1, 3), (300, 4), (10_000, 4)):
        clock.advance(seconds)
        sim.run_due()
        assert len(app.got) == attempts
    assert [envelope.retry_attempt for envelope in app.got] == [None, 1, 2, 3]
    assert {envelope.retry_reason for envelope in app.got[1:]} == {"timeout"}
    assert len({envelope.payload["event_id"] for envelope in app.got}) == 1
    assert len({envelope.envelope_id for envelope in app.got}) == 4


def test_an_acked_event_comes_again_only_when_a_test_asks(sim: SimSlack, app: RecordingApp, clock: HandClock) -> None:
    sim.say("U0BOB", ROOM, "@podkeeper list")
    clock.advance(1000)
    sim.run_due()
    assert len(app.got) == 1
    assert sim.delivery.redeliver(app.last["event_id"]).acked
    assert app.got[1].retry_attempt == 1
    with pytest.raises(SlackError, match="event_not_found"):
        sim.delivery.redeliver("Ev0")


def test_events_the_app_did_not_subscribe_to_are_not_sent(sim: SimSlack, app: RecordingApp) -> None:
    sim.workspace.bot_events = frozenset()
    sim.say("U0BOB", ROOM, "@podkeeper list")
    sim.say("U0BOB", "D0BOB", "list")
    sim.open_home("U0BOB")
    assert app.got == []


def test_a_reset_empties_the_rooms_and_keeps_the_people(sim: SimSlack) -> None:
    sim.say("U0BOB", ROOM, "@podkeeper list")
    sim.reset()
    assert sim.messages(ROOM) == []
    assert sim.seen("U0BOB") == []
    assert sim.call("users.info", {"user": "U0BOB"}).ok
