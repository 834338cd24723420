"""The ledger's part of a poll: whatever is missed, done twice or out of order, the hours are right or marked."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pods.fleet import Fleet, absorb, observed
from pods.ledger.entries import Entry, IdleSpan, Labels
from pods.ledger.hours import entries
from pods.ledger.rates import published
from pods.ledger.sightings import Listed, SubjectKind, pods_listed
from pods.ledger.watching import BACK, Labelled, Pass, Watching, fleet_listed, labels_in, open_entries, passed
from pods.model import Api, Listing, Pod, PodStatus
from pods.times import to_ms
from tests.unit.money.lives import START, TrueLife, Watch, at, lives, watches
from tests.unit.money.test_ledger_property import CENT, GRAIN, hour_of, last_poll, true_cost
from tests.unit.pods.builders import pod

few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HOUR = timedelta(hours=1)
OWNER = Labels(owner="U1", team="nlp", gpu="NVIDIA A40", cloud="SECURE")


def listed(truth: TrueLife, watch: Watch, second: int, place: int = 0) -> Listed:
    condition = truth.condition(second, dated=watch.dated, mute=place in watch.mute)
    found = {} if condition is None else {"abc123": ("nlp-train", condition)}
    return Listed(kind=SubjectKind.POD, at=at(second), found=found)


def poll(before: Watching, each: Listed, **changes: object) -> tuple[Watching, tuple[Entry, ...]]:
    usual: dict[str, object] = {"now": each.at, "rates": published(), "lists": (each,), "labels": {"abc123": OWNER}}
    done = passed(before, Pass(**{**usual, **changes}))  # type: ignore[arg-type]
    return done.watching, done.closed


def watched(truth: TrueLife, watch: Watch) -> dict[datetime, Entry]:
    """The books after every poll of the watch, closed and open."""
    watching, books = Watching(), dict[datetime, Entry]()
    for place, second in enumerate(watch.polls):
        watching, closed = poll(watching, listed(truth, watch, second, place))
        assert not books.keys() & {entry.hour for entry in closed}
        books |= {entry.hour: entry for entry in closed}
    rest = {entry.hour: entry for entry in open_entries(watching, last_poll(watch), published())}
    assert not books.keys() & rest.keys()
    return books | rest


@few
@given(lives(), watches())
def test_after_any_polls_an_hour_is_right_to_the_cent_or_marked(truth: TrueLife, watch: Watch) -> None:
    until = last_poll(watch)
    not_told = watch.repriced_unseen(truth)
    for entry in watched(truth, watch).values():
        if not entry.gap and hour_of(entry) not in not_told:
            assert abs(entry.estimate.total - true_cost(truth, entry, until)) <= CENT


@few
@given(lives(), watches())
def test_poll_by_poll_the_books_are_what_all_sightings_at_once_make(truth: TrueLife, watch: Watch) -> None:
    """Closing hours, and leaving out what a sighting's neighbours say, change no figure."""
    whole = {entry.hour: entry for entry in entries(watch.life(truth), last_poll(watch), published())}
    found = watched(truth, watch)
    assert found.keys() == whole.keys()
    for hour, entry in found.items():
        assert abs(entry.estimate.total - whole[hour].estimate.total) <= GRAIN + whole[hour].doubt
        assert entry.gap == whole[hour].gap


@few
@given(lives(), watches(hours=8), st.integers(0, 99))
def test_a_second_watcher_that_polls_the_same_or_is_late_changes_nothing(
    truth: TrueLife, watch: Watch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    watching = Watching()
    for place, second in enumerate(watch.polls):
        once = listed(truth, watch, second, place)
        watching, _ = poll(watching, once)
        again, none = poll(watching, once)
        assert none == ()
        assert again is watching
        if chance.random() < 0.1 and place:
            earlier = listed(truth, watch, watch.polls[place - 1], place - 1)
            late, none = poll(watching, earlier, now=once.at)
            assert none == ()
            assert {subject.life.id for subject in late.subjects} == {subject.life.id for subject in watching.subjects}


@few
@given(lives(), watches())
def test_what_is_watched_stays_small_however_often_it_is_polled(truth: TrueLife, watch: Watch) -> None:
    watching = Watching()
    for place, second in enumerate(watch.polls):
        watching, _ = poll(watching, listed(truth, watch, second, place))
        for subject in watching.subjects:
            assert len(subject.life.seen) <= 3 * (len(truth.pieces) + 2 + len(watch.mute))
            assert len(subject.life.absent) <= 2 * (len(watch.outages) + 2)


def of_pod(second: float, *pods: Pod) -> Listed:
    return pods_listed(pods, at(second))


def test_a_pod_that_is_gone_is_let_go_of_once_its_hours_are_closed() -> None:
    watching = Watching()
    for minute in range(8 * 60):
        there = (pod(id="abc123", started_at=START),) if minute < 90 else ()
        watching, _ = poll(watching, of_pod(60 * minute, *there))
        assert watching.subjects or minute >= 4 * 60
    assert watching.subjects == ()


@pytest.mark.parametrize(
    ("changes", "owner"),
    [
        ([], None),
        ([(-60, "U1")], "U1"),
        ([(-60, "U1"), (50, "U2")], "U1"),
        ([(-60, None), (10, "U2"), (50, "U3")], "U2"),
        ([(-60, "U1"), (0, "U2")], "U2"),
        ([(70, "U1")], "U1"),
        ([(-60, "U1"), (70, "U2")], "U1"),
        ([(-60, "U1"), (10, None)], "U1"),
    ],
)
def test_an_hour_belongs_to_the_first_who_owned_it_within_it(
    changes: list[tuple[int, str | None]], owner: str | None
) -> None:
    labelled = tuple(
        Labelled(since=START + timedelta(minutes=minute), labels=Labels(owner=user)) for minute, user in changes
    )
    assert labels_in(labelled, START).owner == owner


def test_what_was_up_before_anybody_watched_is_in_the_books_from_its_start() -> None:
    watching, closed = poll(Watching(), of_pod(5 * 3600, pod(id="abc123", started_at=START)))
    assert [entry.hour for entry in closed] == [START, START + HOUR, START + 2 * HOUR]
    assert all(entry.labels == OWNER for entry in closed)
    assert [hour_of(entry) for entry in open_entries(watching, at(5 * 3600), published())] == [3, 4]


def test_what_was_up_for_ages_is_taken_up_for_five_weeks() -> None:
    up = pod(id="abc123", started_at=START - timedelta(days=400))
    _, closed = poll(Watching(), of_pod(0, up))
    assert closed[0].hour == START - BACK


def test_idle_time_is_the_idle_share_of_compute() -> None:
    idle = {"abc123": (IdleSpan(start=at(1800), end=at(5400)),)}.__getitem__
    up = pod(id="abc123", started_at=START, cost_per_hour=Decimal(2))
    _, closed = poll(Watching(), of_pod(5 * 3600, up), idle=idle)
    assert [entry.idle_ms for entry in closed] == [1_800_000, 1_800_000, 0]
    assert [entry.idle for entry in closed] == [1, 1, 0]


def test_the_snapshot_says_what_a_list_found_and_what_it_lacked() -> None:
    first = absorb(Fleet(), Listing(pods=(pod(id="a"), pod(id="b")), at=at(0), api=Api.REST))
    second = absorb(first, Listing(pods=(pod(id="a"),), at=at(10), api=Api.REST))
    told = fleet_listed(second)
    assert told is not None
    assert set(told.found) == {"a"}
    assert told.at == at(10)
    assert fleet_listed(Fleet()) is None


def test_what_was_read_on_its_own_since_the_list_is_seen_at_that_time() -> None:
    listed_once = absorb(Fleet(), Listing(pods=(pod(id="abc123", started_at=START),), at=at(0), api=Api.REST))
    told = fleet_listed(observed(listed_once, pod(PodStatus.EXITED, id="abc123", started_at=START), at(20)))
    assert told is not None
    watching, _ = poll(Watching(), told)
    assert watching.subjects[0].life.seen[0][0] == to_ms(at(20))


def test_a_state_nobody_knows_leaves_marked_hours() -> None:
    watching, books = Watching(), dict[int, Entry]()
    for minute in range(5 * 60 + 1):
        status = PodStatus.UNKNOWN if 60 <= minute < 120 else PodStatus.RUNNING
        seen = pod(status, id="abc123", started_at=None, cost_per_hour=Decimal(2), disk_gb=0)
        watching, closed = poll(watching, of_pod(60 * minute, seen))
        books |= {hour_of(entry): entry for entry in closed}
    books |= {hour_of(entry): entry for entry in open_entries(watching, at(5 * 3600), published())}
    assert [books[hour].gap for hour in range(5)] == [True, True, False, False, False]
