"""Buttons, menus, modals and the Home tab, and the short life of a trigger_id."""

from __future__ import annotations

import pytest

from sim.slack import Place, SimSlack
from sim.slack.wire import SlackError
from tests.unit.sim_slack.block_kit import plain
from tests.unit.sim_slack.conftest import HandClock, RecordingApp
from tests.unit.sim_slack.drawn import OPTION, ROOM, ROW, field, modal, opened, posted, stack, trigger, typed, whispered


def test_a_click_carries_the_value_the_button_was_drawn_with(sim: SimSlack, app: RecordingApp) -> None:
    place = posted(sim)
    assert sim.act("U0BOB", place, type="button", value="forged").ok
    payload = app.last
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("stop", "row", "abc123")
    assert payload["container"] == {
        "type": "message",
        "message_ts": place.message_ts,
        "channel_id": ROOM,
        "is_ephemeral": False,
    }
    assert payload["message"]["ts"] == place.message_ts
    assert payload["user"]["id"] == "U0BOB"


def test_an_ephemeral_message_can_be_clicked_by_its_reader_and_does_not_travel_along(
    sim: SimSlack, app: RecordingApp
) -> None:
    place = whispered(sim)
    assert sim.act("U0BOB", place).ok
    assert app.last["container"]["is_ephemeral"] is True
    assert "message" not in app.last
    with pytest.raises(SlackError, match="message_not_found"):
        sim.act("U0ALICE", place)


def test_a_choice_is_kept_in_the_message_s_state_for_its_chooser(sim: SimSlack, app: RecordingApp) -> None:
    place = posted(sim, "menu")
    assert sim.act("U0BOB", place, type="static_select", selected_option=OPTION).ok
    assert app.last["state"]["values"]["row"]["menu"]["selected_option"] == OPTION
    with pytest.raises(SlackError, match="option_not_found"):
        sim.act("U0BOB", place, selected_option={"text": plain("B"), "value": "b"})


def test_what_is_not_there_cannot_be_clicked(sim: SimSlack) -> None:
    with pytest.raises(SlackError, match="action_not_found"):
        sim.act("U0BOB", posted(sim, "nothing"))
    with pytest.raises(SlackError, match="wrong_element_type"):
        sim.act("U0BOB", posted(sim), type="static_select")


def test_a_click_nobody_acks_is_shown_to_the_person_and_not_repeated(
    sim: SimSlack, app: RecordingApp, clock: HandClock
) -> None:
    place = posted(sim)
    app.will(acked=False)
    assert sim.act("U0BOB", place).error == "dispatch_failed"
    assert sim.seen("U0BOB")[-1]["type"] == "failed"
    clock.advance(1000)
    sim.run_due()
    assert len(app.got) == 1


def test_an_external_menu_asks_the_app_from_its_minimum_length_on(sim: SimSlack, app: RecordingApp) -> None:
    app.will(payload={"options": [OPTION]})
    assert sim.options("U0BOB", posted(sim, "pods"), "") == {"options": []}
    assert sim.options("U0BOB", posted(sim, "lazy"), "ab") == {"options": []}
    assert app.got == []
    assert sim.options("U0BOB", posted(sim, "pods"), "a") == {"options": [OPTION]}
    assert (app.last["type"], app.last["value"], app.last["action_id"]) == ("block_suggestion", "a", "pods")


def test_options_beyond_slack_s_limits_are_shown_as_invalid(sim: SimSlack, app: RecordingApp) -> None:
    app.will(payload={"options": [{"text": plain("x" * 76), "value": "v"}]})
    assert sim.options("U0BOB", posted(sim, "pods"), "a") == {"options": []}
    assert [event["type"] for event in sim.seen("U0BOB")][-2:] == ["invalid", "failed"]


def test_a_trigger_opens_one_modal_within_three_seconds(sim: SimSlack, app: RecordingApp, clock: HandClock) -> None:
    first = trigger(sim, app)
    clock.advance(3)
    assert sim.call("views.open", {"trigger_id": first, "view": modal()}).ok
    again = sim.call("views.open", {"trigger_id": first, "view": modal()}).body
    assert again["error"] == "exchanged_trigger_id"
    late = trigger(sim, app)
    clock.advance(3.1)
    assert sim.call("views.open", {"trigger_id": late, "view": modal()}).body["error"] == "expired_trigger_id"
    assert sim.call("views.open", {"trigger_id": "1.2.x", "view": modal()}).body["error"] == "invalid_trigger_id"


def test_a_bad_view_is_refused_by_pointer_and_shown_to_its_person(sim: SimSlack, app: RecordingApp) -> None:
    bad = modal({"type": "table", "rows": []})
    body = sim.call("views.open", {"trigger_id": trigger(sim, app), "view": bad}).body
    assert body["error"] == "invalid_arguments"
    assert "[json-pointer:/view/blocks/0/type]" in body["response_metadata"]["messages"][0]
    assert sim.seen("U0BOB")[-1]["type"] == "invalid"


def test_a_form_is_sent_with_all_its_values_and_closes_on_a_bare_ack(sim: SimSlack, app: RecordingApp) -> None:
    menu = {"type": "static_select", "options": [OPTION], "initial_option": OPTION}
    view_id = opened(sim, app, modal(field("why"), field("what", menu), callback_id="form", private_metadata="m"))
    assert sim.submit("U0BOB", view_id, typed(why="idle")).ok
    view = app.last["view"]
    assert app.last["type"] == "view_submission"
    assert (view["callback_id"], view["private_metadata"]) == ("form", "m")
    assert view["state"]["values"] == {
        "why": {"v": {"type": "plain_text_input", "value": "idle"}},
        "what": {"v": {"type": "static_select", "selected_option": OPTION}},
    }
    assert stack(sim) == []
    assert sim.seen("U0BOB")[-1] == {"type": "view_closed", "view_id": view_id}


def test_the_client_keeps_back_a_form_that_breaks_its_own_rules(sim: SimSlack, app: RecordingApp) -> None:
    number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "8"}
    view_id = opened(sim, app, modal(field("why"), field("note", optional=True), field("gpus", number)))
    sent = len(app.got)
    empty = sim.submit("U0BOB", view_id, {})
    assert (empty.ok, set(empty.errors)) == (False, {"why", "gpus"})
    for gpus, complaint in (("0", "at least 1"), ("9", "at most 8"), ("1.5", "whole number")):
        values = typed(why="x") | {"gpus": {"v": {"type": "number_input", "value": gpus}}}
        assert complaint in sim.submit("U0BOB", view_id, values).errors["gpus"]
    assert len(app.got) == sent


def test_errors_from_the_app_leave_the_form_open(sim: SimSlack, app: RecordingApp) -> None:
    view_id = opened(sim, app, modal(field("why")))
    app.will(payload={"response_action": "errors", "errors": {"why": "Too short"}})
    outcome = sim.submit("U0BOB", view_id, typed(why="x"))
    assert outcome.as_json() == {"ok": False, "errors": {"why": "Too short"}}
    app.will(payload={"response_action": "errors", "errors": {"nowhere": "x"}})
    assert sim.submit("U0BOB", view_id, typed(why="x")).error == "invalid_response_errors"
    app.will(acked=False)
    assert sim.submit("U0BOB", view_id, typed(why="x")).error == "dispatch_failed"
    assert stack(sim) == [view_id]


def test_a_submission_may_update_push_and_clear(sim: SimSlack, app: RecordingApp) -> None:
    first = opened(sim, app, modal(field("why")))
    app.will(payload={"response_action": "update", "view": modal(title=plain("Two"))})
    assert sim.submit("U0BOB", first, typed(why="x")).ok
    assert sim.state.views.stack("U0BOB")[0]["title"]["text"] == "Two"
    for _ in range(2):
        app.will(payload={"response_action": "push", "view": modal()})
        assert sim.submit("U0BOB", stack(sim)[-1], {}).ok
    assert len(stack(sim)) == 3
    app.will(payload={"response_action": "push", "view": modal()})
    assert sim.submit("U0BOB", stack(sim)[-1], {}).error == "push_limit_reached"
    app.will(payload={"response_action": "clear"})
    assert sim.submit("U0BOB", stack(sim)[-1], {}).ok
    assert stack(sim) == []


def test_an_updated_modal_keeps_what_was_chosen_and_guards_its_hash(sim: SimSlack, app: RecordingApp) -> None:
    chooser = {**ROW, "elements": ROW["elements"][1:2]}
    view_id = opened(sim, app, modal(chooser, external_id="form-1"))
    old = sim.state.views.stack("U0BOB")[0]["hash"]
    place = Place(view_id=view_id, block_id="row", action_id="menu")
    assert sim.act("U0BOB", place, selected_option=OPTION).ok
    assert app.last["container"] == {"type": "view", "view_id": view_id}
    assert "response_url" not in app.last
    updated = sim.call("views.update", {"external_id": "form-1", "view": modal(chooser), "hash": old}).body["view"]
    assert updated["state"]["values"]["row"]["menu"]["selected_option"] == OPTION
    stale = sim.call("views.update", {"view_id": view_id, "view": modal(), "hash": old}).body
    assert stale["error"] == "hash_conflict"


def test_an_action_in_a_form_carries_what_the_other_inputs_hold(sim: SimSlack, app: RecordingApp) -> None:
    menu = {"type": "static_select", "options": [OPTION], "initial_option": OPTION}
    view_id = opened(sim, app, modal(field("why"), field("what", menu), ROW))
    place = Place(view_id=view_id, block_id="row", action_id="stop")
    assert sim.act("U0BOB", place, state={"values": typed(why="half a wo")}).ok
    values = app.last["view"]["state"]["values"]
    assert values["why"]["v"]["value"] == "half a wo"
    assert values["what"]["v"]["selected_option"] == OPTION
    updated = sim.call("views.update", {"view_id": view_id, "view": modal(field("why"))}).body["view"]
    assert updated["state"]["values"] == typed(why="half a wo")


def test_closing_tells_only_the_apps_views_that_asked_and_ends_updates(sim: SimSlack, app: RecordingApp) -> None:
    quiet = opened(sim, app, modal())
    sent = len(app.got)
    sim.close_view("U0BOB", quiet)
    assert len(app.got) == sent
    asked = opened(sim, app, modal(notify_on_close=True))
    sim.close_view("U0BOB", asked)
    assert (app.last["type"], app.last["view"]["id"]) == ("view_closed", asked)
    assert sim.call("views.update", {"view_id": asked, "view": modal()}).body["error"] == "not_found"


def test_home_is_published_per_person_and_opening_it_is_an_event(sim: SimSlack, app: RecordingApp) -> None:
    sim.open_home("U0BOB")
    assert (app.last["event"]["type"], app.last["event"]["user"]) == ("app_home_opened", "U0BOB")
    home = {"type": "home", "blocks": [ROW]}
    view = sim.call("views.publish", {"user_id": "U0BOB", "view": home}).body["view"]
    assert sim.seen("U0BOB")[-1]["type"] == "home"
    assert sim.seen("U0ALICE") == []
    assert sim.act("U0BOB", Place(view_id=view["id"], block_id="row", action_id="stop")).ok
    sim.open_home("U0BOB")
    assert app.last["event"]["view"]["id"] == view["id"]
