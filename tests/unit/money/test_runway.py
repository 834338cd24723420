"""How long the balance lasts, and how it is told: at once when worse, then ever sooner, never to and fro."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pods.ledger.runway import (
    Level,
    RunwayNotice,
    RunwayRule,
    RunwayTold,
    Word,
    lost_at_zero,
    runway,
    stopped_at_zero,
    told,
)
from pods.model import PersistentMount, PodStatus
from tests.unit.money.books import MONDAY
from tests.unit.pods.builders import pod

RULE = RunwayRule()
CALM = RunwayTold()


def after(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def step(
    state: RunwayTold, hours: float, minutes: float = 0, rule: RunwayRule = RULE
) -> tuple[RunwayTold, RunwayNotice | None]:
    return told(state, runway(Decimal(str(hours)), Decimal(1), after(minutes)), rule)


def test_it_ends_when_the_balance_is_burnt_and_never_later() -> None:
    seen = runway(Decimal(10), Decimal(3), MONDAY)
    assert seen.hours is not None
    assert seen.empty_at == after(200)
    assert runway(Decimal(10), Decimal("3.0001"), MONDAY).empty_at == after(199)


@pytest.mark.parametrize(
    ("balance", "burn"),
    [(None, "1"), ("1", None), ("NaN", "1"), ("1", "Infinity"), ("1", "-1"), (None, None)],
)
def test_what_is_not_said_is_not_known_and_tells_nothing(balance: str | None, burn: str | None) -> None:
    seen = runway(None if balance is None else Decimal(balance), None if burn is None else Decimal(burn), MONDAY)
    assert not seen.known
    low = RunwayTold(level=Level.LOW, next_at=MONDAY)
    assert told(low, seen, RULE) == (low, None)


def test_with_nothing_burning_there_is_no_end() -> None:
    seen = runway(Decimal(10), Decimal(0), MONDAY)
    assert (seen.hours, seen.empty_at) == (None, None)
    assert told(CALM, seen, RULE) == (CALM, None)


def test_it_is_told_at_once_and_then_in_ever_shorter_waits() -> None:
    state, heard = CALM, []
    for minute in range(0, 60 * 24, 5):
        state, notice = step(state, 40, minute)
        heard += [minute] if notice else []
    assert heard[:6] == [0, 360, 540, 630, 675, 700]
    assert {later - earlier for earlier, later in pairwise(heard[7:])} == {15}


def test_worse_is_told_at_once() -> None:
    state, first = step(CALM, 40)
    state, second = step(state, 5, 1)
    state, third = step(state, 0, 2)
    assert [notice.level for notice in (first, second, third) if notice] == [Level.LOW, Level.URGENT, Level.EMPTY]
    assert step(state, 0, 10_000)[1] is None


def test_to_and_fro_about_a_limit_is_told_once() -> None:
    state, first = step(CALM, 47)
    assert first is not None
    for minute, hours in enumerate((49, 47, 59, 47, 48.5)):
        state, notice = step(state, hours, minute)
        assert notice is None


def test_well_again_is_told_once_and_well_above_the_limit() -> None:
    state, _ = step(CALM, 10)
    state, notice = step(state, 60, 1)
    assert notice is not None
    assert notice.word is Word.WELL_AGAIN
    assert step(state, 61, 2) == (state, None)


@given(st.lists(st.integers(0, 100), max_size=60))
def test_two_tellings_are_never_closer_than_the_least_wait_unless_it_got_worse_or_well(path: list[int]) -> None:
    state = CALM
    last: int | None = None
    for minute, hours in enumerate(path):
        before = state.level
        state, notice = step(state, hours, minute)
        if notice is not None and notice.again:
            assert state.level == before
            assert last is not None
            assert minute - last >= RULE.repeat_least_min
        if notice is not None:
            last = minute


@pytest.mark.parametrize("wrong", [{"low_h": 6}, {"urgent_h": 48}, {"repeat_min": 5}, {"low_h": "soon"}, {"x": 1}])
def test_limits_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RunwayRule.model_validate(wrong)


def test_at_zero_all_without_a_network_volume_is_lost() -> None:
    on_network = pod()
    local = pod(id="b", network=None, persistent=PersistentMount(size_gb=5, path="/w"))
    unsaid = pod(id="c", mounts_known=False)
    stopped = pod(PodStatus.EXITED, id="d")
    assert [each.id for each in lost_at_zero((on_network, local, unsaid, stopped))] == ["b", "c"]
    assert stopped_at_zero((on_network, local, stopped)) == (on_network,)
