from __future__ import annotations

import pytest

from app.lives import (
    FIRST_WAIT_S,
    GRACE_S,
    LAST_GRACE_S,
    LONGEST_WAIT_S,
    SETTLED_S,
    Act,
    Effect,
    Fleet,
    Life,
    Seen,
    all_ready,
    decide,
    ended,
)

GONE, ALIVE, READY = Seen.ABSENT, Seen.ALIVE, Seen.READY


def fleet(**stages: int) -> Fleet:
    return Fleet(lives=tuple(Life(name=name, stage=stage) for name, stage in stages.items()))


def acts(effects: object) -> list[tuple[Act, str]]:
    assert isinstance(effects, list)
    return [(effect.act, effect.name) for effect in effects if isinstance(effect, Effect)]


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        (GONE, [(Act.START, "store")]),
        (ALIVE, []),
        (READY, [(Act.START, "bot")]),
    ],
)
def test_work_starts_once_the_store_is_ready(store: Seen, expected: list[tuple[Act, str]]) -> None:
    _, effects = decide(fleet(store=0, bot=1), {"store": store, "bot": GONE}, 0.0)
    assert acts(effects) == expected


def test_a_child_that_lives_is_left_alone() -> None:
    before, _ = decide(fleet(bot=0), {"bot": GONE}, 0.0)
    after, effects = decide(before, {"bot": READY}, 99.0)
    assert (after, effects) == (before, [])


def test_a_death_does_not_touch_the_others() -> None:
    running, _ = decide(fleet(store=0, bot=0), {"store": GONE, "bot": GONE}, 0.0)
    _, effects = decide(running, {"store": GONE, "bot": READY}, 5.0)
    assert acts(effects) == [(Act.TELL, "store")]


def test_early_deaths_wait_longer_each_time_up_to_a_limit() -> None:
    now, waits = 0.0, []
    state, _ = decide(fleet(bot=0), {"bot": GONE}, now)
    for _ in range(7):
        state, told = decide(state, {"bot": GONE}, now)
        waits.append(next(effect.wait_s for effect in told if effect.act is Act.TELL))
        _, too_soon = decide(state, {"bot": GONE}, now + waits[-1] - 0.01)
        assert too_soon == []
        now += waits[-1]
        state, effects = decide(state, {"bot": GONE}, now)
        assert acts(effects) == [(Act.START, "bot")]
    assert waits == [FIRST_WAIT_S, 1.0, 2.0, 4.0, 8.0, LONGEST_WAIT_S, LONGEST_WAIT_S]


@pytest.mark.parametrize(("lived_s", "wait_s"), [(SETTLED_S - 0.1, 4.0), (SETTLED_S, FIRST_WAIT_S)])
def test_a_settled_life_starts_the_count_again(lived_s: float, wait_s: float) -> None:
    state = Fleet(lives=(Life(name="bot", stage=0, started_at=100.0, wait_s=4.0),))
    after, effects = decide(state, {"bot": GONE}, 100.0 + lived_s)
    assert [effect.wait_s for effect in effects] == [pytest.approx(wait_s)]
    assert after.lives[0].wait_s == wait_s * 2


def test_the_end_comes_from_the_top_and_each_is_told_once() -> None:
    state = fleet(store=0, bot=1, act=1).order_stop(50.0)
    everyone = {"store": READY, "bot": READY, "act": ALIVE}
    state, effects = decide(state, everyone, 50.0)
    assert acts(effects) == [(Act.TERMINATE, "bot"), (Act.TERMINATE, "act")]
    state, effects = decide(state, {**everyone, "bot": GONE}, 51.0)
    assert effects == []
    state, effects = decide(state, {"store": READY, "bot": GONE, "act": GONE}, 52.0)
    assert acts(effects) == [(Act.TERMINATE, "store")]
    assert not ended(state, {"store": ALIVE, "bot": GONE, "act": GONE})
    assert ended(state, {"store": GONE, "bot": GONE, "act": GONE})


def test_what_does_not_end_is_killed_in_time() -> None:
    state = fleet(store=0, bot=1).order_stop(0.0)
    stubborn = {"store": READY, "bot": READY}
    state, _ = decide(state, stubborn, 0.0)
    state, effects = decide(state, stubborn, GRACE_S)
    assert acts(effects) == [(Act.KILL, "bot")]
    state, effects = decide(state, {"store": READY, "bot": GONE}, GRACE_S + 0.1)
    assert acts(effects) == [(Act.TERMINATE, "store")]
    state, effects = decide(state, {"store": READY, "bot": GONE}, LAST_GRACE_S)
    assert acts(effects) == [(Act.KILL, "store")]
    assert LAST_GRACE_S < 20


def test_a_second_order_does_not_wait() -> None:
    state = fleet(store=0, bot=1).order_stop(0.0).order_stop(0.1)
    _, effects = decide(state, {"store": READY, "bot": READY}, 0.1)
    assert acts(effects) == [(Act.KILL, "store"), (Act.KILL, "bot")]


def test_nothing_is_started_once_the_end_is_ordered() -> None:
    state = fleet(store=0, bot=1).order_stop(0.0)
    _, effects = decide(state, {"store": READY, "bot": GONE}, 1.0)
    assert acts(effects) == [(Act.TERMINATE, "store")]


def test_a_running_fleet_has_not_ended_even_when_nobody_lives() -> None:
    assert not ended(fleet(bot=0), {"bot": GONE})


def test_ready_means_everyone() -> None:
    assert all_ready(fleet(store=0, bot=1), {"store": READY, "bot": READY})
    assert not all_ready(fleet(store=0, bot=1), {"store": READY, "bot": ALIVE})
