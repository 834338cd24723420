"""Writing, changing and removing messages."""

from __future__ import annotations

from typing import Any

import pytest

from sim.slack import SimSlack

Json = dict[str, Any]
ROOM = "C0GPUPODS"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def post(sim: SimSlack, **arguments: Any) -> Json:
    answer = sim.call("chat.postMessage", {"channel": ROOM, "text": "hello", **arguments})
    assert answer.ok, answer.body
    return answer.body


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0RANDOM"}, "not_in_channel"),
        ({"text": ""}, "no_text"),
        ({"blocks": "not json"}, "invalid_blocks_format"),
        ({"blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5}, "msg_blocks_too_long"),
        ({"markdown_text": "x"}, "markdown_text_conflict"),
        ({"text": "", "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
        ({"attachments": [{"blocks": [{"type": "alert"}]}]}, "invalid_blocks"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"thread_ts": "1.000001"}, "cannot_reply_to_message"),
    ],
)
def test_slack_refuses_to_post(sim: SimSlack, arguments: Json, error: str) -> None:
    answer = sim.call("chat.postMessage", {"channel": ROOM, "text": "x", **arguments})
    assert (answer.status, answer.body["error"]) == (200, error)
    assert sim.messages(ROOM) == []


def test_a_post_is_stored_and_told_to_the_people_of_the_channel_alone(sim: SimSlack) -> None:
    body = post(sim, channel="#oncall", blocks=[SECTION])
    assert sim.messages("oncall")[0].ts == body["ts"]
    assert sim.seen("U0ALICE")[0]["message"]["text"] == "hello"
    assert sim.seen("U0CARA") == []


def test_a_person_s_id_posts_to_their_dm(sim: SimSlack) -> None:
    assert post(sim, channel="U0CARA")["channel"] == "D0CARA"


def test_chat_write_public_opens_channels_the_bot_has_not_joined(sim: SimSlack) -> None:
    sim.workspace.scopes |= {"chat:write.public"}
    assert post(sim, channel="C0RANDOM")["channel"] == "C0RANDOM"


def test_bad_blocks_are_named_by_pointer_and_shown_to_those_who_would_have_read_them(sim: SimSlack) -> None:
    bad = [SECTION, {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    body = sim.call("chat.postMessage", {"channel": ROOM, "text": "x", "blocks": bad}).body
    assert body["error"] == "invalid_blocks"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be at most 150 characters, has 151 [json-pointer:/blocks/1/text/text]"
    ]
    told = sim.seen("U0CARA")[0]
    assert (told["type"], told["channel"], told["blocks"]) == ("invalid", ROOM, bad)


def test_blocks_given_as_text_in_a_form_get_ids_where_they_have_none(sim: SimSlack) -> None:
    form = '[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"x"}}]}]'
    block = post(sim, blocks=form)["message"]["blocks"][0]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


def test_timestamps_never_repeat_while_the_clock_stands_still(sim: SimSlack) -> None:
    stamps = [post(sim)["ts"] for _ in range(5)]
    assert len(set(stamps)) == 5
    assert stamps == sorted(stamps)


def test_text_is_cut_at_forty_thousand_characters(sim: SimSlack) -> None:
    assert len(post(sim, text="x" * 40_001)["message"]["text"]) == 40_000


def test_an_update_keeps_the_blocks_it_does_not_mention_and_can_take_them_away(sim: SimSlack) -> None:
    ts = post(sim, blocks=[SECTION], metadata={"event_type": "op", "event_payload": {"id": "1"}})["ts"]
    kept = sim.call("chat.update", {"channel": ROOM, "ts": ts, "text": "new"}).body["message"]
    assert (kept["text"], len(kept["blocks"]), kept["metadata"]["event_type"]) == ("new", 1, "op")
    gone = sim.call("chat.update", {"channel": ROOM, "ts": ts, "text": "new", "blocks": [], "metadata": {}}).body
    assert not gone["message"].keys() & {"blocks", "metadata"}
    assert sim.seen("U0BOB")[-1]["type"] == "changed"
    assert sim.seen("U0BOB")[-1]["message"]["edited"] is True


def test_only_the_bot_s_own_messages_can_be_changed_or_removed(sim: SimSlack) -> None:
    theirs = sim.say("U0BOB", ROOM, "mine").ts
    own = post(sim)["ts"]
    for method, error in (("chat.update", "cant_update_message"), ("chat.delete", "cant_delete_message")):
        assert sim.call(method, {"channel": ROOM, "ts": theirs, "text": "x"}).body["error"] == error
        assert sim.call(method, {"channel": ROOM, "ts": "1.2", "text": "x"}).body["error"] == "message_not_found"
    assert sim.call("chat.delete", {"channel": ROOM, "ts": own}).ok
    assert [message.ts for message in sim.messages(ROOM)] == [theirs]
    assert sim.seen("U0BOB")[-1] == {"type": "deleted", "channel": ROOM, "ts": own}


def test_an_ephemeral_message_is_told_to_its_reader_and_is_nowhere_else(sim: SimSlack) -> None:
    body = sim.call("chat.postEphemeral", {"channel": ROOM, "user": "U0BOB", "text": "psst"}).body
    assert sim.seen("U0BOB")[0]["message"]["ephemeral"] is True
    assert sim.seen("U0ALICE") == []
    assert sim.messages(ROOM) == []
    update = {"channel": ROOM, "ts": body["message_ts"], "text": "x"}
    assert sim.call("chat.update", update).body["error"] == "message_not_found"
    outside = {"channel": "C0ONCALL", "user": "U0CARA", "text": "x"}
    assert sim.call("chat.postEphemeral", outside).body["error"] == "user_not_in_channel"


def test_a_reply_counts_under_its_parent_and_a_reply_to_a_reply_goes_there_too(sim: SimSlack) -> None:
    parent = post(sim)["ts"]
    reply = post(sim, thread_ts=parent)["ts"]
    nested = post(sim, thread_ts=reply, reply_broadcast=True)["message"]
    assert (nested["thread_ts"], nested["subtype"]) == (parent, "thread_broadcast")
    changed = [event for event in sim.seen("U0BOB") if event["type"] == "changed"]
    assert changed[-1]["message"]["reply_count"] == 2
    top = sim.call("conversations.history", {"channel": ROOM}).body["messages"]
    assert [message["ts"] for message in top] == [nested["ts"], parent]
    assert top[1]["reply_count"] == 2
    thread = sim.call("conversations.replies", {"channel": ROOM, "ts": parent}).body["messages"]
    assert [message["ts"] for message in thread] == [parent, reply, nested["ts"]]
    missing = sim.call("conversations.replies", {"channel": ROOM, "ts": "1.2"}).body
    assert missing["error"] == "thread_not_found"


def test_history_shows_metadata_only_when_asked_and_keeps_to_its_range(sim: SimSlack) -> None:
    metadata = {"event_type": "podkeeper", "event_payload": {"key": "req-1"}}
    first = post(sim, metadata=metadata)["ts"]
    second = post(sim)["ts"]

    def history(**arguments: Any) -> list[Json]:
        found: list[Json] = sim.call("conversations.history", {"channel": ROOM, **arguments}).body["messages"]
        return found

    assert "metadata" not in history()[1]
    assert history(include_all_metadata="true")[1]["metadata"] == metadata
    assert [message["ts"] for message in history(oldest=first)] == [second]
    assert [message["ts"] for message in history(oldest=first, inclusive=True)] == [second, first]
    assert [message["ts"] for message in history(latest=second)] == [first]
    assert sim.call("conversations.history", {"channel": ROOM, "limit": 1}).body["has_more"] is True
    assert sim.call("conversations.history", {"channel": "C0RANDOM"}).body["error"] == "not_in_channel"
