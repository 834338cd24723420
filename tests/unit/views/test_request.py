"""The one message of a request."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from pods.gates import GateKind, GateState
from pods.model import POD_VERBS, PodStatus, Verb
from pods.operations import LOOK_ON, Code, OperationState
from pods.requests import RequestState
from sim.slack.blocks import validate_message
from tests.unit.views.reading import block_ids, button, buttons, first_line, labels
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    ago,
    bare,
    decided,
    ended,
    gate,
    networked,
    operation,
    pod,
    request,
    stopped,
    told,
    unsaid,
    waiting,
)


def test_stopped_tells_what_it_saves_what_it_still_costs_who_asked_and_how_long_it_took() -> None:
    content = told(ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1))
    assert content.text == (
        "`nlp-train` (`abc123`) is stopped. Saves $2.69/h.\n"
        "Its 50 GB volume disk keeps costing $10.00 a month until you terminate it.\n"
        f"Asked by <@{ASKER}>, took 11 s."
    )
    assert labels(content) == ["Start", "Terminate…"]


def test_the_saving_is_of_the_pod_as_it_was_before() -> None:
    """RunPod says 0 an hour once it has stopped."""
    assert "Saves $2.69/h" in told(ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)).text


def test_an_unknown_cost_is_never_told_as_nothing() -> None:
    dim = unsaid(status=PodStatus.EXITED)
    text = told(ended(Verb.STOP, Code.DONE, before=unsaid(), seen=dim, calls=1)).text
    assert "not known" in text
    assert "$0.00" not in text
    assert "costs nothing" not in text


def test_buttons_are_the_actions_runpod_named_last_and_carry_pod_and_version() -> None:
    content = told(ended(Verb.START, Code.DONE, before=stopped(), seen=pod(), calls=1, version=9))
    assert [each["action_id"] for each in buttons(content)] == ["pod.stop", "pod.restart", "pod.terminate"]
    assert {each["value"] for each in buttons(content)} == {"abc123:op00000001.9"}


def test_nothing_is_offered_while_it_runs_or_once_the_pod_is_gone() -> None:
    assert buttons(told(operation(state=OperationState.CONFIRMING, before=pod(), seen=pod(), calls=1))) == []
    assert buttons(told(ended(Verb.TERMINATE, Code.DONE, before=pod(), seen=pod(), calls=1))) == []
    assert buttons(told(ended(Verb.STOP, Code.GONE, before=pod(), seen=pod()))) == []


def test_a_locked_pod_offers_to_be_unlocked_and_nothing_the_lock_forbids() -> None:
    content = told(ended(Verb.STOP, Code.LOCKED, before=pod(locked=True), seen=pod(locked=True)))
    assert labels(content) == ["Unlock"]
    assert "`/pod unlock abc123`" in content.text


def test_not_confirmed_offers_another_look_the_verb_and_the_console() -> None:
    content = told(ended(Verb.STOP, Code.NOT_CONFIRMED, before=pod(), seen=pod(), calls=1))
    assert labels(content) == ["Look again", "Stop again", "Open in RunPod"]
    assert button(content, "Look again")["value"] == "op00000001:3"
    assert button(content, "Open in RunPod")["url"] == "https://console.runpod.io/pods"


def test_not_confirmed_says_until_when_it_is_looked_after_and_later_that_it_no_longer_is() -> None:
    unsure = ended(Verb.STOP, Code.NOT_CONFIRMED, before=pod(), seen=pod(), calls=1)
    assert "I keep looking for 15 min" in told(unsure).text
    later = told(unsure, now=NOW + LOOK_ON + timedelta(seconds=1)).text
    assert "I keep looking" not in later
    assert "saw no change" in later


def test_a_correction_takes_back_what_was_said_first() -> None:
    late = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1, corrected=True)
    assert first_line(told(late)) == "`nlp-train` (`abc123`) is stopped after all. Saves $2.69/h."
    assert "I first said this stop was not confirmed" in told(late).text


def test_an_edited_message_has_new_block_ids() -> None:
    running = operation(before=pod(), seen=pod(), state=OperationState.RUNNING, version=2)
    calling = running.model_copy(update={"state": OperationState.CALLING, "version": 3})
    assert block_ids(told(running)).isdisjoint(block_ids(told(calling)))


def test_busy_names_who_has_the_pod() -> None:
    other = operation(Verb.TERMINATE, id="op00000009", by=OWNER)
    content = told(ended(Verb.STOP, Code.BUSY, other=other.id), others={other.id: other})
    assert f"<@{OWNER}> was terminating it already" in first_line(content)
    assert labels(content) == ["Status"]


def test_an_owner_who_must_agree_is_asked_in_public_with_what_would_be_lost() -> None:
    made, held = waiting(Verb.TERMINATE, pod(), gates=(gate(GateKind.CONSENT, pod()),))
    content = told(*held, of=made, pods=[pod()])
    assert first_line(content) == f"<@{OWNER}>: may <@{ASKER}> terminate `nlp-train` (`abc123`)?"
    assert "volume disk (50 GB at `/workspace`)" in content.text
    assert [(each["action_id"], each["value"]) for each in buttons(content)] == [
        ("gate.yes", "rq00000001:consent"),
        ("gate.no", "rq00000001:consent"),
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [(GateState.DECLINED, f"<@{OWNER}> declined"), (GateState.EXPIRED, f"<@{OWNER}> did not answer within 30 min")],
)
def test_what_an_owner_did_not_allow_is_told_with_the_reason(state: GateState, words: str) -> None:
    code = Code.DECLINED if state is GateState.DECLINED else Code.EXPIRED
    answered = decided(state, GateKind.CONSENT, by=OWNER, expires_at=ago(seconds=11) + timedelta(minutes=30))
    of = request(state=RequestState.DECLINED, gates=(answered,))
    content = told(ended(Verb.STOP, code), of=of)
    assert first_line(content) == f"`nlp-train` (`abc123`) was not stopped: {words}. Nothing was done."


def test_several_pods_are_summed_up_and_trouble_comes_first() -> None:
    good = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)
    lost = ended(Verb.STOP, Code.NOT_CONFIRMED, id="op2", before=bare(), seen=bare(), calls=1)
    no = ended(Verb.STOP, Code.LOCKED, id="op3", before=networked(), seen=networked(locked=True))
    lines = told(good, no, lost).text.split("\n")
    assert lines[0] == (
        "Stop of 3 pods: 1 not confirmed, 1 not stopped and 1 stopped. Saves $2.69/h. $2.69/h may still be billed."
    )
    assert ["`scratch`" in lines[1], "`llama-ft`" in lines[2], "`nlp-train`" in lines[3]] == [True] * 3


def test_several_unconfirmed_pods_each_get_their_look() -> None:
    lost = [
        ended(Verb.STOP, Code.NOT_CONFIRMED, id=f"op{n}", before=pod(id=f"pod{n}"), seen=pod(id=f"pod{n}"), calls=1)
        for n in range(7)
    ]
    looks = buttons(told(*lost))
    assert [each["value"] for each in looks[:-1]] == [f"op{n}:3" for n in range(5)]
    assert len({each["action_id"] for each in looks}) == len(looks)


def test_the_order_of_pods_stays_while_any_is_under_way() -> None:
    good = ended(Verb.STOP, Code.DONE, before=pod(), seen=stopped(), calls=1)
    no = ended(Verb.STOP, Code.LOCKED, id="op3", before=networked(), seen=networked(locked=True))
    lines = told(good, no, operation(id="op4", pod_id="more55")).text.split("\n")
    assert ["`nlp-train`" in lines[1], "`llama-ft`" in lines[2], "`more55`" in lines[3]] == [True] * 3


PODS = (None, pod(), stopped(), bare(), networked(), unsaid(), pod(status=PodStatus.UNKNOWN, actions=()))


@pytest.mark.parametrize("verb", POD_VERBS)
def test_no_record_is_without_words(verb: Verb) -> None:
    """Any code or state with anything read or not: told, and taken by Slack."""
    states = [each for each in OperationState if each not in {OperationState.DONE, OperationState.FAILED}]
    for before, seen in product(PODS, PODS):
        records = [ended(verb, code, before=before, seen=seen, pod_id="abc123") for code in Code]
        records += [
            operation(verb, state=state, before=before, seen=seen, pod_id="abc123", trouble="It hangs.")
            for state in states
            if state not in {OperationState.UNKNOWN, OperationState.CANCELLED}
        ]
        for record in records:
            content = told(record)
            assert validate_message(list(content.blocks)) == []
            assert "`abc123`" in first_line(content)
            assert "None" not in content.text
