"""One look at a record: what was heard, what follows, and which messages stand for it."""

from __future__ import annotations

import pytest

from pods.fleet import PodFacts, PodOrigin
from pods.ladder import Refresh, Resolve, StopPod, Tell, WouldStop
from pods.model import PodStatus, Verb
from pods.nudging import (
    Heard,
    answer_messages,
    answered,
    audience,
    card_for,
    counts,
    looked,
    messages,
    note_for,
    stop_result,
)
from pods.operations import Code, OperationState, Outcome
from pods.spells import Answer, End, PodSpells, Rung, Said, Spell, Step
from pods.stops import StopResult
from tests.unit.pods.builders import operation, pod
from tests.unit.watch.scenes import (
    ASKED,
    LADDER,
    NUDGED,
    POD_ID,
    STOPPING,
    WARNED,
    minute,
    scene,
    verdict,
)

ROOM = "C0ROOM"
NOBODY = PodFacts(pod_id=POD_ID, origin=PodOrigin.OURS)


def record(spell: Spell | None = None) -> PodSpells:
    return PodSpells(pod_id=POD_ID, current=spell)


def told(spell: Spell, *targets: str) -> Spell:
    return spell.model_copy(update={"targets": targets, "shown": 1_000})


def undelivered(spell: Spell) -> Spell:
    last = spell.tellings[-1].model_copy(update={"delivered_at": None})
    return spell.model_copy(update={"tellings": (*spell.tellings[:-1], last)})


def test_idleness_is_noted_before_anybody_is_told_and_the_books_get_it() -> None:
    step = looked(record(), scene(40), LADDER, Heard(), (ROOM,))
    assert step.record.current is not None
    assert (step.record.current.rung, step.effects) == (Rung.NOTICED, ())
    assert [(span.start, span.end) for span in step.record.idle] == [(minute(0), minute(40))]


def test_the_nudge_goes_to_the_owner_and_to_the_channels() -> None:
    step = looked(record(), scene(46), LADDER, Heard(), (ROOM,))
    assert step.record.current is not None
    assert step.record.current.targets == ("U1", ROOM)
    assert step.record.current.pod_name == "nlp-train"
    keys = [message.key for message in messages(step.record.current, step.effects, minute(46))]
    assert keys == [card_for(step.record.current, target, minute(46)).key for target in ("U1", ROOM)]


@pytest.mark.parametrize(("direct", "who"), [(True, ("U1", ROOM)), (False, (ROOM,))])
def test_a_policy_may_leave_the_owner_to_the_channels(direct: bool, who: tuple[str, ...]) -> None:
    rule = LADDER.model_copy(update={"direct": direct})
    assert audience(scene(46), rule, (ROOM,)) == who
    assert audience(scene(46, facts=NOBODY), rule, (ROOM,)) == (ROOM,)


@pytest.mark.parametrize(
    ("owner", "direct", "target", "reaches"),
    [("U1", True, "U1", True), ("U1", True, ROOM, False), ("U1", False, ROOM, True), ("", True, ROOM, True)],
)
def test_a_warning_counts_where_its_owner_reads_it(owner: str, direct: bool, target: str, reaches: bool) -> None:
    rule = LADDER.model_copy(update={"direct": direct})
    assert counts(WARNED.model_copy(update={"owner": owner}), target, rule) is reaches


def test_a_delivery_is_heard_once_and_only_of_this_spell() -> None:
    waiting = told(undelivered(NUDGED), "U1")
    heard = Heard(spell=waiting.key, deliveries={1: minute(50)})
    step = looked(record(waiting), scene(51), LADDER, heard, ())
    assert step.record.current is not None
    assert step.record.current.tellings[0].delivered_at == minute(50)
    other = Heard(spell="idle-other", deliveries={1: minute(50)})
    step = looked(record(waiting), scene(51), LADDER, other, ())
    assert step.record.current is not None
    assert step.record.current.tellings[0].delivered_at is None


def test_nothing_new_writes_nothing() -> None:
    first = looked(record(told(NUDGED, "U1")), scene(50), LADDER, Heard(), ())
    assert looked(first.record, scene(50), LADDER, Heard(), ()).record is first.record


def test_an_outage_moves_nothing_and_nothing_is_idle_in_it() -> None:
    before = record(told(WARNED, "U1"))
    heard = Heard(spell=WARNED.key, stop=StopResult.DONE)
    assert looked(before, scene(300, healthy=False), LADDER, heard, ()).record is before


def test_a_card_is_edited_now_and_then_so_that_its_times_stay_true() -> None:
    spell = told(NUDGED, "U1").model_copy(update={"shown": 3})
    assert looked(record(spell), scene(50), LADDER, Heard(), ()).effects == ()
    assert looked(record(spell), scene(61), LADDER, Heard(), ()).effects == (Refresh(),)
    warned = told(WARNED, "U1").model_copy(update={"shown": 33})
    assert looked(record(warned), scene(169), LADDER, Heard(), ()).effects == ()
    assert looked(record(warned), scene(171), LADDER, Heard(), ()).effects == (Refresh(),)


@pytest.mark.parametrize(
    ("effect", "entries"),
    [
        (Tell(key="k", step=Step.NUDGE, number=1), []),
        (Tell(key="k", step=Step.WARN, number=3), ["3"]),
        (Refresh(), []),
        (StopPod(key="k"), []),
        (WouldStop(), ["would"]),
        (Resolve(end=End.STOPPED), ["end"]),
        (Resolve(end=End.BUSY_AGAIN), ["end"]),
        (Resolve(end=End.GONE), []),
    ],
)
def test_every_effect_edits_the_card_and_some_add_to_its_thread(effect: object, entries: list[str]) -> None:
    spell = told(WARNED, ROOM)
    wanted = messages(spell, [effect], minute(200))  # type: ignore[list-item]
    assert [each.key for each in wanted] == [
        card_for(spell, ROOM, minute(200)).key,
        *(note_for(spell, ROOM, entry, minute(200)).key for entry in entries),
    ]
    assert all(each.under == wanted[0].key for each in wanted[1:])


def test_whoever_had_the_pod_before_is_not_called_again() -> None:
    spell = told(WARNED, "U0OLD", "U1")
    wanted = messages(spell, [Tell(key="k", step=Step.WARN, number=3)], minute(200))
    assert [each.user for each in wanted] == ["U0OLD", "U1", "U1"]


RESULTS = {
    "under way": ({}, None),
    "done": ({"state": OperationState.DONE, "outcome": Outcome(code=Code.DONE)}, StopResult.DONE),
    "vetoed": ({"state": OperationState.CANCELLED, "outcome": Outcome(code=Code.VETOED)}, StopResult.VETOED),
    "locked": ({"state": OperationState.CANCELLED, "outcome": Outcome(code=Code.LOCKED)}, StopResult.VETOED),
    "never asked": ({"state": OperationState.FAILED, "outcome": Outcome(code=Code.NEVER_ASKED)}, StopResult.DEFERRED),
    "refused": ({"state": OperationState.FAILED, "outcome": Outcome(code=Code.REFUSED)}, StopResult.FAILED),
    "not confirmed": (
        {"state": OperationState.UNKNOWN, "outcome": Outcome(code=Code.NOT_CONFIRMED)},
        StopResult.FAILED,
    ),
}


@pytest.mark.parametrize("case", RESULTS)
def test_what_came_of_an_order(case: str) -> None:
    changes, result = RESULTS[case]
    assert stop_result(operation(Verb.STOP, **changes)) is result


@pytest.mark.parametrize(
    ("result", "rung", "failed"),
    [
        (StopResult.VETOED, Rung.ASKED_AGAIN, False),
        (StopResult.FAILED, Rung.ASKED_AGAIN, True),
    ],
)
def test_a_stop_that_was_not_made_needs_a_new_warning(result: StopResult, rung: Rung, failed: bool) -> None:
    spell = told(STOPPING, "U1")
    step = looked(record(spell), scene(196), LADDER, Heard(spell=spell.key, stop=result), ())
    assert step.record.current is not None
    assert (step.record.current.rung, step.record.current.stop_failed) == (rung, failed)


def test_a_stop_that_was_put_off_is_ordered_anew_under_another_key() -> None:
    spell = told(STOPPING, "U1").model_copy(update={"stop_key": "first"})
    step = looked(record(spell), scene(196), LADDER, Heard(spell=spell.key, stop=StopResult.DEFERRED), ())
    assert step.record.current is not None
    assert step.record.current.rung is Rung.STOPPING
    assert step.record.current.stop_key not in {"first", ""}


def test_a_new_spell_keeps_the_last_ones_for_their_messages() -> None:
    old = WARNED.model_copy(update={"end": End.BUSY_AGAIN, "ended_at": minute(200)})
    fresh = verdict(at_min=300, since_min=250)
    step = looked(record(old), scene(300, fresh), LADDER, Heard(), ())
    assert step.record.current is not None
    assert step.record.current.key != old.key
    assert step.record.spell(old.key) == old


def test_a_pod_that_is_gone_ends_its_spell_under_the_name_it_had() -> None:
    named = told(WARNED, "U1").model_copy(update={"pod_name": "nlp-train"})
    gone = pod(PodStatus.TERMINATED, name=POD_ID)
    step = looked(record(named), scene(200, pod=gone), LADDER, Heard(), ())
    assert step.record.current is not None
    assert (step.record.current.end, step.record.current.pod_name) == (End.GONE, "nlp-train")


def test_an_answer_stands_in_the_record_and_in_the_thread() -> None:
    spell = told(WARNED, "U1")
    given = Answer(said=Said.SNOOZE, by="U1", at=minute(170), until=minute(230))
    after = answered(record(spell), spell.key, given, LADDER)
    assert after.current is not None
    assert (after.current.warning, after.current.answers) == (None, (given,))
    keys = [message.key for message in answer_messages(after, spell.key, minute(170))]
    assert keys == [card_for(spell, "U1", minute(170)).key, note_for(spell, "U1", "a1", minute(170)).key]


def test_an_answer_to_a_spell_that_is_over_changes_nothing() -> None:
    over = told(ASKED, "U1").model_copy(update={"end": End.GONE})
    given = Answer(said=Said.STOP_NOW, by="U1", at=minute(170))
    for known, key in ((record(over), over.key), (record(told(ASKED, "U1")), "another"), (record(), "any")):
        assert answered(known, key, given, LADDER) is known
