"""The morning's figures of a small and a large team, and the mornings on which not all is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.views import summary as summary_view
from bot.views.money_rows import Names
from pods.budgets import Budget, BudgetRule
from pods.ledger.amounts import Amounts
from pods.ledger.entries import HOUR, Entry, Labels
from pods.ledger.runway import runway
from pods.ledger.savings import Deed, Saving, StopByBot
from pods.ledger.sightings import SubjectKind
from pods.messages import Content
from pods.model import Cloud
from pods.summary import Edition, Figures, summary
from tests.unit.views.samples import ASKER, OWNER, TZ
from tests.unit.views.samples import NOW as NIGHT
from tests.unit.views.told_costs import A40, FIRST, H100, NAMES, TROUBLE, books, hour

#: Tuesday, nine in the morning in Berlin.
MORNING: Final = NIGHT.replace(hour=8, minute=0)
MONDAY: Final = (MORNING - timedelta(days=1)).date()
DAY: Final = timedelta(days=1)


def figures(**changes: object) -> Figures:
    rules = (
        BudgetRule(amount=Decimal(5000)),
        BudgetRule.model_validate({"scope": "team", "name": "nlp", "amount": 2000}),
    )
    spent = (Decimal("1700.00"), None)
    pots = tuple(
        Budget(rule=rule, holder=rule.name, window=rule.window(MONDAY, TZ), spent=usd)
        for rule, usd in zip(rules, spent, strict=True)
    )
    usual: dict[str, object] = {
        "now": MORNING,
        "zone": TZ,
        "budgets": pots,
        "runway": runway(Decimal("812.50"), Decimal("10.60"), MORNING),
        "stops": (StopByBot(pod_id="def456", at=MORNING - timedelta(hours=20), per_hour=Decimal("0.44")),),
        "actions": (
            Saving(
                deed=Deed.STOP_IDLE,
                kind=SubjectKind.POD,
                id="abc123",
                name="nlp-train",
                owner=ASKER,
                per_month=Decimal("310.20"),
            ),
            Saving(
                deed=Deed.CHEAPER_GPU,
                kind=SubjectKind.POD,
                id="def456",
                name="vision",
                owner=OWNER,
                per_month=Decimal(120),
                gpu=A40,
                cloud=Cloud.SECURE,
                price=Decimal("0.44"),
            ),
            Saving(
                deed=Deed.TERMINATE_STOPPED, kind=SubjectKind.POD, id="old888", name="old", per_month=Decimal("14.60")
            ),
        ),
    }
    return Figures(**{**usual, **changes})  # type: ignore[arg-type]


def told(
    entries: Sequence[Entry],
    *,
    edition: Edition = Edition.DAILY,
    owner: str | None = None,
    names: Names = NAMES,
    trouble: str = "",
    **changes: object,
) -> Content:
    day = MONDAY if edition is Edition.DAILY else MONDAY - timedelta(days=7)
    made = summary(edition, day, entries, figures(**changes), owner=owner)
    return summary_view.summary(made, names, trouble=trouble)


def billed(entries: Sequence[Entry]) -> list[Entry]:
    """All but the last hours."""
    return [
        entry if entry.hour > MORNING - 3 * HOUR else entry.model_copy(update={"billed": entry.estimate})
        for entry in entries
    ]


def several_weeks() -> list[Entry]:
    """The month so far, and three weeks of October before it, so that there is a usual Monday."""
    before = [
        entry.model_copy(update={"hour": entry.hour - timedelta(days=21)})
        for entry in books(MORNING)
        if entry.hour < FIRST + timedelta(days=21)
    ]
    return billed([*before, *books(MORNING)])


def wild() -> list[Entry]:
    """A Monday on which somebody rented a great deal."""
    rented = [
        hour(
            MORNING - each * HOUR,
            "26.32",
            id="big777",
            name="pretrain",
            labels=Labels(owner=OWNER, team="vision", gpu=H100, cloud="SECURE"),
        )
        for each in range(12, 20)
    ]
    return [*several_weeks(), *rented]


def large() -> tuple[list[Entry], Names]:
    """Five hundred pods of forty people over eight days."""
    gpus = [H100, A40, "NVIDIA L40S", "NVIDIA B200"]
    people = [f"U0PERSON{each:02}" for each in range(40)]
    entries = [
        hour(
            MORNING - back * DAY - 6 * HOUR,
            str(Decimal(3 + (place * 7 + back) % 41) / 10),
            id=f"pod{place:03}",
            name=f"sweep-run-number-{place}",
            labels=Labels(owner=people[place % 40], team=f"team{place % 5}", gpu=gpus[place % 4], cloud="SECURE"),
            idle_estimate=Decimal("0.1") if place % 9 == 0 else Decimal(0),
            idle_ms=600_000 if place % 9 == 0 else 0,
        )
        for back in range(9)
        for place in range(500)
    ]
    return entries, Names(people={user: f"person{place}" for place, user in enumerate(people)})


def priceless() -> list[Entry]:
    """RunPod said no price for anything."""
    return [hour(MORNING - each * HOUR, "0", estimate=Amounts(), unknown_ms=3_600_000) for each in range(9, 15)]


def _mornings() -> Iterator[tuple[str, Content]]:
    yield "summary-small", told(several_weeks())
    yield "summary-unusual", told(wild(), actions=())
    entries, names = large()
    yield "summary-large", told(entries, names=names)
    yield "summary-weekly", told(several_weeks(), edition=Edition.WEEKLY)
    yield "summary-personal", told(several_weeks(), owner=OWNER, actions=())
    yield (
        "summary-first",
        told(
            [entry for entry in books(MORNING) if entry.hour > MORNING - DAY],
            runway=None,
            budgets=(),
            actions=(),
            stops=(),
        ),
    )
    yield "summary-no-data", told([hour(MORNING - 3 * DAY, "2.69")], trouble=TROUBLE)
    yield "summary-no-price", told(priceless(), trouble=TROUBLE)


KINDS: Final = (_mornings,)
