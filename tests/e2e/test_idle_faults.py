"""Outages, wrong lists and missing figures on the way to a stop: nothing is concluded from what RunPod did not say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pods.telemetry import Source
from pods.verdicts import VerdictKind
from tests.e2e.idling import POD, WORKER, begin, direct, spell, status, stops, wait
from tests.e2e.inline import Bot

pytestmark = pytest.mark.long


@pytest.fixture
def night(bot: Bot) -> Bot:
    return begin(bot)


def outage(bot: Bot) -> None:
    bot.fault(kind="outage")


def empty_list(bot: Bot) -> None:
    bot.fault(kind="empty_list", operation="list", times=None)


@pytest.mark.parametrize("fault", [outage, empty_list])
def test_half_an_hour_of_it_is_no_event_and_no_stop_and_the_warning_is_given_anew(
    night: Bot, fault: Callable[[Bot], None]
) -> None:
    wait(night, 23)
    known = spell(night)
    assert known is not None
    assert known.warning is not None
    told = len(direct(night))
    fault(night)
    wait(night, 30)
    assert (stops(night), len(direct(night))) == (0, told)
    assert night.store.changes.since(night.clock.now().replace(hour=0)) == ()
    assert night.store.fleet.load().failing_since is not None
    assert "RunPod's list has not answered since" in night.exec("/pod watch").said
    night.runpod.faults.clear()
    # What was said before the hole proves nothing of now: a whole window, a new warning, and a window after it.
    wait(night, 9)
    assert stops(night) == 0
    wait(night, 9)
    assert (stops(night), status(night)) == (1, "EXITED")
    assert sum("last warning" in post.text for post in direct(night)) == 2


def test_figures_that_stop_coming_stop_the_countdown(night: Bot) -> None:
    wait(night, 23)
    night.fault(kind="null_runtime", operation="*", times=None)
    wait(night, 20)
    assert (stops(night), status(night)) == (0, "RUNNING")
    said = night.exec(f"/pod why {POD}").said
    assert "is *not known*" in said
    assert "No utilisation" in night.exec("/pod health").said
    assert "RunPod gives no figures for any pod" in night.exec("/pod watch").said


def test_no_figures_at_the_last_look_put_the_stop_off(night: Bot) -> None:
    wait(night, 23)
    night.fault(kind="null_runtime", operation="get", times=None)
    wait(night, 9)
    assert (stops(night), status(night)) == (0, "RUNNING")
    night.runpod.faults.clear()
    # The warning's time has run out meanwhile, so it is given anew.
    wait(night, 11)
    assert stops(night) == 1


MODES = {
    "figures in the list": ("list", "auto", Source.LIST, True),
    "only in GraphQL's list": ("detail", "auto", Source.GRAPHQL, True),
    "only in single reads": ("detail", "rest", Source.READS, True),
    "nowhere": ("none", "auto", Source.NOWHERE, False),
}


@pytest.mark.parametrize("mode", MODES)
def test_wherever_figures_come_from_an_idle_pod_is_stopped_and_a_busy_one_is_not(bot: Bot, mode: str) -> None:
    telemetry, api, source, stopped = MODES[mode]
    night = begin(bot)
    night.use_api(api)
    night.own(POD, "U0BOB")
    night.control("settings", telemetry=telemetry)
    wait(night, 32)
    reporting = night.store.verdicts.state().reporting
    assert reporting.source is source
    assert stops(night) == int(stopped)
    assert stops(night, WORKER) == 0
    verdict = night.store.verdicts.get(WORKER)
    assert verdict is not None
    assert verdict.kind is (VerdictKind.BUSY if stopped else VerdictKind.UNKNOWN)


def test_single_reads_keep_to_half_the_quota(bot: Bot) -> None:
    night = begin(bot)
    night.use_api("rest")
    night.control("settings", telemetry="detail", quotas={"minute": 6, "hour": 7200, "day": 100_000})
    wait(night, 20)
    calls = [call for call in night.runpod.calls.as_json() if call["operation"] in {"list", "get"}]
    assert [call for call in calls if call["status"] == 429] == []
    said = night.exec("/pod watch").said
    assert "read pods one by one" in said or "gives no figures" in said
