"""What a start would cost, from what is known before RunPod says it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.catalog import Catalog
from pods.ledger.rates import published
from pods.model import Cloud, Cpu, Gpu, GpuType, PersistentMount, Pod, PodStatus
from pods.offers import CpuType
from pods.quotes import start_price, start_quote, together
from tests.unit.money.books import MONDAY, UTC_ZONE
from tests.unit.pods.builders import pod

A100 = GpuType(
    id="a100",
    name="A100",
    memory_gb=80,
    secure=True,
    community=True,
    price_secure=Decimal("1.59"),
    price_community=Decimal("1.39"),
)
CPU = CpuType(
    id="cpu3c",
    name="CPU",
    group="c",
    min_vcpu=2,
    max_vcpu=32,
    ram_gb_per_vcpu=Decimal(2),
    price_per_vcpu=Decimal("0.03"),
)
CATALOG = Catalog(gpu_types=(A100,), community=(A100,), cpu_types=(CPU,))


def stopped(**changes: object) -> Pod:
    usual: dict[str, object] = {"gpu": Gpu(id="a100", count=2), "cloud": Cloud.SECURE, "cost_per_hour": Decimal(0)}
    return pod(PodStatus.EXITED, **{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "last", "price"),
    [
        ({}, None, "3.18"),
        ({}, "2.90", "3.18"),
        # It was dearer than the list says: a price may have fallen, and nobody is promised that it has for this pod.
        ({}, "4.00", "4.00"),
        ({"cloud": Cloud.COMMUNITY}, None, "2.78"),
        ({"gpu": Gpu(id="unheard", count=1)}, None, None),
        ({"gpu": Gpu(id="unheard", count=1)}, "0.50", "0.50"),
        # It last ran without a GPU, for nothing: no proof of a price.
        ({"gpu": Gpu(id="unheard", count=1)}, "0", None),
        ({"gpu": None, "cpu": Cpu(id="cpu3c", vcpu_count=4)}, None, "0.12"),
        ({"gpu": None}, None, None),
        ({"status": PodStatus.RUNNING, "cost_per_hour": Decimal(7)}, "1", "7"),
        ({"status": PodStatus.RUNNING, "cost_known": False}, "1", None),
    ],
)
def test_the_dearer_of_what_is_known_is_quoted(changes: dict[str, object], last: str | None, price: str | None) -> None:
    found = start_price(stopped(**changes), CATALOG, Decimal(last) if last else None)
    assert found == (Decimal(price) if price else None)


def test_without_a_catalog_only_its_last_price_speaks() -> None:
    assert start_price(stopped(), None, None) is None
    assert start_price(stopped(), None, Decimal(2)) == 2


def test_a_quote_counts_the_disks_and_says_what_it_costs_stopped() -> None:
    disks = stopped(disk_gb=73, persistent=PersistentMount(size_gb=73, path="/w"), network=None)
    quote = start_quote(disks, Decimal(3), published(), MONDAY, UTC_ZONE)
    assert quote.per_hour == Decimal("3.02")
    assert quote.tonight == Decimal("3.02") * 24
    assert quote.friday == Decimal("3.02") * 24 * 5
    assert quote.stopped_per_month == Decimal("14.6")
    assert start_quote(disks, None, published(), MONDAY, UTC_ZONE).per_hour is None


def test_several_are_not_known_where_one_is_not() -> None:
    known = start_quote(stopped(disk_gb=0), Decimal(3), published(), MONDAY, UTC_ZONE)
    unknown = start_quote(stopped(), None, published(), MONDAY, UTC_ZONE)
    assert together((known, known)).per_hour == 6
    both = together((known, unknown))
    assert (both.per_hour, both.tonight, both.stopped_per_month) == (None, None, Decimal(0))
