"""What an answer undoes, and the last look before a stop."""

from __future__ import annotations

import pytest

from pods.answers import Answer, Reply, Said, Then, answer
from pods.holds import HoldKind, Holds, in_force
from pods.ladder import Limit, StopPod, climb, limit
from pods.model import PodStatus
from pods.spells import End, Rung, Spell, Step
from pods.stops import StopResult, Veto, after_stop, veto
from pods.watch_rules import Mode
from tests.unit.pods.builders import pod
from tests.unit.watch.scenes import (
    ASKED,
    KEPT,
    LADDER,
    NUDGED,
    POD_ID,
    STOPPING,
    WARNED,
    changed,
    gpus,
    minute,
    sample,
    scene,
    steps,
)


def given(said: Said, at_min: float = 170, **more: object) -> Answer:
    return Answer(said=said, by="U1", at=minute(at_min)).model_copy(update=more)


EMPTY = Holds(pod_id=POD_ID)


@pytest.mark.parametrize(
    ("said", "kind", "until_min"),
    [
        (given(Said.SNOOZE, until=minute(230)), HoldKind.SNOOZE, 230),
        (given(Said.KEEP, until=minute(900)), HoldKind.KEEP, 900),
        (given(Said.BUSY, reason="loads data"), HoldKind.BUSY, 170 + 12 * 60),
    ],
)
def test_an_answer_holds_the_pod_and_undoes_the_warning(said: Answer, kind: HoldKind, until_min: float) -> None:
    reply = answer(WARNED, EMPTY, said, LADDER)
    held = in_force(reply.holds, minute(171))
    assert held is not None
    assert (held.kind, held.until, held.by, held.reason) == (kind, minute(until_min), "U1", said.reason)
    assert (reply.spell.warning, reply.spell.rung, reply.then) == (None, Rung.ASKED_AGAIN, None)
    assert climb(reply.spell, scene(until_min - 1, holds=reply.holds), LADDER).effects == ()
    assert steps(climb(reply.spell, scene(until_min, holds=reply.holds), LADDER)) == (
        [Step.WARN] if until_min >= 225 else []
    )


@pytest.mark.parametrize(("said", "then"), [(Said.STOP_NOW, Then.STOP), (Said.NOT_MINE, Then.DISOWN)])
def test_stop_now_and_not_mine_ask_for_more_and_hold_nothing(said: Said, then: Then) -> None:
    reply = answer(WARNED, EMPTY, given(said), LADDER)
    assert (reply.then, reply.holds, reply.spell.warning) == (then, EMPTY, None)


def test_an_answer_to_a_spell_that_ended_changes_nothing() -> None:
    over = changed(climb(NUDGED, scene(100, pod=pod(PodStatus.EXITED)), LADDER))
    assert answer(over, EMPTY, given(Said.KEEP, until=minute(900)), LADDER) == Reply(over, EMPTY, Then.TOO_LATE)


def test_a_snooze_must_say_until_when() -> None:
    with pytest.raises(ValueError, match="without its end"):
        answer(NUDGED, EMPTY, given(Said.SNOOZE), LADDER)


@pytest.mark.parametrize(
    ("before", "changes", "fresh", "expected"),
    [
        (STOPPING, {}, {}, None),
        (STOPPING, {"healthy": False}, {}, Veto.OUTAGE),
        (WARNED, {}, {}, Veto.OVER),
        (answer(STOPPING, EMPTY, given(Said.STOP_NOW), LADDER).spell, {}, {}, Veto.OVER),
        (STOPPING, {"now": minute(194.9)}, {}, Veto.UNWARNED),
        (STOPPING.model_copy(update={"tellings": ASKED.tellings}), {}, {}, Veto.UNWARNED),
        (STOPPING, {"holds": KEPT}, {}, Veto.KEPT),
        (STOPPING, {"mode": Mode.SHADOW}, {}, Veto.FORBIDDEN),
        (STOPPING, {"pod": pod(locked=True)}, {}, Veto.FORBIDDEN),
        (STOPPING, {}, {"gpus": None}, Veto.MISSING),
        (STOPPING, {}, {"gpus": None, "cpu_util": 80}, Veto.NOT_QUIET),
        (STOPPING, {}, gpus(0, 5), Veto.NOT_QUIET),
        (STOPPING, {}, {"started_at": minute(190)}, Veto.NOT_QUIET),
        (STOPPING, {}, {"status": PodStatus.EXITED}, Veto.NOT_QUIET),
    ],
)
def test_the_last_look_before_a_stop(
    before: Spell, changes: dict[str, object], fresh: dict[str, object], expected: Veto | None
) -> None:
    assert veto(before, scene(195, **changes), sample(195, **fresh), LADDER) is expected  # type: ignore[arg-type]


def test_what_came_of_a_stop_decides_what_may_follow() -> None:
    done = after_stop(STOPPING, StopResult.DONE, scene(196))
    assert (done.end, done.ended_at) == (End.STOPPED, minute(196))
    assert after_stop(done, StopResult.FAILED, scene(197)) is done
    vetoed = after_stop(STOPPING, StopResult.VETOED, scene(196))
    assert (vetoed.rung, vetoed.warning, vetoed.stop_ordered_at) == (Rung.ASKED_AGAIN, None, None)
    deferred = after_stop(STOPPING, StopResult.DEFERRED, scene(196))
    assert (deferred.rung, deferred.warning) == (Rung.WARNED, WARNED.warning)
    assert isinstance(climb(deferred, scene(197), LADDER).effects[0], StopPod)
    failed = after_stop(STOPPING, StopResult.FAILED, scene(196))
    assert steps(climb(failed, scene(400), LADDER)) == []
    assert limit(failed, scene(400), LADDER) is Limit.STOP_FAILED


def test_a_deferred_stop_that_was_answered_meanwhile_is_not_warned_any_more() -> None:
    answered = answer(STOPPING, EMPTY, given(Said.STOP_NOW, 196), LADDER).spell
    assert after_stop(answered, StopResult.DEFERRED, scene(197)).rung is Rung.ASKED_AGAIN


def test_a_spell_survives_its_record() -> None:
    assert Spell.model_validate_json(STOPPING.model_dump_json()) == STOPPING
