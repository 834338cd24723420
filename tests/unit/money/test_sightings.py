"""What one poll says of money, and lives made by hand: gaps, restarts, prices, pods that come and go."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.ledger.entries import Entry, IdleSpan
from pods.ledger.hours import LATE, closing, entries, stopped_since
from pods.ledger.rates import HIGH_PERFORMANCE, RateOverrides, published, rates
from pods.ledger.sightings import (
    Condition,
    Life,
    SubjectKind,
    condition_of,
    pods_listed,
    volumes_listed,
    watched,
)
from pods.model import NetworkMount, PersistentMount, PodStatus
from pods.offers import NetworkVolume
from tests.unit.money.lives import START, at, empty
from tests.unit.pods.builders import graphql, pod

HOUR = 3600
CENT = Decimal("0.01")
UP = Condition(live=True, up=True, price=Decimal(2), disk_gb=0, created_at=at(0), started_at=at(0))
DOWN = Condition(price=Decimal(0), volume_gb=730, created_at=at(0), started_at=at(0))


def usd(entry: Entry) -> Decimal:
    return entry.estimate.total.quantize(CENT)


def booked(life: Life, hours: float) -> tuple[Entry, ...]:
    return entries(life, at(hours * HOUR), published())


def test_a_pod_that_says_nothing_of_its_cost_is_not_free() -> None:
    mute = condition_of(pod(cost_known=False))
    assert mute is not None
    life = empty().saw((at(0), mute.model_copy(update={"started_at": at(0)})))
    life = life.saw((at(HOUR), mute.model_copy(update={"started_at": at(0)})))
    (entry,) = booked(life, 1)
    assert entry.gap
    assert entry.unknown_ms == 3_600_000


def test_a_price_from_the_catalog_fills_in_where_the_pod_says_none() -> None:
    told = condition_of(pod(cost_known=False), list_price=Decimal("5.38"))
    assert told is not None
    assert told.price == Decimal("5.38")


@pytest.mark.parametrize("status", [PodStatus.UNKNOWN, PodStatus.TERMINATED])
def test_a_status_that_says_nothing_of_money_is_no_sighting(status: PodStatus) -> None:
    assert condition_of(pod(status)) is None


def test_an_error_holds_no_compute_and_keeps_its_disk() -> None:
    told = condition_of(pod(PodStatus.ERROR, network=None, persistent=PersistentMount(size_gb=50, path="/w")))
    assert told is not None
    assert not told.live
    assert told.volume_gb == 50


def test_unknown_mounts_are_not_no_disk() -> None:
    told = condition_of(pod(PodStatus.EXITED, mounts_known=False))
    assert told is not None
    assert told.volume_gb is None
    life = empty().saw((at(0), told), (at(HOUR), told))
    assert booked(life, 1)[0].gap


def test_running_through_an_outage_is_known_from_both_sides() -> None:
    first, last = booked(empty().saw((at(0), UP), (at(2 * HOUR), UP)), 2)
    assert (usd(first), usd(last)) == (Decimal(2), Decimal(2))
    assert not first.gap
    assert not last.gap


def test_a_stop_somewhere_in_an_outage_marks_its_hours_and_is_reckoned_half() -> None:
    life = empty().saw((at(0), UP), (at(2 * HOUR), DOWN.model_copy(update={"volume_gb": 0})))
    first, last = booked(life, 2)
    assert (usd(first), usd(last)) == (Decimal(1), Decimal(1))
    assert first.gap
    assert first.doubt == last.doubt == 1


def test_a_stop_that_runpod_dates_is_known_though_nobody_was_looking() -> None:
    down = DOWN.model_copy(update={"changed_at": at(HOUR), "volume_gb": 0})
    first, last = booked(empty().saw((at(0), UP), (at(2 * HOUR), down)), 2)
    assert usd(first) == 2
    assert not last.gap
    assert usd(last) == 0


def test_a_later_start_says_from_when_it_ran() -> None:
    again = UP.model_copy(update={"started_at": at(1.5 * HOUR)})
    first, middle, last = booked(empty().saw((at(0), DOWN), (at(3 * HOUR), again)), 3)
    assert first.gap
    assert middle.open_ms == 1_800_000
    assert not last.gap
    assert usd(last) == 2


def test_a_starting_pods_start_time_is_of_its_last_run() -> None:
    """RUNNING, then STARTING with the same start: between the two it may have stood stopped."""
    starting = UP.model_copy(update={"up": False})
    (entry,) = booked(empty().saw((at(0), UP), (at(HOUR), starting)), 1)
    assert entry.gap


def test_a_price_change_is_open_only_between_the_two_sightings() -> None:
    dearer = UP.model_copy(update={"price": Decimal(4)})
    life = empty().saw((at(0), UP), (at(1800), UP), (at(1830), dearer), (at(HOUR), dearer))
    (entry,) = booked(life, 1)
    assert usd(entry) == Decimal("2.99")
    assert entry.open_ms == 30_000


def test_a_stopped_pod_costs_its_volume_disk_at_the_double_rate() -> None:
    (entry,) = booked(empty().saw((at(0), DOWN), (at(HOUR), DOWN)), 1)
    assert entry.estimate.stopped_disk == Decimal("0.2")
    assert entry.estimate.total == entry.estimate.stopped_disk


def test_a_running_pod_costs_both_disks_at_the_plain_rate() -> None:
    big = UP.model_copy(update={"disk_gb": 730, "volume_gb": 1460})
    (entry,) = booked(empty().saw((at(0), big), (at(HOUR), big)), 1)
    assert (entry.estimate.container_disk, entry.estimate.volume_disk) == (Decimal("0.1"), Decimal("0.2"))


def test_a_new_pod_costs_from_when_it_was_made() -> None:
    made = UP.model_copy(update={"created_at": at(600), "started_at": at(660)})
    (entry,) = booked(empty().saw((at(0), None), (at(1200), made), (at(HOUR), made)), 1)
    assert not entry.gap
    assert entry.running_ms == 3_000_000


def test_a_pod_known_before_the_first_list_costs_from_its_last_start() -> None:
    life = empty().saw((at(2 * HOUR), UP))
    assert [usd(entry) for entry in booked(life, 2)] == [2, 2]


def test_one_list_without_a_pod_is_a_flicker_and_two_are_its_end() -> None:
    seen = empty().saw((at(0), UP), (at(1770), UP), (at(1800), None))
    assert booked(seen, 1)[0].running_ms == 3_600_000
    assert booked(seen.saw((at(HOUR), UP)), 1)[0].estimate.compute == 2
    gone = seen.saw((at(1860), None))
    (entry,) = booked(gone, 1)
    assert entry.running_ms + entry.stopped_ms == 1_800_000
    assert entry.open_ms == 30_000


def test_what_was_not_seen_since_is_still_counted_and_marked() -> None:
    first, second = booked(empty().saw((at(0), UP)), 2)
    assert usd(first) == usd(second) == 2
    assert first.gap
    assert second.doubt == 2


def test_idle_dollars_are_the_compute_of_idle_time_counted_once() -> None:
    life = empty().saw((at(0), UP), (at(HOUR), UP))
    idle = [IdleSpan(start=at(0), end=at(1800)), IdleSpan(start=at(900), end=at(2700))]
    (entry,) = entries(life, at(HOUR), published(), idle=idle)
    assert entry.idle == Decimal("1.5")
    assert entry.idle_ms == 2_700_000


def test_a_stopped_pod_is_never_idle() -> None:
    life = empty().saw((at(0), DOWN), (at(HOUR), DOWN))
    (entry,) = entries(life, at(HOUR), published(), idle=[IdleSpan(start=at(0), end=at(HOUR))])
    assert entry.idle == 0


def test_an_hour_closes_when_it_is_past_and_seen_from_both_sides() -> None:
    life = empty().saw((at(0), UP), (at(3 * HOUR), UP))
    assert closing(life, at(HOUR) + LATE - timedelta(seconds=1), published()).entries == ()
    closed = closing(life, at(HOUR) + LATE, published())
    assert [entry.hour for entry in closed.entries] == [START]
    assert not closed.finished
    assert closing(closed.life, at(HOUR) + LATE, published()).entries == ()
    assert closed.life.saw((at(10), DOWN)) is closed.life


def test_an_outage_keeps_its_hours_open() -> None:
    life = empty().saw((at(0), UP), (at(1.5 * HOUR), UP))
    assert len(closing(life, at(9 * HOUR), published()).entries) == 1


def test_a_pod_that_is_gone_is_finished_when_its_last_hour_is_closed() -> None:
    life = empty().saw((at(0), UP), (at(600), None), (at(660), None))
    closed = closing(life, at(HOUR) + LATE, published())
    assert closed.finished
    assert len(closed.entries) == 1


def test_since_when_a_pod_stands_outlives_the_closing_of_hours() -> None:
    life = empty().saw((at(0), UP), (at(600), DOWN), (at(8 * HOUR), DOWN), (at(9 * HOUR), DOWN))
    assert stopped_since(life) == at(600)
    for hours in (4, 7, 11):
        life = closing(life, at(hours * HOUR), published()).life
        assert stopped_since(life) == at(600)
    assert stopped_since(life.saw((at(10 * HOUR), UP))) is None


def test_a_list_pass_feeds_every_life_and_begins_new_ones() -> None:
    first = watched((), pods_listed([pod(name="a")], at(0)))
    (life,) = first.values()
    assert life.name == "a"
    other = pod(id="def456")
    second = watched(first.values(), pods_listed([other, pod(PodStatus.UNKNOWN)], at(30)), previous=at(0))
    assert second[life.id].seen == life.seen
    assert second["def456"].absent == (second["def456"].seen[0][0] - 30_000,)
    third = watched(second.values(), pods_listed([other.model_copy(update={"status": PodStatus.TERMINATED})], at(60)))
    assert len(third["def456"].absent) == 2
    assert watched(second.values(), pods_listed([other], at(30)), previous=at(0))["def456"] is second["def456"]


@pytest.mark.parametrize("words", ["Exited by user", "Exited by Runpod", "Outbid", "Rented by User"])
def test_the_date_of_the_last_change_is_read(words: str) -> None:
    told = condition_of(graphql(PodStatus.EXITED, last_status_change=f"{words}: Mon Nov 02 2026 01:00:00 GMT+0000"))
    assert told is not None
    assert told.changed_at == at(HOUR)


@pytest.mark.parametrize("prose", [None, "", "Exited by user: soon", "Moved: Mon Nov 02 2026 01:00:00 GMT+0000"])
def test_other_prose_dates_nothing(prose: str | None) -> None:
    told = condition_of(graphql(PodStatus.EXITED, last_status_change=prose))
    assert told is not None
    assert told.changed_at is None


@pytest.mark.parametrize(
    ("size", "tier", "per_month"), [(500, None, 35), (1500, "STANDARD", 95), (100, HIGH_PERFORMANCE, 14)]
)
def test_a_network_volume_costs_always_and_less_above_a_terabyte(size: int, tier: str | None, per_month: int) -> None:
    volume = NetworkVolume(id="v", name="v", size_gb=size, data_center=None, type=tier)
    lives = watched((), volumes_listed([volume], at(0)))
    lives = watched(lives.values(), volumes_listed([volume], at(HOUR)))
    (entry,) = booked(lives["v"], 1)
    assert entry.kind is SubjectKind.VOLUME
    assert abs(entry.estimate.network_volume * 730 - per_month) < CENT
    assert not entry.gap


def test_a_volume_that_grew_while_nobody_looked_is_open_in_between() -> None:
    small, large = Condition(network_gb=100), Condition(network_gb=1000)
    life = Life(kind=SubjectKind.VOLUME, id="v").saw((at(0), small), (at(HOUR), large))
    (entry,) = booked(life, 1)
    assert entry.gap


def test_a_policy_can_say_other_rates_and_they_name_their_source() -> None:
    ours = rates(RateOverrides(volume_disk_stopped=Decimal("0.15"), source="contract"))
    assert ours.stopped(volume_gb=730).stopped_disk == Decimal("0.15")
    assert ours.volume_disk_running == published().volume_disk_running
    assert "volume_disk_stopped: contract" in ours.source
    assert rates(RateOverrides()) is published()


def test_a_network_mount_is_not_billed_with_the_pod() -> None:
    told = condition_of(pod(network=NetworkMount(volume_id="v", path="/w")))
    assert told is not None
    assert told.volume_gb == 0
