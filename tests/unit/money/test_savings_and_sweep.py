"""What would save most, what the bot saved, and the storage nobody uses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.ledger.amounts import Amounts
from pods.ledger.entries import Basis, Entry
from pods.ledger.rates import published
from pods.ledger.savings import CREDIT, Deed, Saving, StopByBot, actions, cheaper, saved
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Sweep, kept_by, sweep, unattached_since
from pods.ledger.totals import Window
from pods.model import Cloud, Gpu, GpuType, PersistentMount, Pod, PodStatus
from pods.offers import NetworkVolume
from pods.sweep_rules import SweepRule
from tests.unit.money.books import MONDAY, entry
from tests.unit.pods.builders import pod

NOW = MONDAY
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def gpu(type_id: str, name: str, memory: int, secure: str | None, community: str | None, **changes: object) -> GpuType:
    return GpuType(
        id=type_id,
        name=name,
        memory_gb=memory,
        secure=secure is not None,
        community=community is not None,
        price_secure=Decimal(secure) if secure else None,
        price_community=Decimal(community) if community else None,
        availability="HIGH",
        data_centers=("US-1",),
    ).model_copy(update=changes)


SXM = gpu("a-sxm", "A100 SXM", 80, "1.59", "1.39")
PCIE = gpu("a-pcie", "A100 PCIe", 80, "1.39", "1.19")
L40 = gpu("l40", "L40", 48, "0.82", "0.69")
TYPES = {each.id: each for each in (SXM, PCIE, L40)}


def on_sxm(**changes: object) -> Pod:
    usual: dict[str, object] = {
        "gpu": Gpu(id="a-sxm", count=2),
        "cloud": Cloud.SECURE,
        "network": None,
        "cost_per_hour": Decimal("3.18"),
        "disk_gb": 0,
    }
    return pod(**{**usual, **changes})


def week(subject: str = "abc123def456gh", idle_h: int = 0) -> list[Entry]:
    """A week in which the pod ran all the time, and did nothing in its first hours."""
    hours = (NOW - 7 * DAY + hour * HOUR for hour in range(7 * 24))
    return [
        entry(hour, "3.18", id=subject, idle_ms=3_600_000 if place < idle_h else 0) for place, hour in enumerate(hours)
    ]


def advised(pods: list[Pod], books: list[Entry], swept: Sweep | None = None) -> tuple[Saving, ...]:
    swept = swept or Sweep(at=NOW)
    return actions(pods, books, swept, TYPES.values(), owners={"abc123def456gh": "U1"}, rates=published(), now=NOW)


def test_an_equal_gpu_is_of_the_family_with_the_memory_available_and_cheaper() -> None:
    found = cheaper(on_sxm(), TYPES)
    assert found is not None
    assert (found[0].id, found[1], found[2]) == ("a-pcie", Cloud.SECURE, Decimal("1.39"))


@pytest.mark.parametrize(
    ("changes", "offer"),
    [
        ({"persistent": PersistentMount(size_gb=5, path="/w")}, None),
        ({"mounts_known": False}, None),
        ({"gpu": None}, None),
        ({"gpu": Gpu(id="unheard of", count=1)}, None),
        ({"gpu": Gpu(id="a-sxm", count=0)}, None),
        ({"cost_per_hour": Decimal("2.00")}, None),
        ({"cloud": Cloud.COMMUNITY}, Cloud.COMMUNITY),
    ],
)
def test_what_would_lose_data_or_money_is_not_advised(changes: dict[str, object], offer: Cloud | None) -> None:
    found = cheaper(on_sxm(**changes), TYPES)
    assert (found[1] if found else None) is offer


@pytest.mark.parametrize(
    ("gone", "there"), [({"availability": "NONE"}, False), ({"availability": None}, False), ({"memory_gb": 40}, False)]
)
def test_what_is_not_to_be_had_is_not_advised(gone: dict[str, object], there: bool) -> None:
    types = {**TYPES, "a-pcie": PCIE.model_copy(update=gone)}
    assert (cheaper(on_sxm(), types) is not None) is there


def test_a_network_volume_keeps_its_pod_in_its_data_center() -> None:
    bound = pod(gpu=Gpu(id="a-sxm", count=2), cost_per_hour=Decimal("3.18"), data_center="US-1", cloud=Cloud.SECURE)
    assert cheaper(bound, TYPES) is not None
    assert cheaper(bound.model_copy(update={"data_center": "EU-1"}), TYPES) is None


def test_an_idle_pod_saves_its_idle_share_of_a_month() -> None:
    (stop,) = [
        each for each in advised([on_sxm(cost_per_hour=Decimal(1))], week(idle_h=42)) if each.deed is Deed.STOP_IDLE
    ]
    assert stop.per_month == Decimal(730) / 4
    assert stop.owner == "U1"


def test_a_pod_gets_one_advice_the_one_that_saves_most() -> None:
    (one,) = advised([on_sxm()], week(idle_h=1))
    assert one.deed is Deed.CHEAPER_GPU
    assert one.per_month == (Decimal("3.18") - 2 * Decimal("1.39")) * 730
    (other,) = advised([on_sxm()], week(idle_h=160))
    assert other.deed is Deed.STOP_IDLE


def test_three_at_most_dearest_first_and_nothing_for_pennies() -> None:
    pods = [on_sxm(id=name, persistent=PersistentMount(size_gb=0, path="/w")) for name in "abcde"]
    books = [each for place, one in enumerate(pods) for each in week(one.id, idle_h=place * 10)]
    found = advised(pods, books)
    assert [each.id for each in found] == ["e", "d", "c"]
    assert advised([on_sxm(gpu=None)], week()) == ()


def test_a_stopped_pod_or_one_without_a_price_is_no_idle_pod() -> None:
    assert advised([on_sxm().model_copy(update={"status": PodStatus.EXITED})], week(idle_h=99)) == ()
    assert advised([on_sxm(cost_known=False)], week(idle_h=99)) == ()


def stopped(subject: str = "s1", gb: int = 100, **changes: object) -> Pod:
    mount = PersistentMount(size_gb=gb, path="/w")
    return pod(PodStatus.EXITED, id=subject, name=subject, network=None, persistent=mount, **changes)


def swept(pods: list[Pod], volumes: list[NetworkVolume], **changes: object) -> Sweep:
    usual: dict[str, object] = {
        "entries": (),
        "kept": (),
        "owners": {"s1": "U1"},
        "rates": published(),
        "rule": RULE,
        "now": NOW,
    }
    since = {each.id: NOW - 10 * DAY for each in pods}
    loose = {each.id: NOW - 10 * DAY for each in volumes}
    return sweep(pods, since, volumes, loose, **{**usual, **changes})  # type: ignore[arg-type]


VOLUME = NetworkVolume(id="v1", name="data", size_gb=1500, data_center="EU-RO-1")
RULE = SweepRule()


def test_stopped_pods_and_loose_volumes_are_listed_dearest_first() -> None:
    found = swept([stopped(), stopped("s2", 10)], [VOLUME])
    assert [(line.id, line.per_month, line.days) for line in found.lines] == [
        ("v1", Decimal(95), 10),
        ("s1", Decimal(20), 10),
        ("s2", Decimal(2), 10),
    ]
    assert found.per_month() == 117
    assert found.per_month(SubjectKind.POD) == 22
    assert found.lines[1].owner == "U1"


def test_dollars_so_far_are_what_the_books_hold_since_it_stands() -> None:
    parts = Amounts(stopped_disk=Decimal("0.03"))
    books = [entry(NOW - day * DAY, id="s1", estimate=parts) for day in (10, 2, 30)]
    (line,) = swept([stopped()], [], entries=books).lines
    assert (line.so_far, line.so_far_basis) == (Decimal("0.06"), Basis.ESTIMATE)
    billed = books[0].model_copy(update={"billed": parts})
    (line,) = swept([stopped()], [], entries=[billed, *books[1:]]).lines
    assert line.so_far_basis is Basis.PARTLY_BILLED
    (line,) = swept([stopped()], [], entries=[billed]).lines
    assert (line.so_far, line.so_far_basis) == (Decimal("0.03"), Basis.BILLED)


def test_of_time_before_the_books_it_is_todays_rate_by_the_hour() -> None:
    (line,) = swept([stopped()], []).lines
    assert (round(line.so_far, 4), line.so_far_basis) == (round(Decimal(20) * 240 / 730, 4), Basis.ESTIMATE)
    paid = entry(NOW - 5 * DAY, id="s1", billed=Amounts(stopped_disk=Decimal(1)))
    (line,) = swept([stopped()], [], entries=[paid]).lines
    assert round(line.so_far, 4) == round(1 + Decimal(20) * 120 / 730, 4)
    assert line.so_far_basis is Basis.PARTLY_BILLED


def test_what_somebody_keeps_is_left_out_until_its_day() -> None:
    keep = kept_by(SubjectKind.POD, "s1", "U1", NOW - 29 * DAY, RULE)
    found = swept([stopped()], [], kept=[keep])
    assert (found.lines, found.kept) == ((), 1)
    assert swept([stopped()], [], kept=[keep.model_copy(update={"until": NOW})]).kept == 0
    assert len(swept([stopped()], [], kept=[kept_by(SubjectKind.VOLUME, "s1", "U1", NOW, RULE)]).lines) == 1


def test_what_just_stopped_runs_or_costs_nothing_is_no_waste() -> None:
    assert sweep(
        [stopped()],
        {"s1": NOW - DAY},
        [VOLUME],
        {"v1": NOW - DAY},
        entries=(),
        kept=(),
        owners={},
        rates=published(),
        rule=RULE,
        now=NOW,
    ) == Sweep(at=NOW)
    assert swept([on_sxm(), pod(PodStatus.EXITED, id="n")], []).lines == ()


def test_a_stopped_pod_with_unknown_disks_is_listed_without_a_price() -> None:
    found = swept([stopped(), pod(PodStatus.EXITED, id="u", mounts_known=False)], [])
    assert [(line.id, line.per_month) for line in found.lines] == [("u", None), ("s1", Decimal(20))]


def test_a_volume_is_loose_since_the_first_list_that_shows_it_so() -> None:
    other = VOLUME.model_copy(update={"id": "vol1"})
    first = unattached_since({}, [VOLUME, other], [pod()], NOW)
    assert first == {"v1": NOW}
    later = unattached_since(first, [VOLUME, other], [], NOW + DAY)
    assert later == {"v1": NOW, "vol1": NOW + DAY}
    assert unattached_since(later, [other], [pod()], NOW + DAY) == {}
    unsure = unattached_since(later, [VOLUME, other], [pod(mounts_known=False)], NOW + 2 * DAY)
    assert unsure == later


def test_advice_and_sweep_together_name_each_thing_once() -> None:
    found = advised([on_sxm()], week(idle_h=84), swept([stopped()], [VOLUME]))
    assert [each.deed for each in found] == [Deed.STOP_IDLE, Deed.DELETE_VOLUME, Deed.TERMINATE_STOPPED]


YESTERDAY = Window(start=NOW - DAY, end=NOW)


def stop(hours_ago: float, until_hours_ago: float | None = None) -> StopByBot:
    until = None if until_hours_ago is None else NOW - until_hours_ago * HOUR
    return StopByBot(pod_id="p", at=NOW - hours_ago * HOUR, until=until, per_hour=Decimal(2))


@pytest.mark.parametrize(
    ("stops", "usd"),
    [
        ([], 0),
        ([stop(10)], 20),
        ([stop(10, 4)], 12),
        ([stop(30)], 2 * 18),
        ([stop(60)], 0),
        ([stop(10), stop(10)], 20),
        ([stop(10, 8), stop(6, 5)], 6),
        ([stop(10), stop(6)], 20),
        ([stop(-1)], 0),
    ],
)
def test_saved_is_from_the_stop_to_the_next_start_a_day_at_most(stops: list[StopByBot], usd: int) -> None:
    assert saved(stops, YESTERDAY, NOW) == usd
    assert timedelta(hours=24) == CREDIT
