"""How often, how long and for how much a plan tries; what it inherits; and what people's words change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.recovery.attempts import Attempt, Offer, Result, Why
from pods.recovery.chain import Chain, Run, breaker_open
from pods.recovery.record import Recovery, State, chained, gap, next_try_at
from pods.recovery.rules import Move
from pods.recovery.words import hurried, moving, stopping
from tests.unit.recovery.samples import NOON, at, recovery, rule

PRICE = Decimal(6)


def tried(second: float, result: Result | None = Result.NO_ROOM, **changes: object) -> Attempt:
    offer = Offer(move=Move.RESUME, price=PRICE)
    ended = at(second + 60) if result is not None else None
    usual = Attempt(number=1, round=0, offer=offer, at=at(second), result=result, ended_at=ended)
    return usual.model_copy(update=changes)


def back(up: float) -> Recovery:
    return recovery(state=State.BACK, attempts=(tried(0, Result.UP, pod_id="xyz789", up_at=at(up)),))


@pytest.mark.parametrize(("rounds", "minutes"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (7, 30), (500, 30)])
def test_the_gap_between_rounds_doubles_up_to_half_an_hour(rounds: int, minutes: int) -> None:
    assert gap(rounds) == timedelta(minutes=minutes)


def test_the_hourly_limit_lets_the_next_try_begin_when_the_oldest_is_an_hour_old() -> None:
    limited = recovery(rule=rule(attempts_per_hour=2), attempts=(tried(0), tried(600)))
    assert next_try_at(limited, at(1200)) == at(3600)
    assert next_try_at(limited, at(3601)) == at(3601)
    inherited = recovery(rule=rule(attempts_per_hour=2), chain=Chain(tried_at=(NOON, at(60))))
    assert next_try_at(inherited, at(120)) == at(3600)


@pytest.mark.parametrize(
    ("attempt", "usd"),
    [
        (tried(0, Result.NO_ROOM), 0),
        (tried(0, Result.REFUSED), 0),
        (tried(0, Result.CALLED_OFF), 0),
        (tried(0, Result.TAKEN_BACK, ended_at=at(1800)), 3),
        (tried(0, Result.UP, up_at=at(600)), 1),
        (tried(0, None), 6),
        (tried(0, None, rate=Decimal(12)), 12),
    ],
)
def test_a_try_costs_from_its_beginning_unless_runpod_certainly_never_had_it(attempt: Attempt, usd: int) -> None:
    assert attempt.spent(at(3600)) == usd


def run(lasted: float, *, saved: bool = False) -> Run:
    return Run(up_at=NOON, lost_at=at(lasted), price=PRICE, saved=saved)


@pytest.mark.parametrize(
    ("runs", "opens"),
    [
        ((), False),
        ((run(60),), False),
        ((run(60), run(60)), True),
        ((run(60), run(60, saved=True)), False),
        ((run(60), run(901)), False),
        ((run(5000), run(60), run(60)), True),
    ],
)
def test_two_runs_in_a_row_that_brought_nothing_open_the_breaker(runs: tuple[Run, ...], opens: bool) -> None:
    assert breaker_open(Chain(runs=runs), rule()) is opens


def test_a_plan_inherits_what_the_last_one_spent_for_nothing() -> None:
    chain = chained(back(600), lost_at=at(900), saved=False)
    assert [each.lasted for each in chain.runs] == [timedelta(seconds=300)]
    # Ten minutes of coming up and five of running, at six dollars an hour.
    assert chain.spent == Decimal("1.5")
    assert chain.tried_at == (NOON,)


@pytest.mark.parametrize(("lost", "saved"), [(900, True), (600 + 900, False)])
def test_a_run_that_saved_or_lasted_leaves_nothing_to_inherit(lost: float, saved: bool) -> None:
    assert chained(back(600), lost_at=at(lost), saved=saved) == Chain()


def test_a_plan_that_never_brought_it_back_leaves_nothing() -> None:
    assert chained(recovery(attempts=(tried(0),)), lost_at=at(60), saved=False) == Chain()
    assert chained(None, lost_at=at(60), saved=False) == Chain()


def test_without_a_cap_in_the_rule_it_is_what_the_pod_cost() -> None:
    assert recovery(rule=rule(price_cap=None)).cap == Decimal("6.58")


def test_resume_now_and_move_begin_the_next_round_at_once() -> None:
    waiting = recovery(round=3, next_at=at(900))
    sooner = hurried(waiting, "U1", at(10))
    assert (sooner.round, sooner.next_at, sooner.skip_resume) == (4, at(10), False)
    assert moving(waiting, "U1", at(10)).skip_resume


def test_a_word_comes_too_late_for_a_try_under_way_and_for_what_is_back() -> None:
    under_way = recovery(attempts=(tried(0, None),))
    assert hurried(under_way, "U1", NOON) is under_way
    assert moving(under_way, "U1", NOON) is under_way
    done = back(600)
    assert hurried(done, "U1", NOON) is done
    assert stopping(done, "U1", NOON) is done


def test_a_plan_that_ended_goes_on_with_a_deadline_of_its_own() -> None:
    ended = recovery(
        state=State.GAVE_UP, why=Why.BREAKER, ended_at=at(60), next_at=None, chain=Chain(runs=(run(60),) * 2)
    )
    again = hurried(ended, "U1", at(100_000))
    assert (again.state, again.why, again.next_at) == (State.TRYING, None, at(100_000))
    assert again.deadline == at(100_000) + again.rule.deadline
    assert not breaker_open(again.chain, again.rule)
    assert again.by == "U1"


def test_stop_trying_is_heard_once() -> None:
    stopped = stopping(recovery(), "U1", at(5))
    assert (stopped.stop_by, stopped.next_at) == ("U1", at(5))
    assert stopping(stopped, "U2", at(6)) is stopped
