"""The requester's dialog and clicks at a gate."""

from __future__ import annotations

import pytest

from bot.views import gates
from pods.gates import Gate, GateKind, GateRefusal, GateState
from pods.messages import Content
from pods.model import Pod, Verb
from tests.unit.views.reading import buttons, first_line, labels
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    TZ,
    bare,
    decided,
    gate,
    networked,
    owned,
    pod,
    stopped,
    unsaid,
    waiting,
)


def asked(verb: Verb, *pods: Pod, then: tuple[Gate, ...] = (), known: bool = True) -> Content:
    made, held = waiting(verb, *pods, gates=(gate(GateKind.CONFIRM, *pods), *then))
    facts = {"net333": owned("net333", OWNER), "abc123": owned("abc123", ASKER)}
    shown = pods if known else ()
    return gates.confirm(made, held, shown, made.gates[0], facts=facts, now=NOW, tz=TZ)


def test_terminate_says_what_is_gone_for_good_and_what_is_kept() -> None:
    content = asked(Verb.TERMINATE, pod())
    assert first_line(content) == "Terminate `nlp-train` (`abc123`), running at $2.69/h?"
    assert "Gone for good: container disk (20 GB) and volume disk (50 GB at `/workspace`)." in content.text
    assert "Kept: nothing, it has no network volume." in content.text


def test_a_network_volume_is_kept_and_goes_on_costing() -> None:
    assert (
        "Kept: network volume `vol7k2` (at `/workspace`), which goes on costing."
        in asked(Verb.TERMINATE, networked()).text
    )


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.TERMINATE, Verb.RESTART])
def test_unknown_mounts_are_told_as_lost(verb: Verb) -> None:
    text = asked(verb, unsaid()).text
    assert "RunPod did not say what disks it has" in text
    assert "Kept:" not in text


def test_a_pod_not_in_the_snapshot_is_told_as_lost() -> None:
    text = asked(Verb.TERMINATE, pod(), known=False).text
    assert "count everything on it as gone for good" in text


def test_stop_of_a_pod_with_nothing_mounted_warns() -> None:
    assert "Gone for good: everything on its container disk (20 GB). Kept: nothing" in asked(Verb.STOP, bare()).text


def test_a_stopped_pod_has_lost_its_container_disk_already() -> None:
    text = asked(Verb.TERMINATE, stopped()).text
    assert "Gone for good: volume disk (50 GB at `/workspace`). Its container disk was wiped when it stopped." in text


def test_every_pod_of_a_list_is_named_with_what_it_loses() -> None:
    content = asked(Verb.STOP, pod(), bare(), networked())
    assert first_line(content) == "Stop 3 pods, together $8.07/h?"
    for name in ("`nlp-train` (`abc123`)", "`scratch` (`bare22`)", "`llama-ft` (`net333`)"):
        assert name in content.text
    assert labels(content) == ["Stop all 3", "Cancel"]


def test_whose_pod_it_is_stands_in_the_question() -> None:
    assert f"It is <@{OWNER}>'s." in asked(Verb.STOP, networked()).text
    assert "Nobody has claimed it." in asked(Verb.STOP, bare()).text
    assert "'s." not in asked(Verb.TERMINATE, pod()).text


def test_what_destroys_is_red_and_cancel_is_there() -> None:
    yes, no = buttons(asked(Verb.TERMINATE, pod()))
    assert (yes["text"]["text"], yes["style"], yes["action_id"], yes["value"]) == (
        "Terminate",
        "danger",
        "gate.yes",
        "rq00000001:confirm",
    )
    assert (no["text"]["text"], no["action_id"]) == ("Cancel", "gate.no")


def test_it_says_until_when_and_who_is_asked_after_that() -> None:
    text = asked(Verb.TERMINATE, networked(), then=(gate(GateKind.CONSENT, networked()),)).text
    assert "|03:09>; without an answer nothing is done." in text
    assert f"After that <@{OWNER}> is asked" in text


@pytest.mark.parametrize(
    ("state", "begins"),
    [
        (GateState.OPEN, "Terminate `nlp-train`"),
        (GateState.PASSED, "Confirmed: terminate"),
        (GateState.DECLINED, "Cancelled: terminate"),
        (GateState.EXPIRED, "Not confirmed within 5 min: terminate"),
    ],
)
def test_the_dialog_says_what_became_of_it_and_keeps_buttons_only_while_open(state: GateState, begins: str) -> None:
    now = decided(state, GateKind.CONFIRM)
    made, held = waiting(Verb.TERMINATE, pod(), gates=(now,))
    content = gates.dialog(made, held, [pod()], now, facts={}, now=NOW, tz=TZ)
    assert content.text.startswith(begins)
    assert bool(buttons(content)) == (state is GateState.OPEN)


def test_a_click_by_somebody_else_says_whose_it_is() -> None:
    content = gates.refused(GateRefusal.NOT_YOURS, gate(GateKind.CONSENT, pod()), now=NOW, tz=TZ)
    assert content.text.startswith(f"Only <@{OWNER}> can answer this")


def test_a_click_after_the_answer_says_who_gave_it() -> None:
    passed = decided(GateState.PASSED, GateKind.CONSENT, by=OWNER)
    assert f"<@{OWNER}> said yes" in gates.refused(GateRefusal.CLOSED, passed, now=NOW, tz=TZ).text
