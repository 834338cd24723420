"""What was spent as a file: sent once, taken up again after a death, told when it cannot come."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pods.csv_wishes import CsvWish, value_of, wish
from pods.errors import ChatError
from pods.jobs import Job
from pods.spent import Days
from tests.unit.workers.world import HandClock, World
from workers.csvs import write
from workers.summaries import tell

DAYS = Days(first=date(2026, 11, 23), last=date(2026, 11, 24))


def want(world: World) -> None:
    made = CsvWish(user="U0BOB", days=DAYS, asked_at=world.clock.now())
    world.store.csvs.change("w1", lambda known: known or made, world.clock.now())


def uploads(world: World) -> list[str]:
    return [str(each["filename"]) for each in world.chat.asked if each["method"] == "upload"]


def test_it_is_sent_once(world: World) -> None:
    want(world)
    write("w1")
    write("w1")
    assert uploads(world) == ["runpod-cost-2026-11-23-2026-11-24.csv"]


def test_what_a_dead_process_left_is_taken_up_within_the_minute(world: World) -> None:
    want(world)
    tell("1")
    assert (Job.CSV, "w1") in world.woken
    write("w1")
    world.woken.clear()
    tell("2")
    assert (Job.CSV, "w1") not in world.woken


def test_while_slack_is_away_it_waits_and_after_an_hour_it_is_told(world: World) -> None:
    want(world)
    world.chat.fails = {"upload": [ChatError(code="unreachable"), ChatError(code="unreachable")]}
    write("w1")
    assert world.store.outbox.get("csv.w1") is None
    world.clock.at += timedelta(hours=1, minutes=1)
    write("w1")
    told = world.store.outbox.get("csv.w1")
    assert told is not None
    assert told.direct
    assert told.content is not None
    assert "did not come: Slack refused the file (`unreachable`)" in told.content.text


def test_a_button_says_which_days_and_whose() -> None:
    now = HandClock().now()
    assert wish(value_of(DAYS, "U1"), "U2", now) == CsvWish(user="U2", days=DAYS, owner="U1", asked_at=now)
    assert wish(value_of(DAYS, None), "U2", now).owner is None
    for forged in ("", "a:b:c", "2026-11-23:2026-11-24"):
        with pytest.raises(ValueError, match=r".*"):
            wish(forged, "U2", now)
