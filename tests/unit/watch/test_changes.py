"""What two snapshots prove to have changed, and who asked for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.changes import Change, ChangeKind, asked, changes
from pods.errors import TimedOut
from pods.fleet import Entry, Fleet, absorb, missed, observed, removed
from pods.model import Api, Gpu, Listing, Pod, PodStatus, Runtime, Verb
from tests.unit.pods.builders import NOON, at, operation, pod

LATER = at(30)
H100 = "NVIDIA H100 80GB HBM3"


def listing(*pods: Pod, seconds: float = 30) -> Listing:
    return Listing(pods=pods, at=at(seconds), api=Api.REST)


def fleet(*pods: Pod) -> Fleet:
    return absorb(Fleet(), listing(*pods, seconds=0))


def found(before: Pod, now: Pod) -> list[ChangeKind]:
    first = fleet(before)
    return [each.kind for each in changes(first, absorb(first, listing(now)), LATER)]


PRICED = pod(cost_per_hour=Decimal("2.69"))

CASES = {
    "the same": (pod(), pod(runtime=Runtime(uptime_s=3630)), []),
    "started": (pod(PodStatus.EXITED), pod(), [ChangeKind.STARTED]),
    "on its way up": (pod(PodStatus.EXITED), pod(PodStatus.STARTING), [ChangeKind.STARTED]),
    "up at last": (pod(PodStatus.STARTING), pod(), []),
    "stopped": (pod(), pod(PodStatus.EXITED), [ChangeKind.STOPPED]),
    "in error": (pod(), pod(PodStatus.ERROR), [ChangeKind.STOPPED]),
    "a word nobody knows": (pod(), pod(PodStatus.UNKNOWN), []),
    "a younger start": (pod(), pod(started_at=at(10)), [ChangeKind.RESTARTED]),
    "a younger uptime": (
        pod(started_at=None),
        pod(started_at=None, runtime=Runtime(uptime_s=5)),
        [ChangeKind.RESTARTED],
    ),
    "an uptime of zero, which RunPod gives wrongly": (pod(), pod(runtime=Runtime(uptime_s=0)), []),
    "an uptime that stands still": (pod(), pod(), []),
    "an uptime that jumps back by a second": (pod(), pod(runtime=Runtime(uptime_s=3599)), []),
    "no telemetry for once": (pod(), pod(runtime=None), []),
    "dearer": (PRICED, pod(cost_per_hour=Decimal("2.99")), [ChangeKind.PRICE]),
    "price not said": (PRICED, pod(cost_known=False), []),
    "fewer GPUs": (pod(), pod(gpu=Gpu(id=H100, count=1)), [ChangeKind.GPU_COUNT]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_of_one_pod(case: str) -> None:
    before, now, kinds = CASES[case]
    assert found(before, now) == kinds


def test_a_new_pod_appears_but_the_first_list_is_no_news() -> None:
    assert changes(Fleet(), fleet(pod()), LATER) == ()
    known = fleet(pod())
    [change] = changes(known, absorb(known, listing(pod(), pod(id="other"))), LATER)
    assert (change.kind, change.pod_id, change.at) == (ChangeKind.APPEARED, "other", LATER)


def test_a_pod_is_gone_when_the_snapshot_gives_it_up_and_not_before() -> None:
    first = fleet(pod(), pod(id="other"))
    once = absorb(first, listing(pod()))
    assert changes(first, once, LATER) == ()
    twice = absorb(once, listing(pod(), seconds=60))
    [change] = changes(once, twice, at(60))
    assert (change.kind, change.pod_id, change.since) == (ChangeKind.GONE, "other", NOON)


def test_a_failed_pass_changes_nothing() -> None:
    first = fleet(pod())
    assert changes(first, missed(first, TimedOut(), LATER), LATER) == ()


def test_what_an_operation_read_is_a_change_then_and_none_at_the_next_list() -> None:
    first = fleet(pod())
    stopped = observed(first, pod(PodStatus.EXITED), at(10))
    assert [(each.kind, each.at) for each in changes(first, stopped, at(10))] == [(ChangeKind.STOPPED, at(10))]
    assert changes(stopped, absorb(stopped, listing(pod(PodStatus.EXITED))), LATER) == ()


def test_a_pod_that_an_operation_terminated_is_gone_then() -> None:
    first = fleet(pod())
    assert [(each.kind, each.at) for each in changes(first, removed(first, pod().id), at(10))] == [
        (ChangeKind.GONE, at(10))
    ]


def test_an_entry_older_than_the_one_before_it_shows_nothing() -> None:
    first = Fleet(listed_at=NOON, entries=(Entry(pod=pod(PodStatus.EXITED), seen_at=at(40)),))
    second = Fleet(listed_at=LATER, entries=(Entry(pod=pod(), seen_at=LATER),))
    assert changes(first, second, LATER) == ()


STOPPED = Change(kind=ChangeKind.STOPPED, pod_id=pod().id, pod_name="nlp-train", at=LATER)


@pytest.mark.parametrize(
    ("verb", "minutes_ago", "by"),
    [(Verb.STOP, 1, "U1"), (Verb.STOP, 16, ""), (Verb.RESTART, 1, "")],
)
def test_who_asked_is_who_ordered_that_verb_within_fifteen_minutes(verb: Verb, minutes_ago: int, by: str) -> None:
    ordered = operation(verb, created_at=LATER - timedelta(minutes=minutes_ago))
    assert asked(STOPPED, [ordered]).asked_by == by


def test_of_two_that_asked_the_younger_one_did_and_another_pods_did_not() -> None:
    old, young = operation(Verb.STOP, created_at=at(-60)), operation(Verb.STOP, by="rule:idle", created_at=at(0))
    other = operation(Verb.STOP, pod_id="other", by="U9", created_at=at(20))
    assert asked(STOPPED, [young, other, old]).asked_by == "rule:idle"
