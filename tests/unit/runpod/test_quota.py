"""What the RateLimit headers mean, and what silence about them does not."""

from __future__ import annotations

import httpx
from hypothesis import given
from hypothesis import strategies as st

from pods.model import Quota
from pods.runpod.quota import QuotaLedger, parse_windows

STATE = '"minute";r=15;t=12, "hour";r=2800;t=1812, "day";r=49500;t=45012'
POLICY = '"minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400'


class Ticks:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def ledger_after(ticks: Ticks, **headers: str) -> QuotaLedger:
    ledger = QuotaLedger(ticks)
    ledger.note(httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}))
    return ledger


def test_both_headers_give_the_share_that_is_left() -> None:
    ledger = ledger_after(Ticks(), ratelimit=STATE, ratelimit_policy=POLICY)

    assert ledger.quotas()[0] == Quota(window="minute", remaining=15, reset_s=12, limit=60)
    assert [quota.window for quota in ledger.quotas()] == ["minute", "hour", "day"]
    assert ledger.share_left("minute") == 0.25


def test_without_headers_nothing_is_known() -> None:
    ledger = ledger_after(Ticks())

    assert ledger.quotas() == ()
    assert ledger.share_left("minute") is None


def test_without_a_policy_what_remains_is_known_but_no_share() -> None:
    ledger = ledger_after(Ticks(), ratelimit=STATE)

    assert ledger.quotas()[0] == Quota(window="minute", remaining=15, reset_s=12, limit=None)
    assert ledger.share_left("minute") is None


def test_a_policy_alone_says_nothing_of_what_remains() -> None:
    assert ledger_after(Ticks(), ratelimit_policy=POLICY).share_left("minute") is None


def test_a_window_that_is_over_is_full_again() -> None:
    ticks = Ticks()
    ledger = ledger_after(ticks, ratelimit='"minute";r=0;t=12', ratelimit_policy=POLICY)
    assert ledger.share_left("minute") == 0.0

    ticks.at += 12

    assert ledger.share_left("minute") == 1.0


def test_a_window_that_is_over_is_unknown_without_its_size() -> None:
    ticks = Ticks()
    ledger = ledger_after(ticks, ratelimit='"minute";r=0;t=12')

    ticks.at += 13

    assert ledger.quotas() == ()


def test_a_later_answer_replaces_an_earlier_one_and_keeps_the_policy() -> None:
    ledger = ledger_after(Ticks(), ratelimit=STATE, ratelimit_policy=POLICY)

    ledger.note(httpx.Headers({"RateLimit": '"minute";r=6;t=9'}))

    assert ledger.share_left("minute") == 0.1


def test_bare_names_and_odd_spacing_are_read_and_strange_members_passed_over() -> None:
    windows = parse_windows('minute ; r=3 ; t=4,"hour";r=x;t=5, ;;, "day";r=-1;t=2, limit=100')

    assert windows["minute"] == {"r": 3, "t": 4}
    assert windows["hour"] == {"t": 5}
    assert windows["day"] == {"t": 2}
    assert "limit" not in windows


@given(st.text(max_size=200))
def test_no_header_breaks_the_ledger(header: str) -> None:
    ledger = QuotaLedger()

    ledger.note({"RateLimit": header, "RateLimit-Policy": header})

    assert isinstance(ledger.quotas(), tuple)
