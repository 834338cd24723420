"""What an incident takes in, who is told of it, and how it ends: once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from pods.gathering import Gathering, gathered
from pods.incidents import (
    Incident,
    IncidentState,
    NoteKind,
    acknowledged,
    closes,
    escalated,
    joined,
    losses_over,
    new_notes,
    resolved,
    woken,
    worsened,
)
from pods.losses import Cause, EndKind, Loss, LossEnd, LossKind, Severity, ended, worse
from pods.oncall import OnCallRule, Step, escalation_due, on_call
from pods.protection import Stake
from pods.watch_rules import QuietHours
from tests.unit.losses.scenes import loss
from tests.unit.pods.builders import at

WITHIN = timedelta(minutes=5)
BERLIN = ZoneInfo("Europe/Berlin")


def opened(*losses: Loss, hushed: bool = False) -> Incident:
    incident: Incident | None = None
    for each in losses or (loss(),):
        incident = joined(incident, "i1", (each,), each.confirmed_at, channels=("C1",), hushed=hushed)
    assert incident is not None
    return incident


def over(one: Loss, kind: EndKind = EndKind.BACK) -> Loss:
    return ended(one, LossEnd(kind=kind, at=at(600), by="U1"))


def assigned(*losses: Loss, after: Gathering | None = None, incidents: tuple[Incident, ...] = ()) -> Gathering:
    return gathered(after or Gathering(), losses, incidents, at(60), within=WITHIN)


def test_losses_of_one_moment_are_one_incident_whoever_sees_which_first() -> None:
    losses = [loss("a"), loss("b", confirmed_at=at(40)), loss("c", confirmed_at=at(50))]
    for order in permutations(losses):
        gathering = Gathering()
        for each in order:
            gathering = assigned(each, after=gathering)
        assert len(set(gathering.of.values())) == 1


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (loss("b", confirmed_at=at(329)), True),
        (loss("b", confirmed_at=at(331)), False),
        (loss("b", stake=Stake.TRAINING), True),
        # On-call's incident and a mere notice have different readers.
        (loss("b", stake=Stake.PLAIN), False),
        (loss("b", started_by="U1"), False),
    ],
)
def test_what_joins_an_incident(other: Loss, together: bool) -> None:
    gathering = assigned(loss("a"), other)
    assert (gathering.of["a"] == gathering.of["b"]) is together


def test_a_pod_lost_again_joins_its_open_incident_however_late() -> None:
    again = loss("z", pod_id="pod-l1", confirmed_at=at(7000), started_by="rule:recover")
    assert assigned(again, incidents=(opened(),)).of["z"] == "i1"


def test_nothing_joins_an_incident_that_is_over() -> None:
    first = assigned(loss("a"))
    incident = opened(loss("a")).model_copy(update={"id": first.of["a"]})
    closed = losses_over(incident, (over(loss("a")),), at(40))
    assert assigned(loss("b"), after=first, incidents=(closed,)).of["b"] != first.of["a"]


def test_a_gathering_that_learns_nothing_is_the_same() -> None:
    gathering = assigned(loss("a"))
    assert assigned(loss("a"), after=gathering) is gathering


def test_an_incident_does_not_grow_for_hours_by_one_loss_after_another() -> None:
    gathering = Gathering()
    for minute in range(0, 120, 4):
        one = loss(f"n{minute}", confirmed_at=at(60 * minute))
        gathering = gathered(gathering, (one,), (), at(60 * minute), within=WITHIN)
    assert len(set(gathering.of.values())) > 1


def test_a_loss_joins_once() -> None:
    incident = opened()
    assert joined(incident, "i1", (loss(),), at(90), channels=(), hushed=False) is incident


def test_an_incident_is_resolved_once_with_its_last_loss() -> None:
    first, second = loss("a"), loss("b")
    incident = opened(first, second)
    incident = losses_over(incident, (over(first),), at(600))
    assert incident.state is IncidentState.OPEN
    incident = losses_over(incident, (over(second, EndKind.CLAIMED),), at(700))
    assert (incident.state, incident.resolved_at) == (IncidentState.RESOLVED, at(700))
    assert losses_over(incident, (over(second),), at(800)) is incident
    assert acknowledged(incident, "U2", at(800)) is incident
    assert resolved(incident, at(800)) is incident
    kinds = [note.kind for note in incident.notes]
    assert kinds.count(NoteKind.RESOLVED) == 1
    assert kinds == [NoteKind.OPENED, NoteKind.JOINED, NoteKind.BACK, NoteKind.CLAIMED, NoteKind.RESOLVED]


def test_the_first_acknowledgement_stays() -> None:
    incident = acknowledged(acknowledged(opened(), "U1", at(60)), "U2", at(70))
    assert (incident.acknowledged_by, incident.acknowledged_at) == ("U1", at(60))


def test_an_end_stays_the_first_one() -> None:
    assert ended(over(loss()), LossEnd(kind=EndKind.REPLACED, at=at(900))).end == over(loss()).end


def test_notes_keep_their_numbers() -> None:
    before = opened()
    after = acknowledged(before, "U1", at(60))
    assert [number for number, _ in new_notes(None, after)] == [1, 2]
    assert [(number, note.kind) for number, note in new_notes(before, after)] == [(2, NoteKind.ACKNOWLEDGED)]


def test_a_worse_loss_raises_the_incident_and_wakes_it() -> None:
    restarted = loss("a", LossKind.RESTARTED)
    incident = opened(restarted, hushed=True)
    assert incident.severity is Severity.LOW
    looping = worse(restarted, LossKind.CRASH_LOOP, Cause(), 3, at(900))
    incident = worsened(incident, looping, at(900))
    assert (incident.severity, incident.hushed) == (Severity.HIGH, False)


def test_quiet_hours_end_once() -> None:
    incident = woken(opened(loss("a", LossKind.RESTARTED), hushed=True), at(900))
    assert not incident.hushed
    assert woken(incident, at(901)) is incident


def test_an_acknowledged_incident_is_closed_after_a_day() -> None:
    taken = acknowledged(opened(), "U1", at(0))
    assert not closes(taken, at(86_399))
    assert closes(taken, at(86_400))
    assert not closes(opened(), at(200_000))


RULE = OnCallRule(
    users=("U0A",),
    rotation=("U0B", "U0C"),
    escalate=(Step(after_min=15, users=("U0X",)), Step(after_min=40, group="S0Y")),
    quiet=QuietHours(),
)


@pytest.mark.parametrize(
    ("minutes", "told", "due"), [(14, 0, None), (15, 0, 15), (15, 1, None), (40, 1, 40), (90, 2, None), (90, 0, 15)]
)
def test_the_escalation_takes_its_steps_in_turn(minutes: int, told: int, due: int | None) -> None:
    step = escalation_due(RULE, at(0), told, at(60 * minutes))
    assert (step.after_min if step else None) == due


def test_an_escalation_step_is_told_once_and_never_after_an_acknowledgement() -> None:
    once = escalated(opened(), 1, "U0X", at(900))
    assert escalated(once, 1, "U0X", at(901)) is once
    taken = acknowledged(opened(), "U1", at(0))
    assert escalated(taken, 1, "U0X", at(900)) is taken


@pytest.mark.parametrize(
    ("local", "turn"),
    [
        (datetime(2026, 1, 5, 9, 0, tzinfo=BERLIN), "U0B"),
        (datetime(2026, 1, 12, 8, 59, tzinfo=BERLIN), "U0B"),
        (datetime(2026, 1, 12, 9, 0, tzinfo=BERLIN), "U0C"),
        (datetime(2026, 1, 19, 9, 0, tzinfo=BERLIN), "U0B"),
        # Across the clock change of 29 March the week still passes over at nine by the wall.
        (datetime(2026, 3, 30, 8, 59, tzinfo=BERLIN), "U0C"),
        (datetime(2026, 3, 30, 9, 0, tzinfo=BERLIN), "U0B"),
    ],
)
def test_weeks_pass_over_at_the_local_hour(local: datetime, turn: str) -> None:
    now = on_call(RULE, BERLIN, local.astimezone(UTC))
    assert (now.turn, now.users) == (turn, (turn, "U0A"))
    assert now.turn_until is not None
    assert now.turn_until > local


@pytest.mark.parametrize(
    ("severity", "hour", "hushed"),
    [(Severity.LOW, 3, True), (Severity.LOW, 12, False), (Severity.HIGH, 3, False)],
)
def test_quiet_hours_hush_only_what_runs_again_by_itself(severity: Severity, hour: int, hushed: bool) -> None:
    assert RULE.hushes(severity, BERLIN, datetime(2026, 11, 26, hour, 0, tzinfo=BERLIN)) is hushed


def test_a_step_that_reaches_nobody_or_comes_out_of_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="escalates to nobody"):
        Step(after_min=5)
    with pytest.raises(ValueError, match="rising order"):
        OnCallRule(escalate=(Step(after_min=15, users=("U0X",)), Step(after_min=5, users=("U0Y",))))
