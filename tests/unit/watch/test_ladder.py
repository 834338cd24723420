"""Each rung: when it comes, what keeps it from coming, and what undoes a warning."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from pods.fleet import Owner, OwnerKind, PodFacts, PodOrigin
from pods.holds import Holds, lease
from pods.ladder import Climb, Limit, Refresh, Resolve, StopPod, Tell, WouldStop, climb, limit, plan
from pods.model import PersistentMount, PodStatus
from pods.spells import End, Rung, Spell, Step, delivered
from pods.verdicts import VerdictKind
from pods.watch_rules import LadderRule, Mode, Protector, QuietHours
from tests.unit.pods.builders import pod
from tests.unit.watch.scenes import (
    ASKED,
    KEPT,
    LADDER,
    NUDGED,
    PERSON,
    POD_ID,
    STOPPING,
    WARNED,
    changed,
    minute,
    scene,
    spell,
    steps,
    verdict,
)


def test_a_spell_begins_with_the_first_settled_idleness_and_tells_nobody_yet() -> None:
    climbed = climb(None, scene(30), LADDER)
    begun = changed(climbed)
    assert climbed.effects == ()
    assert (begun.rung, begun.since, begun.seen_at, begun.owner) == (Rung.NOTICED, minute(0), minute(30), "U1")


@pytest.mark.parametrize(
    ("before", "at_min", "told"),
    [
        (spell(), 44, []),
        (spell(), 45, [Step.NUDGE]),
        (NUDGED, 104, []),
        (NUDGED, 105, [Step.AGAIN]),
        (ASKED, 164, []),
        (ASKED, 165, [Step.WARN]),
        (WARNED, 194, []),
    ],
)
def test_each_rung_comes_at_its_time_after_the_delivery_of_the_one_before(
    before: Spell, at_min: float, told: list[Step]
) -> None:
    climbed = climb(before, scene(at_min), LADDER)
    assert steps(climbed) == told
    if told:
        last = changed(climbed).tellings[-1]
        assert (last.step, last.said_at, last.delivered_at, last.shadow) == (told[0], minute(at_min), None, False)
        assert climbed.effects == (Tell(key=f"{before.key}-{last.number}", step=last.step, number=last.number),)
    assert steps(climb(climbed.spell, scene(at_min), LADDER)) == []


def test_an_undelivered_telling_holds_the_ladder_where_it_is() -> None:
    told = changed(climb(ASKED, scene(165), LADDER))
    assert climb(told, scene(900), LADDER).effects == ()
    late = delivered(told, 3, minute(900))
    assert delivered(late, 3, minute(950)) is late
    assert climb(late, scene(929), LADDER).effects == ()
    assert isinstance(climb(late, scene(930), LADDER).effects[0], StopPod)


def test_a_stop_comes_one_countdown_after_the_delivered_warning() -> None:
    climbed = climb(WARNED, scene(195), LADDER)
    stopping = changed(climbed)
    assert climbed.effects == (StopPod(key=f"{WARNED.key}-stop-{stopping.version}"),)
    assert (stopping.rung, stopping.stop_ordered_at) == (Rung.STOPPING, minute(195))
    assert climb(stopping, scene(196), LADDER) == Climb(stopping)


def test_the_countdown_is_never_shorter_than_the_idle_window() -> None:
    hasty = LADDER.model_copy(update={"countdown_min": 5})
    assert climb(WARNED, scene(194), hasty).effects == ()
    assert isinstance(climb(WARNED, scene(195), hasty).effects[0], StopPod)


@pytest.mark.parametrize("before", [None, spell(), NUDGED, ASKED, WARNED])
def test_an_outage_freezes_everything(before: Spell | None) -> None:
    assert climb(before, scene(2000, healthy=False), LADDER) == Climb(before)
    busy = scene(2000, verdict(VerdictKind.BUSY, at_min=2000), healthy=False)
    assert climb(before, busy, LADDER) == Climb(before)


@pytest.mark.parametrize("before", [None, spell(), NUDGED, ASKED, WARNED])
@pytest.mark.parametrize(
    "seen",
    [
        verdict(VerdictKind.UNKNOWN, at_min=200),
        verdict(VerdictKind.STARTING, at_min=200),
        verdict(at_min=200, ask=(Protector.JUPYTER,)),
    ],
)
def test_what_is_not_settled_moves_nothing(before: Spell | None, seen: object) -> None:
    assert climb(before, scene(200, seen), LADDER) == Climb(before)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [PodStatus.UNKNOWN, PodStatus.ERROR])
def test_a_pod_that_is_not_surely_running_is_not_climbed_on(status: PodStatus) -> None:
    assert climb(WARNED, scene(200, pod=pod(status)), LADDER) == Climb(WARNED)


RESTARTED = verdict(at_min=100, since_min=60)
RESTARTED = RESTARTED.model_copy(update={"evidence": RESTARTED.evidence.model_copy(update={"began_at": minute(45)})})


@pytest.mark.parametrize(
    ("before", "changes", "end"),
    [
        (NUDGED, {"seen": verdict(VerdictKind.BUSY, at_min=100)}, End.BUSY_AGAIN),
        (NUDGED, {"seen": verdict(VerdictKind.CPU_BOUND, at_min=100)}, End.BUSY_AGAIN),
        (NUDGED, {"seen": RESTARTED}, End.RESTARTED),
        (NUDGED, {"pod": pod(PodStatus.STARTING)}, End.RESTARTED),
        (NUDGED, {"pod": pod(PodStatus.EXITED)}, End.STOPPED_OTHERWISE),
        (STOPPING, {"pod": pod(PodStatus.EXITED)}, End.STOPPED),
        (NUDGED, {"pod": pod(PodStatus.TERMINATED)}, End.GONE),
        (STOPPING, {"pod": pod(PodStatus.TERMINATED)}, End.GONE),
    ],
)
def test_a_spell_ends_once_and_says_how(before: Spell, changes: dict[str, object], end: End) -> None:
    climbed = climb(before, scene(100, **changes), LADDER)  # type: ignore[arg-type]
    over = changed(climbed)
    assert (over.end, over.ended_at, climbed.effects) == (end, minute(100), (Resolve(end=end),))
    assert Resolve(end=end) not in climb(over, scene(100, **changes), LADDER).effects  # type: ignore[arg-type]


def test_a_spell_that_told_nobody_ends_in_silence() -> None:
    assert climb(spell(), scene(40, verdict(VerdictKind.BUSY, at_min=40)), LADDER).effects == ()


def test_after_an_end_idleness_counts_anew() -> None:
    over = changed(climb(NUDGED, scene(100, verdict(VerdictKind.BUSY, at_min=100)), LADDER))
    begun = changed(climb(over, scene(140, verdict(at_min=140, since_min=20)), LADDER))
    assert (begun.since, begun.rung, begun.tellings, begun.key != over.key) == (minute(100), Rung.NOTICED, (), True)


def test_a_break_in_the_evidence_voids_a_warning_but_does_not_nudge_again() -> None:
    seen = verdict(at_min=190, since_min=166)
    climbed = climb(WARNED, scene(190, seen), LADDER)
    broken = changed(climbed)
    assert climbed.effects == (Refresh(),)
    assert (broken.rung, broken.warning, broken.since, broken.proven_since) == (
        Rung.ASKED_AGAIN,
        None,
        minute(0),
        minute(166),
    )
    assert climb(broken, scene(224, verdict(at_min=224, since_min=166)), LADDER).effects == ()
    again = climb(broken, scene(225, verdict(at_min=225, since_min=166)), LADDER)
    assert steps(again) == [Step.WARN]


def test_evidence_that_only_looks_less_far_back_is_no_break() -> None:
    climbed = climb(WARNED, scene(180, verdict(at_min=180, since_min=150)), LADDER)
    assert changed(climbed).warning == WARNED.warning


@pytest.mark.parametrize(
    "changes",
    [
        {"holds": KEPT},
        {"mode": Mode.SHADOW},
        {"mode": Mode.TELL},
        {"pod": pod(locked=True)},
        {"facts": PodFacts(pod_id=POD_ID, origin=PodOrigin.OURS)},
        {"facts": PodFacts(pod_id=POD_ID, origin=PodOrigin.OURS, owner=PERSON.model_copy(update={"user": "U2"}))},
        {"seen": verdict(VerdictKind.HELD, at_min=195)},
    ],
)
def test_a_warning_that_no_longer_holds_is_void_and_says_so(changes: dict[str, object]) -> None:
    climbed = climb(WARNED, scene(195, **changes), LADDER)  # type: ignore[arg-type]
    assert changed(climbed).warning is None
    assert climbed.effects == (Refresh(),)
    assert climb(climbed.spell, scene(196), LADDER).effects == ()


def test_a_stop_that_comes_much_later_than_announced_is_announced_again() -> None:
    assert isinstance(climb(WARNED, scene(225), LADDER).effects[0], StopPod)
    late = climb(WARNED, scene(225.1), LADDER)
    assert late.effects[0] == Refresh()
    assert steps(late) == [Step.WARN]


@pytest.mark.parametrize(
    ("changes", "rule", "expected"),
    [
        ({}, LADDER, None),
        ({"mode": Mode.TELL}, LADDER, Limit.TELL_ONLY),
        ({"mode": Mode.OFF}, LADDER, Limit.TELL_ONLY),
        ({"mode": Mode.SHADOW}, LADDER, None),
        ({"pod": pod(locked=True)}, LADDER, Limit.LOCKED),
        ({"pod": pod(cluster_id="cl1")}, LADDER, Limit.CLUSTER),
        ({"facts": PodFacts(pod_id=POD_ID)}, LADDER, Limit.OUTSIDE),
        ({"facts": PodFacts(pod_id=POD_ID, owner=PERSON)}, LADDER, None),
        ({"facts": PodFacts(pod_id=POD_ID)}, LadderRule(stop_outside=True), None),
        ({"facts": PodFacts(pod_id=POD_ID, origin=PodOrigin.OURS)}, LADDER, None),
        ({"pod": pod(network=None)}, LADDER, Limit.LOSES_DATA),
        ({"pod": pod(mounts_known=False)}, LADDER, Limit.LOSES_DATA),
        ({"pod": pod(network=None)}, LadderRule(stop_losing_data=True), None),
        ({"pod": pod(network=None, persistent=PersistentMount(size_gb=9, path="/w"))}, LADDER, None),
        ({"seen": verdict(VerdictKind.HELD, at_min=200)}, LADDER, Limit.HELD),
        ({"seen": verdict(VerdictKind.HELD, at_min=200)}, LadderRule(stop_held=True), None),
    ],
)
def test_what_automation_must_not_stop_is_asked_about_and_never_warned(
    changes: dict[str, object], rule: LadderRule, expected: Limit | None
) -> None:
    looked_at = scene(200, **changes)  # type: ignore[arg-type]
    assert limit(ASKED, looked_at, rule) is expected
    asked = ASKED.model_copy(update={"owner": looked_at.owner})
    warns = looked_at.mode is not Mode.OFF and expected is None
    assert steps(climb(asked, looked_at, rule)) == ([Step.WARN] if warns else [])
    begun = spell(owner=looked_at.owner)
    assert steps(climb(begun, looked_at, rule)) == ([] if looked_at.mode is Mode.OFF else [Step.NUDGE])


def test_shadow_warns_as_shadow_and_only_writes_down_the_stop() -> None:
    looked_at = scene(165, mode=Mode.SHADOW)
    warned = climb(ASKED, looked_at, LADDER)
    assert warned.effects == (Tell(key=f"{ASKED.key}-3", step=Step.WARN, number=3, shadow=True),)
    told = delivered(changed(warned), 3, minute(165))
    climbed = climb(told, scene(195, mode=Mode.SHADOW), LADDER)
    assert (climbed.effects, changed(climbed).rung) == ((WouldStop(),), Rung.WOULD_STOP)
    assert climb(climbed.spell, scene(400, mode=Mode.SHADOW), LADDER).effects == ()
    real = climb(climbed.spell, scene(400), LADDER)
    assert steps(real) == [Step.WARN]


@pytest.mark.parametrize(
    "hold",
    [
        KEPT,
        lease(Holds(pod_id=POD_ID), until=minute(300), by="U1", now=minute(0)),
    ],
)
@pytest.mark.parametrize("before", [None, spell(), NUDGED, ASKED])
def test_nobody_is_asked_while_a_hold_is_in_force(before: Spell | None, hold: Holds) -> None:
    assert climb(before, scene(299, holds=hold), LADDER).effects == ()
    if before is not None:
        assert len(climb(before, scene(300, holds=hold), LADDER).effects) == 1


def test_quiet_hours_put_off_asking_and_warning_but_not_an_announced_stop() -> None:
    # Minute 0 is 20:00 UTC, 21:00 in Berlin.
    rule = LadderRule(quiet=QuietHours(start=time(22), end=time(7)))
    berlin = ZoneInfo("Europe/Berlin")
    assert climb(NUDGED, scene(105, zone=berlin), rule).effects == ()
    assert climb(NUDGED, scene(599, zone=berlin), rule).effects == ()
    assert steps(climb(NUDGED, scene(600, zone=berlin), rule)) == [Step.AGAIN]
    assert steps(climb(NUDGED, scene(110), rule)) == [Step.AGAIN]
    assert isinstance(climb(WARNED, scene(195, zone=berlin), rule).effects[0], StopPod)


def test_the_plan_tells_every_rung_ahead() -> None:
    ahead = plan(spell(), scene(30), LADDER)
    assert [(each.step, each.at) for each in ahead] == [
        (Step.NUDGE, minute(45)),
        (Step.AGAIN, minute(105)),
        (Step.WARN, minute(165)),
        (Step.STOP, minute(195)),
    ]
    kept = plan(NUDGED, scene(60, holds=KEPT), LADDER)
    assert [(each.step, each.at) for each in kept] == [
        (Step.AGAIN, minute(300)),
        (Step.WARN, minute(360)),
        (Step.STOP, minute(390)),
    ]
    assert [each.step for each in plan(NUDGED, scene(60, pod=pod(locked=True)), LADDER)] == [Step.AGAIN]
    told = changed(climb(ASKED, scene(165), LADDER))
    assert [(each.step, each.at) for each in plan(told, scene(170), LADDER)] == [(Step.STOP, minute(200))]
    assert plan(STOPPING, scene(196), LADDER) == ()


def test_a_week_of_shadow_comes_before_the_first_stop() -> None:
    began = minute(0)
    assert LADDER.mode_at(began + timedelta(days=7, seconds=-1), began_at=began) is Mode.SHADOW
    assert LADDER.mode_at(began + timedelta(days=7), began_at=began) is Mode.STOP
    assert LadderRule(shadow_days=0).mode_at(began, began_at=began) is Mode.STOP
    assert LadderRule(mode=Mode.TELL).mode_at(began, began_at=began) is Mode.TELL
    with pytest.raises(ValidationError):
        QuietHours(start=time(7), end=time(7))


def test_a_team_pod_addresses_nobody_in_person() -> None:
    team = PodFacts(pod_id=POD_ID, owner=Owner(kind=OwnerKind.TEAM, since=minute(0), by="U1"))
    assert changed(climb(None, scene(30, facts=team), LADDER)).owner == ""
