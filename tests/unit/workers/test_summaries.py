"""The summaries: each once per period, whoever begins it and however long nobody did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pods.errors import ChatError
from pods.ledger.runway import Runway
from pods.summary import Edition
from pods.summary_rules import SummaryRule, Told, due, summed_up, told
from pods.times import to_ms
from tests.unit.money.books import BERLIN
from tests.unit.workers.test_ledger import HOUR, look, running
from tests.unit.workers.world import World
from workers.deliver import deliver
from workers.passes.ledger import ledger
from workers.summaries import account_runway, tell

ROOM = "C0MONEY"
POLICY = f"""
zone = "Europe/Berlin"
[roles]
default = "operator"
admin = {{ users = ["U0ADMIN"] }}
[[route]]
channel = "{ROOM}"
kinds = ["cost"]
[summary]
at = "09:00"
personal = ["U0BOB"]
"""
#: Tuesday, nine in Berlin.
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def spend(world: World, hours: int, until: datetime) -> None:
    """A pod that is polled every hour."""
    for place in range(hours, -1, -1):
        at = until - place * HOUR
        ledger(world.context, look(at, running(started_at=until - hours * HOUR, created_at=until - hours * HOUR)))
    world.clock.at = until


@pytest.fixture
def spent(world: World) -> World:
    """The evening before the first summary, which only begins the count."""
    world.store.people.publish(POLICY, NINE)
    spend(world, 40, NINE - 12 * HOUR)
    tell("1")
    return world


def waiting(world: World) -> list[str]:
    return sorted(world.store.outbox.keys_waiting())


def test_nothing_is_told_before_the_first_morning(spent: World) -> None:
    assert waiting(spent) == []


def test_each_morning_the_channel_and_who_wants_it_are_told_once(spent: World) -> None:
    spent.clock.at = NINE - timedelta(minutes=1)
    tell("2")
    assert waiting(spent) == []
    for minute in range(3):
        spent.clock.at = NINE + timedelta(minutes=minute)
        tell(str(minute))
    mine = "summary.daily-2026-11-24-U0BOB.U0BOB"
    assert waiting(spent) == [mine, f"summary.daily-2026-11-24.{ROOM}"]
    deliver(f"summary.daily-2026-11-24.{ROOM}")
    spent.forget_real_time()
    deliver(mine)
    (_, room, told_there), (_, direct, told_me) = spent.chat.sent
    assert (room, direct) == (ROOM, "DU0BOB")
    assert told_there.startswith("*Yesterday, Mon 23 Nov: $")
    assert "<@U0BOB> spent $0.00" in told_me
    assert spent.chat.blocks[0]


def test_two_at_once_tell_once(spent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tells everything between this one's look and its commit."""
    spent.clock.at = NINE
    change = spent.store.summaries_told.change
    raced: list[str] = []

    def racing(*given: object) -> object:
        if not raced:
            raced.append("the other")
            tell("the other")
        return change(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(spent.store.summaries_told, "change", racing)
    tell("this one")
    assert raced
    wanted = spent.store.client.get(spent.store.keys.wanted(f"summary.daily-2026-11-24.{ROOM}"))
    assert wanted == "1"


def test_after_three_days_away_only_the_newest_is_told(spent: World) -> None:
    spent.clock.at = NINE + 3 * DAY
    tell("2")
    assert f"summary.daily-2026-11-27.{ROOM}" in waiting(spent)
    assert len(waiting(spent)) == 2


def test_a_day_of_which_nothing_is_known_is_told_as_that(spent: World) -> None:
    spent.clock.at = NINE + 40 * DAY
    tell("2")
    key = next(key for key in waiting(spent) if key.startswith("summary.daily") and key.endswith(ROOM))
    printed = spent.store.summaries.get(key.removeprefix("summary.").removesuffix(f".{ROOM}"))
    assert printed is not None
    assert printed.summary.known  # The pod that was running then may still be: its hours are open, and marked.
    assert printed.summary.total.gaps


def test_a_process_that_dies_before_its_commit_has_told_nothing(spent: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spent.clock.at = NINE
    with monkeypatch.context() as broken:
        broken.setattr("pods.store.commit.Commit.run", _killed)
        tell("2")
    assert waiting(spent) == []
    tell("3")
    assert len(waiting(spent)) == 2


def _killed(*_: object) -> None:
    raise SystemError("killed")


def test_the_names_slack_does_not_tell_do_not_hold_it_up(spent: World) -> None:
    spent.clock.at = NINE
    spent.chat.fails = {"profile": [ChatError(code="unreachable")]}
    tell("2")
    assert len(waiting(spent)) == 2


def test_mondays_have_the_week_as_well(spent: World) -> None:
    spent.clock.at = NINE + 6 * DAY
    tell("2")
    weekly = spent.store.summaries.get("weekly-2026-11-30")
    assert weekly is not None
    assert (weekly.summary.edition, weekly.summary.day) == (Edition.WEEKLY, date(2026, 11, 23))
    assert f"summary.weekly-2026-11-30.{ROOM}" in waiting(spent)


# -- when


@pytest.mark.parametrize(
    ("at", "now", "day"),
    [
        ("09:00", "2026-11-24T07:59:59", date(2026, 11, 23)),
        ("09:00", "2026-11-24T08:00:00", date(2026, 11, 24)),
        # The night clocks go forward there is no half past two: it is due at three, once.
        ("02:30", "2026-03-29T00:59:59", date(2026, 3, 28)),
        ("02:30", "2026-03-29T01:00:00", date(2026, 3, 29)),
        # The night they go back there are two: it is due at the first.
        ("02:30", "2026-10-25T00:30:00", date(2026, 10, 25)),
        ("02:30", "2026-10-25T01:30:00", date(2026, 10, 25)),
    ],
)
def test_it_is_due_by_the_clock_on_the_wall(at: str, now: str, day: date) -> None:
    rule = SummaryRule.model_validate({"at": at})
    assert due(rule, Edition.DAILY, datetime.fromisoformat(now).replace(tzinfo=UTC), BERLIN) == day


def test_the_week_is_due_on_its_day_and_sums_up_the_one_before() -> None:
    rule = SummaryRule.model_validate({"weekly_on": "wednesday"})
    due_on = due(rule, Edition.WEEKLY, NINE, BERLIN)
    assert due_on == date(2026, 11, 18)
    assert summed_up(Edition.WEEKLY, due_on) == date(2026, 11, 11)
    assert summed_up(Edition.DAILY, date(2026, 11, 24)) == date(2026, 11, 23)


def test_a_change_of_zone_does_not_tell_a_day_twice() -> None:
    first, wanted = told(Told(last=date(2026, 11, 23)), date(2026, 11, 24))
    assert wanted
    # West of here it is still the day before, and becomes the same day once more.
    far = ZoneInfo("America/Los_Angeles")
    assert due(SummaryRule(), Edition.DAILY, NINE, far) == date(2026, 11, 23)
    assert told(first, date(2026, 11, 23)) == (first, False)
    assert told(first, date(2026, 11, 24)) == (first, False)


def test_how_long_the_balance_lasts_is_known_only_while_runpod_says_it() -> None:
    said = {"balance": "100", "burn": "4", "at": to_ms(NINE)}
    seen = account_runway(said, NINE)
    assert isinstance(seen, Runway)
    assert seen.hours == Decimal(25)
    assert account_runway(said, NINE + HOUR) is None
    assert account_runway({"at": to_ms(NINE), "balance": None, "burn": None}, NINE) is None
    assert account_runway({}, NINE) is None
