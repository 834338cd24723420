"""Where figures come from is seen from the answers; missing figures stay missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pods.fleet import Fleet, absorb
from pods.model import Api, GpuSample, Listing, Pod, PodStatus, Runtime
from pods.telemetry import (
    TRY_AGAIN,
    Known,
    Reporting,
    Source,
    asks_graphql,
    carries,
    completed,
    doubtful,
    list_carries,
    reads_any,
    to_read,
)
from tests.unit.pods.builders import NOON, at, pod

FULL = Runtime(uptime_s=3600, gpus=(GpuSample(util=0, memory_util=0),) * 2, cpu_util=3, memory_util=4)
BARE = pod()


def full(pod_id: str = "full", **changes: object) -> Pod:
    return pod(id=pod_id, runtime=FULL, **changes)


@pytest.mark.parametrize(
    ("pods", "carried"),
    [
        ([full(), BARE], True),
        ([BARE], False),
        ([], True),
        ([pod(PodStatus.EXITED)], True),
        # Too young to have figures, so it proves nothing against the list.
        ([pod(started_at=at(-60))], True),
        ([pod(started_at=None)], False),
    ],
)
def test_a_list_carries_figures_if_one_pod_has_some_or_none_ought_to(pods: list[Pod], carried: bool) -> None:
    assert list_carries(pods, NOON) is carried


def test_figures_of_another_answer_complete_the_list_and_never_replace_it() -> None:
    listing = Listing(pods=(BARE, full("b")), at=NOON, api=Api.REST)
    other = full(BARE.id, name="renamed", status=PodStatus.RUNNING)
    done = completed(listing, {BARE.id: other, "b": pod(id="b", runtime=None)})
    assert [carries(each) for each in done.pods] == [True, True]
    assert done.pods[0].name == BARE.name
    assert done.pods[0].uptime_s == BARE.uptime_s


@pytest.mark.parametrize(
    "other",
    [full(BARE.id, started_at=at(-10)), pod(runtime=None), None],
    ids=["another container", "no runtime", "unread"],
)
def test_figures_of_another_container_are_left_out(other: Pod | None) -> None:
    listing = Listing(pods=(BARE,), at=NOON, api=Api.REST)
    assert completed(listing, {} if other is None else {BARE.id: other}) == listing


def test_resting_pods_are_read_first_and_then_the_longest_unread() -> None:
    pods = [pod(id=name) for name in ("new", "busy", "rest-2", "rest-1", "busy-long-ago")]
    known = {
        "busy": Known(at=at(-30), busy=True),
        "busy-long-ago": Known(at=at(-400), busy=True),
        "rest-1": Known(at=at(-30), busy=False),
        "rest-2": Known(at=at(-300), busy=False),
    }
    order = ["rest-1", "rest-2", "new", "busy-long-ago", "busy"]
    assert [each.id for each in to_read(pods, known, None)] == order
    assert [each.id for each in to_read(pods, known, 3)] == order[:3]
    assert to_read(pods, known, 0) == ()


@pytest.mark.parametrize(
    ("last", "graphql", "reads"),
    [
        (Reporting(), True, True),
        (Reporting(source=Source.GRAPHQL, at=NOON, graphql_tried_at=NOON), True, True),
        (Reporting(source=Source.READS, at=NOON, graphql_tried_at=NOON, reads_tried_at=NOON), False, True),
        (Reporting(source=Source.NOWHERE, at=NOON, graphql_tried_at=NOON, reads_tried_at=NOON), False, False),
    ],
)
def test_what_gave_nothing_is_asked_again_only_now_and_then(last: Reporting, graphql: bool, reads: bool) -> None:
    assert (asks_graphql(last, at(30)), reads_any(last, at(30))) == (graphql, reads)
    later = NOON + TRY_AGAIN + timedelta(seconds=1)
    assert (asks_graphql(last, later), reads_any(last, later)) == (True, True)


@pytest.mark.parametrize(
    ("listed", "doubted"),
    [(["a", "b", "c", "d"], []), (["a", "b", "c"], []), (["a", "b"], []), (["a"], ["b", "c", "d"]), ([], list("abcd"))],
)
def test_a_list_that_lacks_most_pods_is_in_doubt(listed: list[str], doubted: list[str]) -> None:
    fleet = absorb(Fleet(), Listing(pods=tuple(pod(id=each) for each in "abcd"), at=NOON, api=Api.REST))
    listing = Listing(pods=tuple(pod(id=each) for each in listed), at=at(30), api=Api.REST)
    assert [each.id for each in doubtful(fleet, listing)] == doubted


def test_the_only_pod_may_go() -> None:
    fleet = absorb(Fleet(), Listing(pods=(pod(),), at=NOON, api=Api.REST))
    assert doubtful(fleet, Listing(pods=(), at=at(30), api=Api.REST)) == ()
