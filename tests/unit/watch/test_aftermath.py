"""Stopped disks, pods without owners, what the shadow would have stopped, and which stops were regretted."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pods.fleet import OwnerKind, PodFacts
from pods.holds import Hold, HoldKind, Holds
from pods.leftovers import Leftover, LeftoverAct, Stopped, leftover_step, nudge_delivered, storage_cost
from pods.model import PersistentMount, PodStatus
from pods.shadow import (
    AutoStop,
    ShadowReport,
    ShadowStop,
    busy_later,
    looked_after,
    regret,
    saved,
    shadow_report,
    started_again,
    would_stop,
)
from pods.strays import (
    Claim,
    Stray,
    StrayAct,
    Unowned,
    answered,
    first_seen,
    owner_by,
    question_delivered,
    stray_step,
)
from pods.verdicts import VerdictKind
from pods.watch_rules import QuietHours, StorageRule, StrayRule
from tests.unit.pods.builders import NOON, at, pod
from tests.unit.watch.scenes import PERSON, POD_ID, WARNED, minute, verdict

DAY = 24 * 3600
UTC = ZoneInfo("UTC")
DISK = PersistentMount(size_gb=50, path="/workspace")
STOPPED_POD = pod(PodStatus.EXITED, network=None, persistent=DISK)
EMPTY = Holds(pod_id=POD_ID)
NIGHT = QuietHours(start=time(11), end=time(13))
STORAGE = StorageRule()


def stopped(seconds: float, **changes: object) -> Stopped:
    usual: dict[str, object] = {"pod": STOPPED_POD, "since": NOON, "holds": EMPTY, "now": at(seconds), "owner": "U1"}
    return Stopped(**{**usual, "healthy": True, "zone": UTC, **changes})  # type: ignore[arg-type]


def asked() -> Leftover:
    leftover = leftover_step(None, stopped(3 * DAY), STORAGE).leftover
    assert leftover is not None
    return leftover


def test_a_stopped_disk_is_told_after_three_days_and_offered_after_eleven_more_once_each() -> None:
    assert leftover_step(None, stopped(3 * DAY - 1), STORAGE) == leftover_step(None, stopped(0), STORAGE)
    assert leftover_step(None, stopped(3 * DAY), STORAGE).act is LeftoverAct.NUDGE
    assert leftover_step(asked(), stopped(100 * DAY), STORAGE).act is None
    heard = nudge_delivered(asked(), at(4 * DAY))
    assert leftover_step(heard, stopped(15 * DAY - 1), STORAGE).act is None
    offered = leftover_step(heard, stopped(15 * DAY), STORAGE)
    assert offered.act is LeftoverAct.OFFER
    assert leftover_step(offered.leftover, stopped(90 * DAY), STORAGE).act is None
    assert nudge_delivered(heard, at(5 * DAY)) is heard


@pytest.mark.parametrize(
    "changes",
    [
        {"healthy": False},
        {"pod": pod(PodStatus.UNKNOWN, network=None, persistent=DISK)},
        {"pod": pod(PodStatus.EXITED)},
        {"pod": pod(PodStatus.EXITED, mounts_known=False)},
        {"pod": pod(PodStatus.EXITED, network=None, persistent=PersistentMount(size_gb=4, path="/w"))},
        {"holds": Holds(pod_id=POD_ID, holds=(Hold(kind=HoldKind.KEEP, until=at(40 * DAY), by="U1", at=NOON),))},
        {"quiet": NIGHT},
        {"owner": None},
        {"kept_until": at(30 * DAY)},
    ],
)
def test_nobody_is_asked_about_a_disk_that_is_free_unknown_kept_or_in_quiet_hours(changes: dict[str, object]) -> None:
    assert leftover_step(None, stopped(9 * DAY, **changes), STORAGE).act is None
    heard = nudge_delivered(asked(), at(4 * DAY))
    assert leftover_step(heard, stopped(20 * DAY, **changes), STORAGE).act is None


@pytest.mark.parametrize("status", [PodStatus.RUNNING, PodStatus.TERMINATED])
def test_a_pod_that_runs_or_is_gone_ends_its_stopped_period(status: PodStatus) -> None:
    over = leftover_step(asked(), stopped(4 * DAY, pod=pod(status)), STORAGE)
    assert over.act is LeftoverAct.RESOLVE
    assert leftover_step(over.leftover, stopped(4 * DAY, pod=pod(status)), STORAGE).act is None
    again = leftover_step(over.leftover, stopped(9 * DAY, since=at(6 * DAY)), STORAGE)
    assert again.act is LeftoverAct.NUDGE
    assert again.leftover is not None
    assert again.leftover.since != asked().since


def test_what_a_stopped_disk_has_cost_is_an_estimate_from_its_size() -> None:
    assert storage_cost(STOPPED_POD, NOON, at(15 * DAY)) == Decimal(5)
    assert storage_cost(pod(PodStatus.EXITED, mounts_known=False), NOON, at(DAY)) is None


RULE = StrayRule()
NOBODYS = pod(created_at=NOON)


def unowned(seconds: float, **changes: object) -> Unowned:
    usual: dict[str, object] = {"pod": NOBODYS, "facts": PodFacts(pod_id=POD_ID), "now": at(seconds)}
    return Unowned(**{**usual, "healthy": True, "zone": UTC, **changes})  # type: ignore[arg-type]


NEW = first_seen(NOBODYS, at(60))
ASKED = stray_step(NEW, unowned(600), RULE).stray
HEARD = question_delivered(ASKED, at(700))


def test_a_pod_without_an_owner_is_asked_about_and_escalated_a_day_after_the_question_arrived() -> None:
    assert stray_step(NEW, unowned(599), RULE).act is None
    assert stray_step(NEW, unowned(600), RULE).act is StrayAct.ASK
    assert stray_step(ASKED, unowned(9 * DAY), RULE).act is None
    assert stray_step(HEARD, unowned(699 + DAY), RULE).act is None
    loud = stray_step(HEARD, unowned(700 + DAY), RULE)
    assert loud.act is StrayAct.ESCALATE
    assert stray_step(loud.stray, unowned(9 * DAY), RULE).act is None
    assert question_delivered(HEARD, at(800)) is HEARD


@pytest.mark.parametrize(
    "changes", [{"healthy": False}, {"pod": pod(PodStatus.EXITED)}, {"quiet": QuietHours(start=time(1), end=time(23))}]
)
@pytest.mark.parametrize("before", [NEW, HEARD])
def test_nobody_is_asked_in_an_outage_in_quiet_hours_or_about_a_stopped_pod(
    before: Stray, changes: dict[str, object]
) -> None:
    assert stray_step(before, unowned(5 * DAY, **changes), RULE).act is None


def test_without_a_creation_time_its_age_counts_from_when_it_was_first_seen() -> None:
    seen = unowned(659, pod=pod(created_at=None))
    assert stray_step(NEW, seen, RULE).act is None
    assert stray_step(NEW, unowned(660, pod=pod(created_at=None)), RULE).act is StrayAct.ASK


@pytest.mark.parametrize(
    ("claim", "kind", "user"), [(Claim.MINE, OwnerKind.PERSON, "U7"), (Claim.TEAM, OwnerKind.TEAM, None)]
)
def test_a_claim_makes_an_owner_and_settles_the_question_once(claim: Claim, kind: OwnerKind, user: str | None) -> None:
    nobodys = PodFacts(pod_id=POD_ID)
    stray = answered(HEARD, nobodys, claim, by="U7", now=at(900))
    owner = owner_by(stray)
    assert owner is not None
    assert (owner.kind, owner.user, owner.by, owner.since) == (kind, user, "U7", at(900))
    assert stray_step(stray, unowned(5 * DAY), RULE).act is None
    facts = nobodys.model_copy(update={"owner": owner})
    over = stray_step(stray, unowned(900, facts=facts), RULE)
    assert over.act is StrayAct.RESOLVE
    assert stray_step(over.stray, unowned(901, facts=facts), RULE).act is None
    assert answered(over.stray, facts, Claim.EXPECTED, by="U8", now=at(950)) is over.stray


def test_an_expected_pod_has_no_owner_and_is_not_asked_about_again() -> None:
    nobodys = PodFacts(pod_id=POD_ID)
    stray = answered(HEARD, nobodys, Claim.EXPECTED, by="U7", now=at(900))
    assert owner_by(stray) is None
    over = stray_step(stray, unowned(900), RULE)
    assert (over.act, over.stray.claimed_by) == (StrayAct.RESOLVE, "U7")
    assert stray_step(over.stray, unowned(9 * DAY), RULE).act is None
    assert answered(stray, nobodys, Claim.MINE, by="U8", now=at(950)) is stray


def test_a_question_is_open_from_the_asking_to_the_answer() -> None:
    assert not NEW.open
    assert HEARD.open
    assert not answered(HEARD, PodFacts(pod_id=POD_ID), Claim.TEAM, by="U7", now=at(900)).open


@pytest.mark.parametrize(
    ("before", "changes", "act"),
    [
        (NEW, {"facts": PodFacts(pod_id=POD_ID, owner=PERSON)}, None),
        (HEARD, {"facts": PodFacts(pod_id=POD_ID, owner=PERSON)}, StrayAct.RESOLVE),
        (HEARD, {"pod": pod(PodStatus.TERMINATED)}, StrayAct.RESOLVE),
    ],
)
def test_an_owner_or_a_termination_ends_the_question(
    before: Stray, changes: dict[str, object], act: StrayAct | None
) -> None:
    step = stray_step(before, unowned(900, **changes), RULE)
    assert (step.act, step.stray.ended_at) == (act, at(900))


def shadowed(at_min: float = 195, price: str | None = "2.40") -> ShadowStop:
    seen = verdict(at_min=at_min)
    cost = Decimal(price) if price else None
    seen = seen.model_copy(update={"evidence": seen.evidence.model_copy(update={"cost_per_hour": cost})})
    return would_stop(WARNED, pod(), seen)


BUSY = VerdictKind.BUSY


def test_the_shadow_saves_until_the_pod_works_or_stops() -> None:
    stop = shadowed()
    assert (stop.key, stop.idle_since, stop.pod_name) == (WARNED.key, minute(0), "nlp-train")
    assert saved(stop, minute(255)) == Decimal("2.40")
    assert saved(stop, minute(100)) == 0
    still = looked_after(stop, PodStatus.RUNNING, verdict(at_min=225))
    assert still is stop
    worked = looked_after(stop, PodStatus.RUNNING, verdict(BUSY, at_min=225))
    assert (saved(worked, minute(9999)), busy_later(worked)) == (Decimal("1.20"), True)
    assert looked_after(worked, PodStatus.EXITED, verdict(BUSY, at_min=300)) is worked
    stopped_then = looked_after(stop, PodStatus.EXITED, verdict(VerdictKind.UNKNOWN, at_min=225))
    assert (saved(stopped_then, minute(9999)), busy_later(stopped_then)) == (Decimal("1.20"), False)
    assert looked_after(stop, PodStatus.RUNNING, verdict(BUSY, at_min=190)) is stop


def test_work_two_days_later_would_not_have_been_lost() -> None:
    late = looked_after(shadowed(), PodStatus.RUNNING, verdict(VerdictKind.CPU_BOUND, at_min=195 + 2881))
    assert not busy_later(late)
    soon = looked_after(shadowed(), PodStatus.RUNNING, verdict(VerdictKind.CPU_BOUND, at_min=195 + 1440))
    assert busy_later(soon)


def test_the_shadow_report_adds_up_and_says_what_it_cannot_price() -> None:
    worked = looked_after(shadowed(), PodStatus.RUNNING, verdict(BUSY, at_min=225))
    stops = [worked, shadowed(100), shadowed(150, None), shadowed(-5), shadowed(400)]
    report = shadow_report(stops, since=minute(0), now=minute(300))
    assert report == ShadowReport(
        since=minute(0), until=minute(300), stops=3, busy_later=1, saved=Decimal("1.20") + 8, unpriced=1
    )


def auto(at_s: float, restarted_s: float | None = None) -> AutoStop:
    stop = AutoStop(key=f"k{at_s}", pod_id=POD_ID, at=at(at_s))
    return stop if restarted_s is None else started_again(stop, at(restarted_s))


def test_regret_is_the_share_restarted_within_half_an_hour() -> None:
    stops = [auto(0), auto(0, 1800), auto(0, 1801), auto(-10, 5), auto(3000), auto(3000, 3100)]
    found = regret(stops, since=NOON, now=at(4000))
    assert (found.stops, found.regretted, found.share) == (4, 2, Decimal("0.5"))
    assert regret([], since=NOON, now=NOON).share is None


def test_only_the_first_start_after_a_stop_counts() -> None:
    stop = auto(100)
    assert started_again(stop, at(99)) is stop
    once = started_again(stop, at(100) + timedelta(seconds=60))
    assert started_again(once, at(900)) is once
