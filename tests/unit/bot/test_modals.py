"""What a person filled in, as its taker gets it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.face import Ask
from bot.modals import carried, submission
from pods.requests import Origin

ASK = Ask(
    team="T0TEAM",
    user="U0BOB",
    channel="C1",
    text="idle.keep spell1",
    origin=Origin.BUTTON,
    trigger="t1",
    thread_ts="1.0",
    reading_ts="1.0",
)


def body(**values: dict[str, Any]) -> dict[str, Any]:
    state = {block: {"field": given} for block, given in values.items()}
    return {
        "type": "view_submission",
        "team": {"id": "T0TEAM"},
        "user": {"id": "U0ALICE", "team_id": "T0TEAM"},
        "trigger_id": "t2",
        "view": {
            "id": "V1",
            "callback_id": "idle.keep",
            "private_metadata": carried(ASK, "spell1"),
            "state": {"values": state},
        },
    }


def test_a_submission_answers_where_its_modal_was_opened_by_whoever_sent_it() -> None:
    given = submission(body())
    assert (given.callback, given.subject) == ("idle.keep", "spell1")
    assert (given.ask.user, given.ask.channel, given.ask.thread_ts, given.ask.reading_ts) == (
        "U0ALICE",
        "C1",
        "1.0",
        "1.0",
    )
    assert given.ask.trigger == "V1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "plain_text_input", "value": "loading data"}, "loading data"),
        ({"type": "plain_text_input", "value": None}, ""),
        ({"type": "datepicker", "selected_date": "2026-11-27"}, "2026-11-27"),
        ({"type": "timepicker", "selected_time": "18:00"}, "18:00"),
        ({"type": "datetimepicker", "selected_date_time": 1795780800}, "1795780800"),
        ({"type": "static_select", "selected_option": {"value": "4h"}}, "4h"),
        ({"type": "static_select", "selected_option": None}, ""),
        ({"type": "users_select", "selected_user": "U0BOB"}, "U0BOB"),
    ],
)
def test_each_kind_of_field_gives_what_was_filled_in(field: dict[str, Any], value: str) -> None:
    assert submission(body(answer=field)).values == {"answer": value}


def test_a_modal_that_carries_nothing_is_still_read() -> None:
    bare = body()
    del bare["view"]["private_metadata"]
    assert submission(bare).subject == ""
