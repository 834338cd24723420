"""Outages and what changed in them, silences, and a balance that is counted down."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pods.errors import ServerFault
from pods.fleet import Fleet, missed
from pods.funds import burn_of, counted, set_by
from pods.model import PersistentMount, PodStatus
from pods.outages import begun, due, ended, outage_id
from pods.watchdog import Part, Silence, is_silent, over
from tests.unit.losses.scenes import down, listed, running
from tests.unit.pods.builders import at


def failing(since: float = 0) -> Fleet:
    return missed(
        listed(running(id="a", name="a"), down(id="b", name="b"), running(id="c", name="c")), ServerFault(), at(since)
    )


def test_an_outage_is_told_after_a_minute_and_has_one_name() -> None:
    fleet = failing()
    assert [due(fleet, at(seconds)) for seconds in (0, 59, 60)] == [False, False, True]
    assert not due(listed(running()), at(900))
    again = missed(fleet, ServerFault(), at(300))
    assert begun(fleet, places=("C1",), fallback="").id == begun(again, places=(), fallback="").id == outage_id(at(0))


def test_an_end_says_what_changed_and_only_that() -> None:
    outage = begun(failing(), places=("C1",), fallback="")
    after = listed(down(id="a", name="a"), down(id="b", name="b"), running(id="d", name="d"), seconds=900)
    done = ended(outage, after, at(900))
    told = [(change.pod_id, change.was, change.now) for change in done.changes]
    assert told == [
        ("a", PodStatus.RUNNING, PodStatus.EXITED),
        ("c", PodStatus.RUNNING, None),
        ("d", None, PodStatus.RUNNING),
    ]
    assert ended(done, listed(), at(1000)) is done


@pytest.mark.parametrize(
    ("last", "now", "every_s", "real_s", "silent"),
    [
        (None, 9999, 30, 9999, False),
        (0, 179, 30, 600, False),
        (0, 180, 30, 600, True),
        # Four rounds of a slow poll are more than three minutes.
        (0, 1200, 600, 600, False),
        (0, 2400, 600, 600, True),
        # The demo's clock runs fast: nothing is silent within half a minute of real time.
        (0, 3600, 10, 29, False),
    ],
)
def test_silence_needs_the_domains_time_and_real_time(
    last: float | None, now: float, every_s: float, real_s: float, silent: bool
) -> None:
    assert is_silent(None if last is None else at(last), at(now), every_s=every_s, real_s=real_s) is silent


def test_a_silence_ends_with_the_next_sign_of_life_once() -> None:
    silence = Silence(part=Part.WATCH, since=at(0))
    assert over(silence, at(0)) is silence
    assert over(silence, None) is silence
    done = over(silence, at(600))
    assert done.ended_at == at(600)
    assert over(done, at(900)) is done


def test_a_balance_is_counted_down_by_what_is_known_to_be_burnt() -> None:
    pods = (
        running(cost_per_hour=Decimal("2.50")),
        running(cost_known=False),
        down(persistent=PersistentMount(size_gb=365, path="/w"), network=None),
    )
    burn = burn_of(pods)
    # 365 GB at $0.20 a month are $0.10 an hour.
    assert burn == Decimal("2.60")
    funds = set_by("U1", Decimal(100), at(0))
    later = counted(funds, burn, at(0) + timedelta(hours=10))
    assert later.left == Decimal(74)
    assert counted(later, burn, at(0)) is later
