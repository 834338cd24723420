"""Whatever a pod does and whichever polls are missed: right to the cent where it can be known, else marked."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pods.ledger.entries import Entry
from pods.ledger.hours import closing, entries
from pods.ledger.rates import published
from pods.ledger.sightings import Life
from pods.times import to_ms
from tests.unit.money.lives import START, TrueLife, Watch, at, empty, lives, watches

CENT = Decimal("0.01")
#: What recording to a billionth of a dollar may do to an hour.
GRAIN = Decimal("0.00000001")
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def booked(life: Life, until: datetime) -> tuple[Entry, ...]:
    return entries(life, until, published())


def last_poll(watch: Watch) -> datetime:
    return at(watch.polls[-1])


def hour_of(entry: Entry) -> int:
    return round((entry.hour - START).total_seconds()) // 3600


def true_cost(truth: TrueLife, entry: Entry, until: datetime) -> Decimal:
    start = round((entry.hour - START).total_seconds())
    end = min(start + 3600, round((until - START).total_seconds()))
    return truth.cost(start, end)


@few
@given(lives(), watches())
def test_an_hour_is_right_to_the_cent_or_marked(truth: TrueLife, watch: Watch) -> None:
    until = last_poll(watch)
    not_told = watch.repriced_unseen(truth)
    for entry in booked(watch.life(truth), until):
        if not entry.gap and hour_of(entry) not in not_told:
            assert abs(entry.estimate.total - true_cost(truth, entry, until)) <= CENT


@few
@given(lives(reprices=False), watches())
def test_the_doubt_an_hour_carries_holds_the_truth(truth: TrueLife, watch: Watch) -> None:
    until = last_poll(watch)
    for entry in booked(watch.life(truth), until):
        if not entry.unknown_ms:
            off = abs(entry.estimate.total - true_cost(truth, entry, until))
            assert off <= entry.doubt + GRAIN


@few
@given(lives(reprices=False), watches())
def test_no_hour_of_a_pod_that_was_seen_is_left_out(truth: TrueLife, watch: Watch) -> None:
    """Between the first and the last sighting every hour has its entry, however long nothing was seen."""
    life = watch.life(truth)
    seen = [ms for ms, _ in life.seen]
    found = {to_ms(entry.hour) // 3_600_000 for entry in booked(life, last_poll(watch))}
    if seen:
        assert set(range(seen[0] // 3_600_000, (seen[-1] - 1) // 3_600_000 + 1)) <= found


@few
@given(lives(), st.integers(0, 5))
def test_with_every_poll_answered_all_but_the_hours_of_a_change_are_exact(truth: TrueLife, offset: int) -> None:
    watch = Watch(30, offset=offset)
    until = last_poll(watch)
    moments = [truth.end, *(piece.start for piece in truth.pieces)]
    turns = {(moment + poll) // 3600 for moment in moments for poll in (-60, 0, 60)}
    for entry in booked(watch.life(truth), until):
        hour = hour_of(entry)
        off = abs(entry.estimate.total - true_cost(truth, entry, until))
        assert entry.open_ms <= 30_000 * (len(truth.pieces) + 2)
        if hour not in turns:
            assert not entry.gap
            assert off <= GRAIN


@few
@given(lives(), watches(hours=8), st.randoms(use_true_random=False))
def test_the_order_of_feeding_and_repetition_do_not_matter(
    truth: TrueLife, watch: Watch, chance: random.Random
) -> None:
    sightings = watch.sightings(truth)
    shuffled = [*sightings, *sightings[::3]]
    chance.shuffle(shuffled)
    one_by_one = empty()
    for sighting in shuffled:
        one_by_one = one_by_one.saw(sighting)
    in_order = empty().saw(*sightings)
    assert one_by_one.stretches == in_order.stretches
    assert one_by_one.absent == in_order.absent
    assert booked(one_by_one, last_poll(watch)) == booked(in_order, last_poll(watch))
    assert in_order.saw(*sightings) is in_order


@few
@given(lives(), watches(), st.lists(st.integers(0, 40 * 3600), max_size=6))
def test_closing_hours_changes_no_figure(truth: TrueLife, watch: Watch, closings: list[int]) -> None:
    until = last_poll(watch)
    whole = {entry.hour: entry for entry in booked(watch.life(truth), until)}
    life = empty()
    closed: dict[datetime, Entry] = {}
    fed = watch.sightings(truth)
    for moment in map(at, sorted(closings)):
        now = [sighting for sighting in fed if sighting[0] <= moment]
        fed = fed[len(now) :]
        done = closing(life.saw(*now), moment, published())
        life, closed = done.life, closed | {entry.hour: entry for entry in done.entries}
    life = life.saw(*fed)
    rest = {entry.hour: entry for entry in booked(life, until)}
    assert not rest.keys() & closed.keys()
    assert closed | rest == whole


@few
@given(lives(), watches(hours=8))
def test_a_life_survives_its_record(truth: TrueLife, watch: Watch) -> None:
    life = watch.life(truth)
    assert Life.model_validate_json(life.model_dump_json()) == life
    for entry in booked(life, last_poll(watch) + timedelta(hours=1)):
        assert Entry.model_validate_json(entry.model_dump_json()) == entry
