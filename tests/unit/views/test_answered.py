"""Help, which pod, why not, who, and how things fare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.views import acks, answers
from bot.views.answers import GraphqlState, HealthReport
from pods.access import Person, Refusal, Why
from pods.model import Pod, Verb
from pods.operations import OperationState
from pods.policy import Role
from tests.unit.views.reading import button, buttons, first_line
from tests.unit.views.samples import ADMIN, ASKER, CHANNEL, NOW, OWNER, TZ, ago, operation, pod, stopped, told
from tests.unit.views.told_answers import STOP


def test_help_of_one_command_shows_usage_examples_aliases_and_role() -> None:
    text = answers.help_one(STOP).text
    for part in ("`/pod stop POD...`", "`/pod stop nlp-train`", "`halt` and `down`", "operators and admins"):
        assert part in text


def test_help_of_all_shows_each_usage_and_the_other_way_to_ask() -> None:
    text = answers.help_all([STOP]).text
    assert "`/pod stop POD...`: Stop a pod" in text
    assert "mention me" in text


def test_a_sentence_that_has_the_usage_does_not_get_it_twice() -> None:
    said = answers.misunderstood("It is typed so: `/pod stop POD...`", [], "/pod stop POD...").text
    assert said.count("/pod stop POD...") == 1
    assert answers.misunderstood("I do not know `x`.", ["stop"], "/pod stop POD...").text == (
        "I do not know `x`. Did you mean `/pod stop`? It is typed so: `/pod stop POD...`. Nothing was done."
    )


def test_each_candidate_has_its_button_and_what_tells_it_apart() -> None:
    twins = [pod(name="train"), stopped(id="def456", name="train")]
    content = answers.which_one("train", twins, Verb.STOP, 7)
    assert [(each["action_id"], each["value"]) for each in buttons(content)] == [
        ("pod.stop", "abc123:7"),
        ("pod.stop#1", "def456:7"),
    ]
    assert "running" in content.text
    assert "stopped" in content.text
    assert "`/pod stop abc123`" in content.text


def test_five_candidates_get_buttons_and_the_rest_are_counted() -> None:
    content = answers.which_one("pod", [pod(id=f"pod{n:03}") for n in range(8)], None, 7)
    assert len(buttons(content)) == 5
    assert button(content, "Status pod000")["action_id"] == "pod.status"
    assert "3 more not shown" in content.text


def test_an_unknown_pod_is_not_blamed_on_the_reader_while_nothing_was_listed() -> None:
    assert "I have not been able to list the pods yet" in answers.no_such_pod("x", [], None, NOW).text
    assert "`nlp-train` (`abc123`)" in answers.no_such_pod("nlp", [pod()], ago(seconds=9), NOW).text


def test_a_picker_shows_the_line_to_learn() -> None:
    content = answers.picker("stop", "/pod stop POD...")
    menu = content.blocks[0]["accessory"]
    assert (menu["type"], menu["action_id"], menu["min_query_length"]) == ("external_select", "pick.stop", 0)
    assert "`/pod stop POD...`" in content.text


def refusal(why: Why, has: Role = Role.VIEWER, who: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> str:
    refused = Refusal(why=why, needed=Role.OPERATOR, has=has, who=who, channels=channels)
    return answers.refused(refused, "stop", CHANNEL).text


def test_a_refusal_names_the_role_and_who_has_it() -> None:
    text = refusal(Why.ROLE, who=(ADMIN, OWNER))
    assert "needs an operator, and you are a viewer" in text
    assert f"<@{ADMIN}> or <@{OWNER}>" in text


def test_a_refusal_by_channel_names_where_it_is_allowed() -> None:
    text = refusal(Why.CHANNEL, who=(ADMIN,), channels=("C0GPU",))
    assert f"<#{CHANNEL}> allows viewers only" in text
    assert "<#C0GPU>" in text


@pytest.mark.parametrize("why", Why)
def test_a_refusal_with_nobody_to_turn_to_still_says_what_next(why: Why) -> None:
    assert len(refusal(why).split("\n")[1]) > 10


def test_whoami_tells_the_lower_of_role_and_channel() -> None:
    who = Person(team="T0TEAM", user=ASKER, role=Role.OPERATOR)
    text = answers.whoami(who, ceiling=Role.VIEWER, channel=CHANNEL, zone="Europe/Berlin", pods=[pod()]).text
    assert "you are an operator. You may look at pods, not change them." in text
    assert "`nlp-train` (`abc123`). Together they cost $2.69/h." in text


def test_busy_names_the_holder_the_verb_and_since_when() -> None:
    holder = operation(Verb.STOP, by=OWNER, accepted_at=ago(seconds=40), state=OperationState.CONFIRMING)
    assert acks.busy(Verb.RESTART, [holder], NOW).text == (
        f"<@{OWNER}> is already stopping `nlp-train` (`abc123`), for 40 s. Your restart was not done."
    )


def test_a_fault_of_ours_promises_only_what_is_certain() -> None:
    assert "was recorded" in acks.own_fault("7K2QXM", recorded=True).text
    for unsure in (acks.own_fault("7K2QXM", recorded=False).text, acks.store_down().text):
        assert "If a message about this appears" in unsure


WELL = HealthReport(
    redis_ok=True,
    queues={"act": 0},
    pods=1,
    fleet_listed_at=ago(seconds=11),
    graphql=GraphqlState.ON,
    clock_at=ago(seconds=3),
    workers={"act": ago(seconds=3)},
    policy_hash="9f86d0",
)


def fares(report: HealthReport) -> str:
    return answers.health(report, now=NOW, tz=TZ).text


def test_health_is_well_only_when_nothing_is_wrong() -> None:
    assert first_line(answers.health(WELL, now=NOW, tz=TZ)) == "All is well."


@pytest.mark.parametrize(
    ("ill", "words"),
    [
        (replace(WELL, redis_ok=False), "My store (Redis) does not answer"),
        (replace(WELL, runpod_failing_since=ago(minutes=9)), "RunPod has not answered since"),
        (replace(WELL, fleet_listed_at=ago(minutes=9)), "The list of pods is old"),
        (replace(WELL, fleet_listed_at=None), "The pods were never listed"),
        (replace(WELL, clock_at=None), "No clock runs"),
        (replace(WELL, clock_at=ago(minutes=9)), "The clock is silent since"),
        (replace(WELL, workers={"act": None}), "No `act` process was seen"),
        (replace(WELL, workers={"act": ago(minutes=9)}), "`act` is silent since"),
        (replace(WELL, queues={"act": 500}), "500 jobs wait in queue `act`"),
        (replace(WELL, quotas={"minute": 1}), "1 call to RunPod left"),
        (replace(WELL, policy_refused="zone is wrong."), "The policy file is refused"),
        (replace(WELL, roles_stale_since=ago(hours=2)), "Role groups were last read at"),
        (replace(WELL, graphql=GraphqlState.RETIRED), "switched its GraphQL API off"),
    ],
)
def test_each_thing_that_is_wrong_is_said(ill: HealthReport, words: str) -> None:
    assert fares(ill).startswith("1 thing needs attention.")
    assert words in fares(ill)


def test_a_pod_of_unknown_cost_has_an_option_without_one() -> None:
    unknown: Pod = pod(cost_known=False)
    assert answers.option(unknown)["text"]["text"] == "nlp-train (abc123), running"


def test_the_request_message_is_found_by_name_for_unread_pods() -> None:
    assert "`nlp-train` (`abc123`)" in first_line(told(operation()))
