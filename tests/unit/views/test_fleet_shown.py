"""The list and the card."""

from __future__ import annotations

from typing import Any

import pytest

from bot.views import pods as pod_views
from pods.fleet import Fleet
from pods.messages import Content
from pods.model import POD_VERBS, GpuSample, Pod, PodStatus, Runtime, Verb
from pods.operations import Operation
from tests.unit.views.reading import buttons, first_line, labels, shown
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    TZ,
    ago,
    bare,
    fleet,
    networked,
    operation,
    owned,
    pod,
    stopped,
    unsaid,
)

FACTS = {"abc123": owned("abc123", ASKER), "net333": owned("net333", OWNER), "big777": owned("big777", None)}


def listing(whole: Fleet, *filters: str, pods: int | None = None) -> Content:
    entries = whole.entries[:pods]
    return pod_views.listing(entries, facts=FACTS, fleet=whole, filters=filters, viewer=ASKER, now=NOW, tz=TZ)


def card(one: Pod, **changes: Any) -> Content:
    made = {"facts": owned(one.id, OWNER), "holder": None, "fleet": fleet(one), "may": frozenset(POD_VERBS), **changes}
    return pod_views.card(one, now=NOW, tz=TZ, **made)


def test_rows_begin_with_the_state_and_tell_pod_price_gpu_uptime_and_owner() -> None:
    rows = shown(listing(fleet(pod(), stopped(id="old888", name="old")))).split("\n")
    assert rows[1] == "*running* `nlp-train` (`abc123`): $2.69/h"
    assert "`H100 80GB HBM3` x1, up since <!date^" in rows[2]
    assert rows[2].endswith(", yours")
    assert rows[3] == "*stopped* `old` (`old888`): disk $10.00 a month"


def test_owners_are_told_from_the_viewers_side() -> None:
    text = listing(fleet(pod(), networked(), bare(), pod(id="big777"))).text
    assert [text.count(each) for each in (", yours", f", <@{OWNER}>", ", nobody's", ", the team's")] == [1, 1, 1, 1]


def test_the_total_leaves_out_what_is_not_known_and_says_so() -> None:
    head = first_line(listing(fleet(pod(), bare(cost_known=False))))
    assert "Together $2.69/h (estimate" in head
    assert "leaves out 1 pod whose cost is not known" in head


def test_pods_in_a_state_nobody_knows_count_as_perhaps_billed() -> None:
    odd = unsaid(status=PodStatus.UNKNOWN)
    assert "leaves out 1 pod" in first_line(listing(fleet(odd)))
    assert "cost not known" in listing(fleet(odd)).text


def test_the_dearest_running_pod_comes_first() -> None:
    rows = listing(fleet(stopped(id="old888"), pod(), pod(id="big777", cost_per_hour="21.52"))).text.split("\n")
    assert [row.split("(`")[1][:6] for row in rows if row.startswith("*")] == ["big777", "abc123", "old888"]


def test_forty_are_shown_and_the_rest_counted() -> None:
    whole = fleet(*(pod(id=f"pod{n:03}", name=f"w{n}") for n in range(60)))
    assert shown(listing(whole)).count("*running*") == 40
    assert "and 20 more" in shown(listing(whole))
    assert "and 20 more" in listing(whole).text
    assert "60 pods: 60 running" in first_line(listing(whole))


@pytest.mark.parametrize(
    ("whole", "filters", "begins"),
    [
        (fleet(), (), "There are no pods on the account."),
        (fleet(pod()), ("mine",), "No pod of 1 matches `mine`."),
        (fleet(listed_at=None), (), "I have not been able to list the pods yet"),
    ],
)
def test_an_empty_list_says_why_it_is_empty(whole: Fleet, filters: tuple[str, ...], begins: str) -> None:
    assert listing(whole, *filters, pods=0).text.startswith(begins)


def test_an_outage_is_told_before_the_old_figures() -> None:
    down = fleet(pod(), listed_at=ago(minutes=54), failing_since=ago(minutes=53), trouble="It hangs.")
    assert first_line(listing(down)).startswith("*RunPod has not answered since <!date^")
    assert "What follows is from" in first_line(listing(down))


def test_an_outage_shows_on_a_list_that_is_empty_too() -> None:
    down = fleet(failing_since=ago(minutes=53), listed_at=ago(minutes=54))
    assert "RunPod has not answered since" in listing(down).text


def test_telemetry_that_is_missing_is_not_known_and_zero_is_zero() -> None:
    partly = pod(runtime=Runtime(gpus=(GpuSample(util=0),), cpu_util=None, memory_util=4))
    assert "GPU 0 % (its memory not known), CPU not known, memory 4 %" in card(partly).text
    assert "GPU, CPU and memory not known" in card(pod(runtime=None)).text
    assert "0 %" not in card(pod(runtime=None)).text


def test_cost_so_far_is_an_estimate() -> None:
    assert "$8.07 so far (estimate, not billed)" in card(pod()).text
    assert "so far not known" in card(unsaid()).text


def test_the_card_says_what_a_stop_and_a_terminate_would_take() -> None:
    text = card(pod()).text
    assert "*If stopped*: Kept: volume disk (50 GB at `/workspace`)." in text
    assert "*If terminated*: Gone for good: container disk (20 GB) and volume disk (50 GB at `/workspace`)." in text
    assert "*If stopped*" not in card(stopped()).text


def test_buttons_are_what_runpod_offers_and_the_reader_may() -> None:
    assert labels(card(pod())) == ["Stop", "Restart", "Terminate…", "Open in RunPod"]
    assert labels(card(pod(), may={Verb.STOP})) == ["Stop", "Open in RunPod"]
    assert labels(card(stopped(), may=frozenset())) == ["Open in RunPod"]
    assert buttons(card(pod()))[0]["value"] == "abc123:7"


def test_a_pod_that_is_held_offers_nothing_that_would_be_refused() -> None:
    holder: Operation = operation(by=OWNER, accepted_at=ago(seconds=40))
    content = card(pod(), holder=holder)
    assert labels(content) == ["Open in RunPod"]
    assert f"<@{OWNER}> is stopping it, since" in content.text


def test_a_pod_not_listed_is_not_described() -> None:
    unlisted = Pod(id="zzz999", name="zzz999", status=PodStatus.UNKNOWN, mounts_known=False)
    content = card(unlisted, fleet=fleet(pod()))
    assert first_line(content).startswith("`zzz999` is not in my list of pods.")
    assert buttons(content) == []


def test_several_cards_are_one_message_with_ids_of_their_own() -> None:
    both = pod_views.together([card(pod()), card(networked())])
    ids = [block["block_id"] for block in both.blocks]
    assert len(set(ids)) == len(ids)
    assert "`nlp-train` (`abc123`)" in both.text
    assert "`llama-ft` (`net333`)" in both.text


def test_cards_that_do_not_fit_are_counted() -> None:
    many = pod_views.together([card(pod(id=f"pod{n:03}")) for n in range(30)])
    assert "more pods did not fit" in many.text
    assert len(many.blocks) <= 50
