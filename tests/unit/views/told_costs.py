"""What was spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.views import cost as cost_view
from bot.views.money_rows import Names
from pods.ledger.amounts import Amounts
from pods.ledger.entries import HOUR, Entry, Labels
from pods.ledger.sightings import SubjectKind
from pods.ledger.story import story
from pods.ledger.totals import Dimension, totals
from pods.messages import Content
from pods.spent import Days, Period, days_of, spent
from tests.unit.views.samples import ASKER, NOW, OWNER, TZ

#: Of the month that NOW is in, in Berlin.
FIRST: Final = datetime(2026, 10, 31, 23, tzinfo=UTC)
H100, A40 = "NVIDIA H100 80GB HBM3", "NVIDIA A40"
TROUBLE: Final = "RunPod answered with an error (503)."
NAMES: Final = Names(people={ASKER: "ann", OWNER: "bob"}, gpus={H100: "H100 SXM"})


def hour(at: datetime, usd: str, /, **changes: object) -> Entry:
    usual = Entry(
        kind=SubjectKind.POD,
        id="abc123",
        name="nlp-train",
        hour=at,
        labels=Labels(owner=ASKER, team="nlp", gpu=H100, cloud="SECURE"),
        estimate=Amounts(compute=Decimal(usd), container_disk=Decimal("0.01")),
        running_ms=3_600_000,
    )
    return usual.model_copy(update=changes)


def books(until: datetime = NOW) -> list[Entry]:
    """A pod all month, billed but for its last day; another's by day; a stopped one; a volume; what nobody watched."""
    found: list[Entry] = []
    at = FIRST
    while at + HOUR <= until:
        billed = Amounts(compute=Decimal("2.70"), container_disk=Decimal("0.01"))
        late = at > until - timedelta(days=1)
        found.append(hour(at, "2.69", billed=None if late else billed))
        if 8 <= at.hour < 18:
            bobs = Labels(owner=OWNER, team="vision", gpu=A40, cloud="COMMUNITY")
            idle = {"idle_ms": 1_800_000, "idle_estimate": Decimal("0.22")} if at.hour > 15 else {}
            found.append(hour(at, "0.44", id="def456", name="vision", labels=bobs, **idle))
        stopped = Amounts(stopped_disk=Decimal("0.02"))
        found.append(
            hour(
                at, "0", id="old888", name="old", labels=Labels(), estimate=stopped, running_ms=0, stopped_ms=3_600_000
            )
        )
        found.append(
            hour(
                at,
                "0",
                id="vol1",
                name="data",
                kind=SubjectKind.VOLUME,
                labels=Labels(),
                estimate=Amounts(network_volume=Decimal("0.03")),
                running_ms=0,
            )
        )
        at += HOUR
    return found


def unsure() -> list[Entry]:
    """A day with an outage, and a pod whose price was never said."""
    return [
        *(hour(NOW - each * HOUR, "2.69") for each in range(3, 6)),
        hour(NOW - 2 * HOUR, "1.35", doubt=Decimal("1.35"), open_ms=3_600_000),
        hour(NOW - 3 * HOUR, "0", id="net333", name="mystery", unknown_ms=3_600_000, labels=Labels(owner=OWNER)),
        hour(NOW - 4 * HOUR, "0.40", id="def456", name="b", not_on_bill=True),
    ]


def many(count: int) -> list[Entry]:
    chance = [Decimal(3 + place * 7 % 41) / 10 for place in range(count)]
    return [
        hour(NOW - 9 * HOUR, str(usd), id=f"pod{place:03}", name=f"sweep-run-number-{place}")
        for place, usd in enumerate(chance)
    ]


def told(entries: Sequence[Entry], days: Days, by: Dimension, owner: str | None = None, trouble: str = "") -> Content:
    window = days.window(TZ, NOW)
    within = [entry for entry in entries if window.holds(entry.hour)]
    return cost_view.spent(spent(within, days, NOW, TZ, by, owner=owner), NAMES, trouble=trouble)


def _costs() -> Iterator[tuple[str, Content]]:
    month, today = days_of(Period.MONTH, NOW, TZ), days_of(Period.TODAY, NOW, TZ)
    yesterday = days_of(Period.YESTERDAY, NOW, TZ)
    yield "cost-month", told(books(), month, Dimension.OWNER)
    yield "cost-by-gpu", told(books(), month, Dimension.GPU)
    yield "cost-by-day", told(books(), month, Dimension.DAY)
    yield "cost-mine", told(books(), days_of(Period.WEEK, NOW, TZ), Dimension.SUBJECT, owner=ASKER)
    yield (
        "cost-yesterday-billed",
        told([each.model_copy(update={"billed": each.estimate}) for each in books()], yesterday, Dimension.TEAM),
    )
    yield "cost-nothing-of-mine", told(books(), today, Dimension.SUBJECT, owner="U0NOBODY")
    yield (
        "cost-unsure",
        told(unsure(), days_of(Period.WEEK, NOW, TZ), Dimension.SUBJECT, trouble=TROUBLE),
    )
    yield "cost-not-known", told([], yesterday, Dimension.OWNER, trouble=TROUBLE)
    yield "cost-many", told(many(500), yesterday, Dimension.SUBJECT)
    yield "cost-too-long", cost_view.too_long(timedelta(days=366))


def _lives() -> Iterator[tuple[str, Content]]:
    for name, pod_id in (("running", "abc123"), ("idle", "def456"), ("stopped", "old888")):
        entries = [entry for entry in books() if entry.id == pod_id]
        found = story(entries)
        assert found is not None
        yield f"cost-life-{name}", cost_view.life(found, totals(entries, Dimension.DAY, TZ), NOW, TZ)
    seen = hour(NOW - 3 * HOUR, "2.69")
    before = [
        hour(NOW - each * HOUR, "0", estimate=Amounts(), running_ms=0, billed=Amounts(compute=Decimal(3)))
        for each in range(4, 8)
    ]
    found = story([*before, seen])
    assert found is not None
    yield "cost-life-partly-watched", cost_view.life(found, totals([*before, seen], Dimension.DAY, TZ), NOW, TZ)
    yield "cost-life-none", cost_view.no_books("nlp-train", "abc123")


KINDS: Final = (_costs, _lives)
